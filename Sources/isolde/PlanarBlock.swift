/// Samples of several channels, each channel contiguous, as the separator takes them.
final class PlanarBlock {
  /// The most samples a channel that it can hold.
  let capacity: Int
  let channels: Int

  /// The owner of the memory; nil if the block owns it.
  private let owner: PlanarBlock?
  private let rows: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let readRows: UnsafeMutablePointer<UnsafePointer<Float>>

  /// Makes a silent block.
  init(channels: Int, capacity: Int) {
    self.channels = channels
    self.capacity = capacity
    owner = nil
    (rows, readRows) = Self.rows(
      (0..<channels).map { _ in
        let row = UnsafeMutablePointer<Float>.allocate(capacity: capacity)
        row.initialize(repeating: 0, count: capacity)
        return row
      })
  }

  /// Makes a view of some channels of another block; the memory is shared.
  init(_ selected: [Int], of block: PlanarBlock) {
    channels = selected.count
    capacity = block.capacity
    owner = block
    (rows, readRows) = Self.rows(selected.map { block.rows[$0] })
  }

  private static func rows(
    _ starts: [UnsafeMutablePointer<Float>]
  ) -> (
    UnsafeMutablePointer<UnsafeMutablePointer<Float>>, UnsafeMutablePointer<UnsafePointer<Float>>
  ) {
    let rows = UnsafeMutablePointer<UnsafeMutablePointer<Float>>.allocate(capacity: starts.count)
    let readRows = UnsafeMutablePointer<UnsafePointer<Float>>.allocate(capacity: starts.count)
    for (index, start) in starts.enumerated() {
      (rows + index).initialize(to: start)
      (readRows + index).initialize(to: start)
    }
    return (rows, readRows)
  }

  deinit {
    if owner == nil { for channel in 0..<channels { rows[channel].deallocate() } }
    rows.deallocate()
    readRows.deallocate()
  }

  /// One writable pointer for each channel.
  var pointers: UnsafePointer<UnsafeMutablePointer<Float>> { UnsafePointer(rows) }

  /// One read-only pointer for each channel.
  var readPointers: UnsafePointer<UnsafePointer<Float>> { UnsafePointer(readRows) }

  /// The samples of one channel.
  subscript(channel: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: rows[channel], count: capacity)
  }

  /// A read-only pointer to the first sample of a channel.
  func start(of channel: Int) -> UnsafePointer<Float> { readRows[channel] }

  /// Sets all samples to zero.
  func silence() {
    for channel in 0..<channels { self[channel].update(repeating: 0) }
  }

  /// Multiplies the first `count` samples of each channel.
  func multiply(by factor: Float, count: Int) {
    for channel in 0..<channels {
      let row = self[channel]
      for i in 0..<count { row[i] *= factor }
    }
  }

  /// The peak of the first `count` samples; NaN is ignored.
  func peak(_ count: Int) -> Float {
    var peak: Float = 0
    for channel in 0..<channels {
      for sample in self[channel].prefix(count) where sample.magnitude < .infinity {
        peak = max(peak, sample.magnitude)
      }
    }
    return peak
  }
}
