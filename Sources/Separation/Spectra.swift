import CSystem
import Engine

/// The last spectra of every audio channel.
///
/// - Memory: `[channels][frames][stride]` complex values, a ring over the frames.
struct Spectra {
  private let memory: Spectrum
  private let stride: Int
  private let frames: Int
  private var newest = 0

  init(_ plan: Plan, _ state: inout Arena) {
    stride = paddedCount(plan.geometry.bins)
    frames = plan.frames
    memory = state.take(fftwf_complex.self, plan.channels * frames * stride)
  }

  @_noLocks @_noAllocation
  mutating func reset() { newest = 0 }

  /// Frame n - `ago`, n being the newest.
  @_noLocks @_noAllocation
  func frame(of channel: Int, ago: Int) -> Spectrum {
    let place = newest &- ago
    return memory + (channel &* frames &+ (place < 0 ? place &+ frames : place)) &* stride
  }

  /// Makes room for a new frame; the oldest is lost.
  @_noLocks @_noAllocation
  mutating func advance() {
    newest = newest &+ 1 == frames ? 0 : newest &+ 1
  }
}
