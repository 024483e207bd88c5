/// What 32-bit integers and 64-bit floats hold beyond the nearest `Float`.
///
/// The separator works with `Float`. With all faders at 0 dB it gives back its input, and the remainders, put
/// back on, make the output equal the recording bit for bit. They wait here from the reading of a sample
/// to its writing, which is the separator's latency.
final class Remainders {
  private let channels: Int
  private var values: [Double] = []
  private var start = 0

  /// Whether a channel's values are kept; the others count as zero.
  private var isKept: [Bool]
  private var channel = 0

  init(channels: Int) {
    self.channels = channels
    isKept = Array(repeating: true, count: channels)
  }

  /// Keeps the values of these channels only: those that are not changed.
  func keep(_ unchanged: [Int]) {
    isKept = (0..<channels).map { unchanged.contains($0) }
  }

  /// Takes the next value, channel by channel.
  func append(_ value: Double) {
    values.append(isKept[channel] ? value : 0)
    channel = channel + 1 == channels ? 0 : channel + 1
  }

  /// Gives the oldest `count` samples a channel to `body`, channel by channel, and drops them.
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
