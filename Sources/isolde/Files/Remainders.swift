/// The differences between 32-bit integer or 64-bit float samples and the nearest `Float`.
///
/// The separator works with `Float`. With all faders at 0 dB it returns its input; adding the remainders then makes
/// the output equal to the recording, bit for bit. They are kept here from reading to writing, which is as long as
/// the separator's latency.
final class Remainders {
  private let channels: Int
  private var values: [Double] = []
  private var start = 0

  /// Whether each channel's remainders are kept; the others are zero.
  private var isKept: [Bool]
  private var channel = 0

  init(channels: Int) {
    self.channels = channels
    isKept = Array(repeating: true, count: channels)
  }

  /// Keeps the remainders of only these channels: those that the separator leaves unchanged.
  func keep(_ unchanged: [Int]) {
    isKept = (0..<channels).map { unchanged.contains($0) }
  }

  /// Appends the remainder of the next sample, interleaved.
  func append(_ value: Double) {
    values.append(isKept[channel] ? value : 0)
    channel = channel + 1 == channels ? 0 : channel + 1
  }

  /// Passes the oldest `count` samples a channel to `body`, interleaved, and drops them.
  func take(_ count: Int, _ body: (ArraySlice<Double>) -> Void) {
    let end = min(values.count, start + count * channels)
    body(values[start..<end])
    start = end
    if start > 1 << 16 {
      values.removeFirst(start)
      start = 0
    }
  }
}
