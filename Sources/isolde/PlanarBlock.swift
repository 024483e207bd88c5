/// Samples of several audio channels, one run of memory a channel, as the separator takes them.
final class PlanarBlock {
  /// Samples a channel that it can hold.
  let capacity: Int
  let channels: Int

  private let samples: UnsafeMutablePointer<Float>
  private let rows: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let readRows: UnsafeMutablePointer<UnsafePointer<Float>>

  /// Makes a silent block.
  init(channels: Int, capacity: Int) {
    self.channels = channels
    self.capacity = capacity
    samples = .allocate(capacity: channels * capacity)
    samples.initialize(repeating: 0, count: channels * capacity)
    rows = .allocate(capacity: channels)
    readRows = .allocate(capacity: channels)
    for channel in 0..<channels {
      (rows + channel).initialize(to: samples + channel * capacity)
      (readRows + channel).initialize(to: samples + channel * capacity)
    }
  }

  deinit {
    samples.deallocate()
    rows.deallocate()
    readRows.deallocate()
  }

  /// One pointer a channel, to write through.
  var pointers: UnsafePointer<UnsafeMutablePointer<Float>> { UnsafePointer(rows) }

  /// One pointer a channel, to read through.
  var readPointers: UnsafePointer<UnsafePointer<Float>> { UnsafePointer(readRows) }

  /// The samples of one channel.
  subscript(channel: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: rows[channel], count: capacity)
  }

  /// Makes all samples zero.
  func silence() {
    samples.update(repeating: 0, count: channels * capacity)
  }
}
