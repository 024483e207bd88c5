import Engine

/// Delays all audio channels by the same constant number of samples.
///
/// - Memory: `[channels][length]`, a ring.
/// - Values: cleaned; see `cleaned`.
struct DelayLine {
  private let samples: UnsafeMutablePointer<Float>
  private let channels: Int
  private let length: Int
  private var position = 0

  /// - Parameter length: samples, at least 1.
  init(channels: Int, length: Int, _ state: inout Arena) {
    self.channels = channels
    self.length = length
    samples = state.take(Float.self, channels * length)
  }

  @_noLocks @_noAllocation
  mutating func reset() { position = 0 }

  /// Writes the input of `length` samples ago. `output` may be `input`.
  @_noLocks @_noAllocation
  mutating func run(_ input: Separator.Input, to output: Separator.Output, count: Int) {
    var place = position
    for channel in 0..<channels {
      let ring = samples + channel &* length
      let (x, y) = (input[channel], output[channel])
      place = position
      for i in 0..<count {
        let new = cleaned(x[i])
        y[i] = ring[place]
        ring[place] = new
        place = place &+ 1 == length ? 0 : place &+ 1
      }
    }
    position = place
  }
}
