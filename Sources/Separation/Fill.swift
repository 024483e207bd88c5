import CKernels
import CSystem
import Engine

/// The network's row `fill`: a spectrum that is added to the recording, which itself is not changed.
///
/// - Row: `[n][2]`, real and imaginary part, of the density at the design rate. NaN counts as 0.
/// - Channels: the row is scaled for each channel by the level of the channel's low bins over the last second
///   relative to the mean of all channels, and takes the sign with which they agree with the input `spectrum`.
///   A frame that exceeds the power of full scale counts as full scale, so that a fault does not linger.
struct Fill {
  /// The network's input, complete when a channel is synthesised.
  private let spectrum: UnsafePointer<Float>?
  /// Bins that are compared.
  private let compared: Int
  /// Bins of the row that the sample rate has.
  private let filled: Int
  private let bins: Int
  private let channels: Int
  /// Factor to the density of the sample rate.
  private let scale: Float
  /// How far the running means move in a frame.
  private let rate: Float
  /// The largest possible power of the compared bins for samples within ±1, as in `Features`.
  private let fullScale: Float
  /// Running means of each channel: its power, and its agreement with the linked spectrum, `[channels]`.
  private let powers: UnsafeMutablePointer<Float>
  private let agreements: UnsafeMutablePointer<Float>

  /// Limit of a bin's real and imaginary part: above that of any full-scale window.
  private static var limit: Float { 65_536 }

  init(_ plan: Plan, _ ports: NetworkPorts, _ state: inout Arena) {
    spectrum = ports.spectrum.map { UnsafePointer($0) }
    bins = plan.geometry.bins
    compared = min(plan.spectrumBins, bins)
    filled = min(plan.fillBins, bins)
    channels = plan.channels
    scale = 1 / kernel_square_root(plan.geometry.powerScale)
    rate = Float(Double(plan.geometry.hop) / plan.rate)
    fullScale = Float(2 * (plan.modelBins - 1)) / plan.geometry.powerScale
    let kept = plan.fillBins > 0 ? plan.channels : 0
    powers = state.take(Float.self, kept)
    agreements = state.take(Float.self, kept)
  }

  /// Compares all channels' newest spectra with the linked one.
  @_noLocks @_noAllocation
  func compare(_ spectra: Spectra) {
    guard filled > 0, channels > 1, let spectrum else { return }
    for channel in 0..<channels {
      let frame = spectra.frame(of: channel, ago: 0)
      var power: Float = 0
      var agreement: Float = 0
      for k in 0..<compared {
        let x = frame[k]
        power += x.0 * x.0 + x.1 * x.1
        agreement += x.0 * spectrum[2 &* k] + x.1 * spectrum[2 &* k &+ 1]
      }
      let share = power > fullScale ? fullScale / power : 1
      powers[channel] += rate * (power * share - powers[channel])
      agreements[channel] += rate * (agreement * share - agreements[channel])
    }
  }

  /// Writes what is added to a channel, for all bins of the sample rate.
  @_noLocks @_noAllocation
  func write(_ channel: Int, row: UnsafePointer<Float>, to target: Spectrum) {
    let factor = scale * share(channel)
    for k in 0..<filled {
      let (real, imaginary) = (Fill.limited(row[2 &* k]), Fill.limited(row[2 &* k &+ 1]))
      target[k] = (real * factor, imaginary * factor)
    }
    for k in filled..<bins { target[k] = (0, 0) }
  }

  /// The channel's level relative to the mean, with its sign.
  private func share(_ channel: Int) -> Float {
    guard channels > 1 else { return 1 }
    var sum: Float = 0
    for other in 0..<channels { sum += powers[other] }
    guard sum > 1e-20 else { return 0 }
    let level = kernel_square_root(powers[channel] * Float(channels) / sum)
    return agreements[channel] < 0 ? -level : level
  }

  @inline(__always)
  private static func limited(_ x: Float) -> Float {
    x > 0 ? min(x, limit) : (x < 0 ? max(x, -limit) : 0)
  }
}
