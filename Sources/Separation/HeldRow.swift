import Engine

/// Holds back rows of the network's output by a constant number of frames: when the filter taps look
/// further ahead than the network does, its rows have to wait for the later frame.
struct HeldRow {
  private let memory: UnsafeMutablePointer<Float>
  private let count: Int
  private let frames: Int
  private var place = 0
  /// `[count]`, valid until the network's next frame.
  private(set) var held: UnsafePointer<Float>

  /// - Parameter frames: 0: rows pass at once and uncopied.
  init(count: Int, frames: Int, _ state: inout Arena) {
    self.count = count
    self.frames = frames
    memory = state.take(Float.self, count * (frames + 1))
    held = UnsafePointer(memory)
  }

  @_noLocks @_noAllocation
  mutating func reset() {
    place = 0
    held = UnsafePointer(memory)
  }

  /// Takes this frame's row; `held` then is the row of `frames` frames ago.
  @_noLocks @_noAllocation
  mutating func push(_ row: UnsafePointer<Float>) {
    if frames == 0 {
      held = row
      return
    }
    let target = memory + place &* count
    for i in 0..<count { target[i] = row[i] }
    place = place == frames ? 0 : place &+ 1
    held = UnsafePointer(memory + place &* count)
  }
}
