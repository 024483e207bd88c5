import CKernels
import CSystem
import Engine

/// The network's inputs for a frame, linked over the audio channels.
///
/// - `power`, `[bins]`: mean over the channels of |X|², of the density at the design rate.
/// - `advance`, `[n][2]`: how far the phase of a bin ran ahead of its centre frequency since the frame
///   before, as a unit vector; 0 in silence.
/// - `spectrum`, `[n][2]`: mean over the channels of X, of the density at the design rate. Each channel
///   is added with the sign that it has had, over the last second, against the sum of those before it:
///   a channel of opposite polarity adds to the sum, and no two cancel each other.
/// - Bins that the sample rate lacks are silent.
/// - A frame with more power than full scale allows is scaled down, so that a fault does not linger in the
///   network's running means.
struct Features {
  /// The network's inputs.
  private let power: UnsafeMutablePointer<Float>
  private let advance: UnsafeMutablePointer<Float>?
  private let spectrum: UnsafeMutablePointer<Float>?
  private let powerBins: Int
  private let advanceBins: Int
  private let spectrumBins: Int
  /// Bins of the sample rate.
  private let bins: Int
  private let powerScale: Float
  private let spectrumScale: Float
  /// `[channels - 1][spectrumBins]`: running means of Re X · conj S, S being the sum of the channels
  /// before.
  private let agreement: UnsafeMutablePointer<Float>
  /// How far they move in a frame.
  private let agreementRate: Float
  /// Quarter turns by which the phase of bin 1 advances in a hop.
  private let quarters: Int
  private let channels: Int
  /// The largest possible sum over the bins for samples within ±1: by Parseval's theorem, that of a window
  /// of ones, with bin 0 counted whole.
  private var fullScale: Float { Float(2 &* (powerBins &- 1)) }

  init(_ plan: Plan, _ ports: NetworkPorts, _ state: inout Arena) {
    power = ports.power
    advance = ports.advance
    spectrum = ports.spectrum
    powerBins = plan.modelBins
    advanceBins = plan.advanceBins
    spectrumBins = plan.spectrumBins
    bins = plan.geometry.bins
    powerScale = plan.geometry.powerScale
    quarters = 4 / plan.geometry.windowHops
    channels = plan.channels
    spectrumScale = kernel_square_root(plan.geometry.powerScale) / Float(plan.channels)
    agreement = state.take(Float.self, (plan.channels - 1) * plan.spectrumBins)
    agreementRate = Float(Double(plan.geometry.hop) / plan.rate)
  }

  /// Adds a channel: its newest spectrum and the one before. Channel 0 begins a frame.
  @_noLocks @_noAllocation
  func add(_ channel: Int, _ spectrum: Spectrum, before: Spectrum) {
    if channel == 0 { clear() }
    let factor = powerScale / Float(channels)
    for k in 0..<min(powerBins, bins) {
      let x = spectrum[k]
      power[k] += (x.0 * x.0 + x.1 * x.1) * factor
    }
    if let advance {
      for k in 0..<min(advanceBins, bins) {
        let x = spectrum[k]
        let y = before[k]
        advance[2 &* k] += (x.0 * y.0 + x.1 * y.1) * powerScale
        advance[2 &* k &+ 1] += (x.1 * y.0 - x.0 * y.1) * powerScale
      }
    }
    if let sum = self.spectrum { add(channel, spectrum, to: sum) }
  }

  /// Adds a channel to `spectrum`.
  private func add(
    _ channel: Int, _ spectrum: Spectrum, to sum: UnsafeMutablePointer<Float>
  ) {
    let count = min(spectrumBins, bins)
    if channel == 0 {
      for k in 0..<count {
        sum[2 &* k] = spectrum[k].0 * spectrumScale
        sum[2 &* k &+ 1] = spectrum[k].1 * spectrumScale
      }
      return
    }
    let agreement = self.agreement + (channel &- 1) &* spectrumBins
    let share = share()
    for k in 0..<count {
      let x = (spectrum[k].0 * spectrumScale, spectrum[k].1 * spectrumScale)
      let product = (x.0 * sum[2 &* k] + x.1 * sum[2 &* k &+ 1]) * share
      agreement[k] += agreementRate * (product - agreement[k])
      let sign: Float = agreement[k] < 0 ? -1 : 1
      sum[2 &* k] += sign * x.0
      sum[2 &* k &+ 1] += sign * x.1
    }
  }

  /// Scales down a frame that is too loud. Rotates the sums of `advance` back by the phase advance of the
  /// bin's centre frequency and normalises them to unit length.
  @_noLocks @_noAllocation
  func finish() {
    let share = share()
    if share < 1 {
      for k in 0..<powerBins { power[k] *= share }
      if let spectrum {
        let factor = kernel_square_root(share)
        for k in 0..<2 &* spectrumBins { spectrum[k] *= factor }
      }
    }
    guard let advance else { return }
    for k in 0..<min(advanceBins, bins) {
      let real = advance[2 &* k]
      let imaginary = advance[2 &* k &+ 1]
      let factor = 1 / (kernel_square_root(real * real + imaginary * imaginary) + 1e-9)
      let turned = Features.turned(real, imaginary, quarters: k &* quarters)
      advance[2 &* k] = turned.0 * factor
      advance[2 &* k &+ 1] = turned.1 * factor
    }
  }

  /// The ratio of full scale to the power that was added, at most 1. Eight independent sums hide the latency
  /// of an addition.
  private func share() -> Float {
    var sums = SIMD8<Float>.zero
    var k = 0
    while k &+ 8 <= powerBins {
      sums += UnsafeRawPointer(power + k).loadUnaligned(as: SIMD8<Float>.self)
      k &+= 8
    }
    let half = sums.lowHalf + sums.highHalf
    var sum = half[0] + half[1] + half[2] + half[3]
    while k < powerBins {
      sum += power[k]
      k &+= 1
    }
    return sum > fullScale ? fullScale / sum : 1
  }

  private func clear() {
    for k in 0..<powerBins { power[k] = 0 }
    guard let advance else { return }
    for k in 0..<2 &* advanceBins { advance[k] = 0 }
  }

  /// Times exp(-2πi · quarters / 4), exactly.
  @inline(__always)
  private static func turned(
    _ real: Float, _ imaginary: Float, quarters: Int
  ) -> (Float, Float) {
    switch quarters & 3 {
    case 0: (real, imaginary)
    case 1: (imaginary, -real)
    case 2: (-real, -imaginary)
    default: (-imaginary, real)
    }
  }
}
