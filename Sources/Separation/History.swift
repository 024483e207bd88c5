import Engine

/// The last samples of every audio channel in whole hops: the analysis reads the newest of them, and
/// the oldest leave as the delayed input.
///
/// - Memory: `[channels][hops][stride]`, a ring over the hops.
/// - Values: finite and limited; see `cleaned`.
struct History {
  private let samples: UnsafeMutablePointer<Float>
  private let stride: Int
  private let hops: Int
  /// Index in the ring of the hop being filled.
  private var current = 0

  init(_ plan: Plan, _ state: inout Arena) {
    stride = paddedCount(plan.geometry.hop)
    hops = max(plan.latencyHops, plan.geometry.windowHops) + 1
    samples = state.take(Float.self, plan.channels * hops * stride)
  }

  @_noLocks @_noAllocation
  mutating func reset() { current = 0 }

  /// A hop of a channel, counted back from the one being filled: 1 is the newest complete hop.
  @_noLocks @_noAllocation
  func hop(of channel: Int, ago: Int) -> UnsafeMutablePointer<Float> {
    let place = current &- ago
    return samples + (channel &* hops &+ (place < 0 ? place &+ hops : place)) &* stride
  }

  /// Takes `count` samples into the hop being filled, from `position` on.
  @_noLocks @_noAllocation
  func write(
    _ input: UnsafePointer<Float>, to channel: Int, at position: Int, count: Int
  ) {
    let target = hop(of: channel, ago: 0) + position
    for i in 0..<count { target[i] = cleaned(input[i]) }
  }

  /// Begins the next hop; the oldest is lost.
  @_noLocks @_noAllocation
  mutating func advance() {
    current = current &+ 1 == hops ? 0 : current &+ 1
  }
}

/// `count` rounded up to whole cache lines of floats.
func paddedCount(_ count: Int) -> Int { (count + 15) / 16 * 16 }
