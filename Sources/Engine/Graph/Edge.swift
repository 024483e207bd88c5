import Timing

/// A layer's output in the graph: its shape, its timing, and what its readers need.
struct Edge {
  let shape: Shape
  let timing: Timing
  /// Frames kept: the newest and those that readers still need.
  var depth = 1
  /// Zero bins kept on either side of every frame.
  var pad = 0

  /// Makes room for a reader whose output has the timing `reader`.
  mutating func serve(_ reader: Timing, reach: Reach, pad: Int) {
    depth = max(depth, reach.depth(of: timing, for: reader))
    self.pad = max(self.pad, pad)
  }
}

/// The frames of an edge in memory: a ring in which readers of any age find theirs, so that branches
/// of different delay meet without a copy.
struct Ring {
  private let base: UnsafeMutablePointer<Float>
  private let stride: Int
  private let depth: Int
  let shape: Shape

  init(_ edge: Edge, _ arena: inout Arena) {
    shape = edge.shape
    depth = edge.depth
    let margin = edge.pad.saturatingTimes(shape.channels)
    stride = shape.count.saturatingAdd(margin).saturatingAdd(margin).saturatingAdd(15) / 16 * 16
    base = arena.take(Float.self, stride.saturatingTimes(depth)) + margin
  }

  /// Bin 0 of a frame. Frames before frame 0 are zeros, as far back as a reader was announced.
  @_noLocks @_noAllocation
  func row(_ frame: Int) -> UnsafeMutablePointer<Float> {
    depth == 1 ? base : base + ((frame &+ depth) % depth) &* stride  // a division takes its time
  }
}
