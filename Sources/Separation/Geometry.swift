import Engine

/// The lengths of the transform at one sample rate, in samples.
///
/// Durations are the model's at every rate, so a bin is as wide as at the design rate and one
/// network serves all rates.
struct Geometry {
  /// Samples from one frame to the next.
  let hop: Int
  /// Hops under the analysis window: 2 or 4, so that the phase of a bin advances by whole quarter turns.
  let windowHops: Int
  /// Hops under the synthesis window.
  let synthesisHops: Int
  /// The shape of both windows.
  let windows: WindowShape
  /// Factor from the power of a bin to that of the design rate: the same density for one sound.
  let powerScale: Float

  /// - Parameter rate: the sample rate in Hz.
  init(_ model: UnsafePointer<Model>, rate: Double) {
    let designRate = Double(model.pointee.rate)
    hop = Geometry.friendlySize(near: Geometry.exactHop(model, rate: rate))
    windowHops = model.pointee.window / model.pointee.hop
    synthesisHops = model.pointee.synthesis / model.pointee.hop
    windows = model.pointee.windows
    powerScale = Float(designRate / rate)
  }

  /// The model's hop at the sample rate, in fractional samples.
  static func exactHop(_ model: UnsafePointer<Model>, rate: Double) -> Double {
    Double(model.pointee.hop) * rate / Double(model.pointee.rate)
  }

  /// Samples under the analysis window.
  var window: Int { windowHops * hop }

  /// Samples under the synthesis window: the last ones of the analysis window.
  var synthesis: Int { synthesisHops * hop }

  /// Bins of a spectrum, from 0 Hz to half the sample rate.
  var bins: Int { window / 2 + 1 }

  /// The size within 1 % of `exact` that suits FFTW best: the one with the smallest largest prime factor, and
  /// the nearest of equals. 468 for 44.1 kHz (470.4), 85 for 8 kHz (85.3). If all of them have too large a
  /// factor, the nearest size that has none.
  static func friendlySize(near exact: Double) -> Int {
    var best = nearestUsableSize(to: max(Int(exact + 0.5), 1))
    var size = Int(exact * 0.99) + 1
    while Double(size) <= exact * 1.01 {
      let factor = greatestPrimeFactor(size)
      let bestFactor = greatestPrimeFactor(best)
      let isNearer = abs(Double(size) - exact) < abs(Double(best) - exact)
      if factor < bestFactor || (factor == bestFactor && isNearer) { best = size }
      size += 1
    }
    return best
  }

  /// With larger prime factors FFTW allocates memory during a transform.
  private static var usableFactor: Int { 31 }
  /// The longest transform, in samples.
  static var longestWindow: Int { 1 << 17 }

  private static func nearestUsableSize(to size: Int) -> Int {
    var distance = 0
    while true {
      for candidate in [size - distance, size + distance] where candidate > 0 {
        if greatestPrimeFactor(candidate) <= usableFactor { return candidate }
      }
      distance += 1
    }
  }

  /// `.max` when it is not usable.
  private static func greatestPrimeFactor(_ size: Int) -> Int {
    var rest = size
    var factor = 2
    var greatest = 1
    while rest > 1 {
      if factor > usableFactor { return .max }
      if rest % factor == 0 {
        greatest = factor
        rest /= factor
      } else {
        factor += 1
      }
    }
    return greatest
  }
}
