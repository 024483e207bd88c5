/// When the frames of an edge exist.
///
/// Frame j of an edge stands for input frame j·rate and exists as soon as input frame j·rate + delay is
/// in. This module is the delay algebra of the engine and nothing else: it knows no audio, no shapes
/// and no arithmetic on frames.
public struct Timing: Equatable {
  /// Input frames for one frame of the edge: the product of the time strides before it.
  public let rate: Int
  /// Input frames that the edge is late by.
  public let delay: Int

  /// Of an edge that is made anew every `rate` input frames, `delay` late.
  public init(rate: Int, delay: Int) {
    self.rate = rate
    self.delay = delay
  }

  /// Of what comes from outside.
  public static var input: Timing { Timing(rate: 1, delay: 0) }

  /// The frame that comes into being with input frame `n`; nil when none does.
  public func frame(at n: Int) -> Int? {
    let own = n - delay
    return own >= 0 && own % rate == 0 ? own / rate : nil
  }

  /// What several edges have in common when they meet: the same rate, and the delay of the latest. Nil
  /// when their rates differ.
  public static func joining(_ timings: [Timing]) -> Timing? {
    guard let first = timings.first else { return .input }
    var delay = 0
    for timing in timings {
      guard timing.rate == first.rate else { return nil }
      delay = max(delay, timing.delay)
    }
    return Timing(rate: first.rate, delay: delay)
  }
}
