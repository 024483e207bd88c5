import CSystem
import Engine

/// The gains of the newest frames for each bin of the sample rate, from the network's row `mask`.
///
/// - Memory: `[frames][2][bins]`, a ring; linear gains 0...1 of speech and voice.
/// - Bins above those of the model take the mask of its highest bin.
struct Masks {
  private let memory: UnsafeMutablePointer<Float>
  private let bins: Int
  private let stride: Int
  private let modelBins: Int
  private let frames: Int
  private var newest = 0

  init(_ plan: Plan, _ state: inout Arena) {
    bins = plan.geometry.bins
    stride = paddedCount(bins)
    modelBins = plan.modelBins
    frames = plan.maskFrames
    memory = state.take(Float.self, frames * Estimate.count * stride)
  }

  @_noLocks @_noAllocation
  mutating func reset() { newest = 0 }

  /// `[bins]`, of the row that was set `ago` frames before the last one.
  @_noLocks @_noAllocation
  func gains(_ estimate: Estimate, ago: Int) -> UnsafePointer<Float> {
    UnsafePointer(row(estimate, ago: ago))
  }

  private func row(_ estimate: Estimate, ago: Int) -> UnsafeMutablePointer<Float> {
    let place = newest &- ago
    let frame = place < 0 ? place &+ frames : place
    return memory + (frame &* Estimate.count &+ estimate.rawValue) &* stride
  }

  /// Sets the next frame's gains.
  ///
  /// - Parameters:
  ///   - row: `[bins of the model][2]`.
  ///   - odds: factor on the odds g / (1 - g) of speech against the background. Gains of 0 and 1 stay, and
  ///     voice keeps its share of speech.
  @_noLocks @_noAllocation
  mutating func set(_ row: UnsafePointer<Float>, odds: Float) {
    newest = newest &+ 1 == frames ? 0 : newest &+ 1
    let speech = self.row(.speech, ago: 0)
    let voice = self.row(.voice, ago: 0)
    let shared = min(bins, modelBins)
    for k in 0..<shared {
      speech[k] = Masks.limited(row[2 &* k])
      voice[k] = Masks.limited(row[2 &* k &+ 1])
    }
    if odds != 1 {
      for k in 0..<shared {
        let shift = odds / (1 - speech[k] + odds * speech[k])
        speech[k] = min(speech[k] * shift, 1)
        voice[k] = min(voice[k] * shift, 1)
      }
    }
    for k in shared..<bins {
      speech[k] = speech[shared &- 1]
      voice[k] = voice[shared &- 1]
    }
  }

  /// Limited to 0...1; NaN, which a damaged model may give, becomes 0.
  @inline(__always)
  private static func limited(_ gain: Float) -> Float { gain > 0 ? min(gain, 1) : 0 }
}
