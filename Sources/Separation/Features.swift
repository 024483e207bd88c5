import CSystem
import Engine

/// What the network is told of a frame, linked over the audio channels.
///
/// - `power`, `[bins]`: mean over the channels of |X|², of the density at the design rate.
/// - `advance`, `[n][2]`: how far the phase of a bin ran ahead of its centre frequency since the frame
///   before, as a unit vector; 0 in silence.
/// - Bins that the sample rate lacks are silent.
struct Features {
  /// The network's inputs.
  private let power: UnsafeMutablePointer<Float>
  private let advance: UnsafeMutablePointer<Float>?
  private let powerBins: Int
  private let advanceBins: Int
  /// Bins of the sample rate.
  private let bins: Int
  private let powerScale: Float
  /// Quarter turns by which the phase of bin 1 advances in a hop.
  private let quarters: Int
  private let channels: Int

  init(_ plan: Plan, _ ports: NetworkPorts) {
    power = ports.power
    advance = ports.advance
    powerBins = plan.modelBins
    advanceBins = plan.advanceBins
    bins = plan.geometry.bins
    powerScale = plan.geometry.powerScale
    quarters = 4 / plan.geometry.windowHops
    channels = plan.channels
  }

  /// Adds the share of a channel: its newest spectrum and the one before. Channel 0 begins.
  @_noLocks @_noAllocation
  func add(_ channel: Int, _ spectrum: Spectrum, before: Spectrum) {
    if channel == 0 { clear() }
    let factor = powerScale / Float(channels)
    for k in 0..<min(powerBins, bins) {
      let x = spectrum[k]
      power[k] += (x.0 * x.0 + x.1 * x.1) * factor
    }
    guard let advance else { return }
    for k in 0..<min(advanceBins, bins) {
      let x = spectrum[k]
      let y = before[k]
      advance[2 &* k] += (x.0 * y.0 + x.1 * y.1) * powerScale
      advance[2 &* k &+ 1] += (x.1 * y.0 - x.0 * y.1) * powerScale
    }
  }

  /// Turns the sums of `advance` back by what a tone of the bin's own frequency advances, and to unit
  /// length.
  @_noLocks @_noAllocation
  func finish() {
    guard let advance else { return }
    for k in 0..<min(advanceBins, bins) {
      let real = advance[2 &* k]
      let imaginary = advance[2 &* k &+ 1]
      let factor = 1 / (square_root(real * real + imaginary * imaginary) + 1e-9)
      let turned = Features.turned(real, imaginary, quarters: k &* quarters)
      advance[2 &* k] = turned.0 * factor
      advance[2 &* k &+ 1] = turned.1 * factor
    }
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
