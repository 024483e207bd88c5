import CSystem
import Engine

/// The layout of the network's row `taps`: complex filters over neighbouring frames for the lowest
/// bins, which move phases where gains cannot.
///
/// - Row: `[row.bins][stem][part][count]`; part 0 is real, 1 imaginary; tap 0 weighs the oldest
///   frame.
struct Taps {
  /// Shape of the row.
  let row: Shape
  /// Bins that are filtered: those of the row that the sample rate has.
  let bins: Int
  /// Frames before the current one that are weighed, and after it.
  let before: Int
  let after: Int

  /// Nil when the model has no taps.
  ///
  /// - Parameter rateBins: those of the sample rate.
  init?(_ model: UnsafePointer<Model>, bins rateBins: Int) {
    guard let row = model.pointee.outputShape("taps") else { return nil }
    self.row = row
    bins = min(row.bins, rateBins)
    before = model.pointee.tapsBefore
    after = model.pointee.tapsAfter
  }

  /// Taps of one bin and stem.
  var count: Int { before &+ 1 &+ after }

  /// Channels that the row must have.
  var channels: Int { Stem.count &* 2 &* count }

  /// Adds tap `tap` of every bin: `sum += taps · frame`.
  @_noLocks @_noAllocation
  func add(
    _ tap: Int, of stem: Stem, row values: UnsafePointer<Float>, frame: Spectrum, to sum: Spectrum
  ) {
    let real = values + (stem.rawValue &* 2 &* count &+ tap)
    let imaginary = real + count
    for k in 0..<bins {
      let x = frame[k]
      let u = real[k &* row.channels]
      let v = imaginary[k &* row.channels]
      sum[k].0 += x.0 * u - x.1 * v
      sum[k].1 += x.0 * v + x.1 * u
    }
  }
}
