/// Which frames of its inputs a layer needs for frame j of its output.
public enum Reach: Equatable {
  /// Frames j·stride + look − history … j·stride + look: a convolution, and with stride 1 and nothing
  /// else every layer that works within a frame.
  case window(stride: Int = 1, look: Int = 0, history: Int = 0)
  /// Frames ⌈(j + crop − kernel + 1) / factor⌉ … ⌊(j + crop) / factor⌋: a transposed convolution.
  case spread(factor: Int, kernel: Int, crop: Int)

  /// Frame j alone.
  public static var frame: Reach { .window() }

  /// When the output exists, given when the input does. Nil when the output would have several frames
  /// for one input frame.
  public func output(of input: Timing) -> Timing? {
    switch self {
    case .window(let stride, let look, _):
      return Timing(rate: input.rate * stride, delay: input.delay + look * input.rate)
    case .spread(let factor, _, let crop):
      guard input.rate % factor == 0 else { return nil }
      let rate = input.rate / factor
      return Timing(rate: rate, delay: input.delay + crop * rate)
    }
  }

  /// How many frames of `input` must be kept for a reader whose output has the timing `reader`: from the
  /// oldest that it reads to the newest there is at that moment.
  public func depth(of input: Timing, for reader: Timing) -> Int {
    switch self {
    case .window(_, let look, let history):
      return (reader.delay - input.delay) / input.rate - look + history + 1
    case .spread(let factor, let kernel, _):
      return (kernel + factor - 1) / factor
    }
  }
}
