import Engine

/// Overlap-add of both estimates of every audio channel, one hop out for each frame in.
///
/// - Memory: `[channels][2][hops + 1][stride]`, a ring over the hops: one is complete and leaves while
///   the frame is added to the others.
struct Overlap {
  private let sums: UnsafeMutablePointer<Float>
  private let hop: Int
  private let stride: Int
  /// Hops under the synthesis window.
  let hops: Int
  private var complete = 0

  init(_ plan: Plan, _ state: inout Arena) {
    hop = plan.geometry.hop
    stride = paddedCount(hop)
    hops = plan.geometry.synthesisHops
    sums = state.take(Float.self, plan.channels * Estimate.count * (hops + 1) * stride)
  }

  @_noLocks @_noAllocation
  mutating func reset() { complete = 0 }

  /// The output hop, `[hop]`.
  @_noLocks @_noAllocation
  func output(of channel: Int, _ estimate: Estimate) -> UnsafePointer<Float> {
    UnsafePointer(hop(complete, of: channel, estimate))
  }

  /// The next output hop, `[hop]`, once this frame has been added.
  @_noLocks @_noAllocation
  func finished(of channel: Int, _ estimate: Estimate) -> UnsafeMutablePointer<Float> {
    hop(complete == hops ? 0 : complete &+ 1, of: channel, estimate)
  }

  /// Adds a frame. `samples` and `window` are `[hops · hop]`.
  @_noLocks @_noAllocation
  func add(
    _ samples: UnsafePointer<Float>, window: UnsafePointer<Float>, to channel: Int,
    _ estimate: Estimate
  ) {
    for part in 0..<hops {
      let place = complete &+ 1 &+ part
      let sum = hop(place > hops ? place &- hops &- 1 : place, of: channel, estimate)
      let x = samples + part &* hop
      let w = window + part &* hop
      if part < hops &- 1 {
        for i in 0..<hop { sum[i] += x[i] * w[i] }
      } else {
        for i in 0..<hop { sum[i] = x[i] * w[i] }
      }
    }
  }

  /// Frees the output hop; the next one is complete.
  @_noLocks @_noAllocation
  mutating func advance() {
    complete = complete == hops ? 0 : complete &+ 1
  }

  @inline(__always)
  private func hop(
    _ place: Int, of channel: Int, _ estimate: Estimate
  ) -> UnsafeMutablePointer<Float> {
    sums + ((channel &* Estimate.count &+ estimate.rawValue) &* (hops &+ 1) &+ place) &* stride
  }
}
