import CSystem
import Engine

/// The gains of one frame for each bin of the sample rate, from the network's row `mask`.
///
/// - Memory: `[2][bins]`, linear gains 0...1 of speech and voice.
/// - Bins above those of the model take the mask of its highest bin.
struct Masks {
  private let gains: UnsafeMutablePointer<Float>
  private let bins: Int
  private let stride: Int
  private let modelBins: Int

  init(_ plan: Plan, _ fixed: inout Arena) {
    bins = plan.geometry.bins
    stride = paddedCount(bins)
    modelBins = plan.modelBins
    gains = fixed.take(Float.self, Stem.count * stride)
  }

  /// `[bins]`.
  @_noLocks @_noAllocation
  func gains(_ stem: Stem) -> UnsafePointer<Float> {
    UnsafePointer(gains + stem.rawValue &* stride)
  }

  /// - Parameters:
  ///   - row: `[bins of the model][2]`.
  ///   - odds: factor on the odds g / (1 - g) of speech against ambience. Gains of 0 and 1 stay, and
  ///     voice keeps its share of speech.
  @_noLocks @_noAllocation
  func set(_ row: UnsafePointer<Float>, odds: Float) {
    let speech = gains + Stem.speech.rawValue &* stride
    let voice = gains + Stem.voice.rawValue &* stride
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

  /// 0...1; NaN, which a damaged model may give, is 0.
  @inline(__always)
  private static func limited(_ gain: Float) -> Float { gain > 0 ? min(gain, 1) : 0 }
}
