import Engine

/// Pointers to the samples of each channel, as C hands audio over.
struct ChannelPointers {
  private let table: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let channels: Int

  /// Makes pointers to new memory, `[channels][length]`; with length 0 they point to nothing yet.
  init(_ channels: Int, length: Int = 0, _ fixed: inout Arena) {
    self.channels = channels
    table = fixed.take(UnsafeMutablePointer<Float>.self, channels)
    for channel in 0..<channels {
      let samples = fixed.take(Float.self, length)
      if fixed.isReal { (table + channel).initialize(to: samples) }
    }
  }

  /// The channels to be written.
  var output: Separator.Output { Separator.Output(table) }

  /// The channels to be read.
  var input: Separator.Input {
    UnsafeRawPointer(table).assumingMemoryBound(to: UnsafePointer<Float>.self)
  }

  /// Points to `samples` from `start` on.
  @_noLocks @_noAllocation
  func point(to samples: Separator.Output, from start: Int) {
    for channel in 0..<channels { table[channel] = samples[channel] + start }
  }

  /// Points to read-only `samples` from `start` on.
  @_noLocks @_noAllocation
  func point(to samples: Separator.Input, from start: Int) {
    for channel in 0..<channels {
      table[channel] = UnsafeMutablePointer(mutating: samples[channel] + start)
    }
  }
}
