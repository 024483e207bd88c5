/// When the frames of an edge exist.
///
/// Frame j of an edge stands for input frame j·rate and exists as soon as input frame j·rate + delay is
/// in. This module is the delay algebra of the engine and nothing else: it knows no audio, no shapes
/// and no arithmetic on frames.
public struct Timing: Equatable {
  /// Input frames for one frame of the edge: the product of the time strides before it.
  public let rate: Int
  /// Delay of the edge in input frames.
  public let delay: Int

  /// An edge with a frame every `rate` input frames, delayed by `delay`.
  public init(rate: Int, delay: Int) {
    self.rate = rate
    self.delay = delay
  }

  /// An input of the network.
  public static var input: Timing { Timing(rate: 1, delay: 0) }

  /// The frame that exists as of input frame `n`; nil when none is new.
  public func frame(at n: Int) -> Int? {
    let own = n - delay
    return own >= 0 && own % rate == 0 ? own / rate : nil
  }

  /// The timing where several edges meet: their common rate, and the largest of their delays. Nil when
  /// their rates differ.
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
