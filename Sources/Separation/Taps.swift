import CSystem
import Engine

/// The network's row `taps`: complex filters over neighbouring frames for the lowest bins, which move
/// phases where gains cannot.
///
/// - Row: `[row.bins][estimate][part][count]`; part 0 is real, 1 imaginary; tap 0 weighs the oldest
///   frame.
struct Taps {
  /// Shape of the row.
  let row: Shape
  /// Limit of a tap's real and imaginary part, far above any trained model's. NaN, which a damaged model can
  /// produce, becomes 0.
  private static var limit: Float { 64 }

  /// Filtered bins: those of the row that exist at the sample rate.
  let bins: Int
  /// Frames before the current one that are weighed, and after it.
  let before: Int
  let after: Int
  /// What they weigh.
  let of: TapsOf

  /// Nil when the model has no taps.
  ///
  /// - Parameter rateBins: bins at the sample rate.
  init?(_ model: UnsafePointer<Model>, bins rateBins: Int) {
    guard let row = model.pointee.outputShape("taps") else { return nil }
    self.row = row
    bins = min(row.bins, rateBins)
    before = model.pointee.tapsBefore
    after = model.pointee.tapsAfter
    of = model.pointee.tapsOf
  }

  /// Taps of one bin and estimate.
  var count: Int { before &+ 1 &+ after }

  /// Required channels of the row.
  var channels: Int { Estimate.count &* 2 &* count }

  /// Multiplies the taps of a row by the gains of the frames that they weigh; the newest gains are those set
  /// last.
  @_noLocks @_noAllocation
  func mask(
    _ row: UnsafePointer<Float>, by masks: Masks, to masked: UnsafeMutablePointer<Float>
  ) {
    for tap in 0..<count {
      let speech = masks.gains(.speech, ago: count &- 1 &- tap)
      let voice = masks.gains(.voice, ago: count &- 1 &- tap)
      var place = tap
      for k in 0..<bins {
        masked[place] = row[place] * speech[k]
        masked[place &+ count] = row[place &+ count] * speech[k]
        masked[place &+ 2 &* count] = row[place &+ 2 &* count] * voice[k]
        masked[place &+ 3 &* count] = row[place &+ 3 &* count] * voice[k]
        place &+= self.row.channels
      }
    }
  }

  /// The filtered bins of both estimates, `taps · frames`, the frames oldest first; residual taps are added
  /// to the frame itself.
  @_noLocks @_noAllocation
  func filter(
    _ frame: Spectrum, _ frames: UnsafePointer<Spectrum>, row values: UnsafePointer<Float>,
    speech: Spectrum, voice: Spectrum
  ) {
    let own: Float = of == .residual ? 1 : 0
    var value = values
    for k in 0..<bins {
      // Lanes: real and imaginary tap of speech, of voice; times the real and the imaginary part.
      var ofReal = SIMD4<Float>.zero
      var ofImaginary = SIMD4<Float>.zero
      for tap in 0..<count {
        let x = frames[tap][k]
        let w = limited_x4(
          SIMD4(
            value[tap], value[count &+ tap], value[2 &* count &+ tap], value[3 &* count &+ tap]),
          Taps.limit)
        ofReal += x.0 * w
        ofImaginary += x.1 * w
      }
      let x = (frame[k].0 * own, frame[k].1 * own)
      speech[k] = (x.0 + (ofReal[0] - ofImaginary[1]), x.1 + (ofReal[1] + ofImaginary[0]))
      voice[k] = (x.0 + (ofReal[2] - ofImaginary[3]), x.1 + (ofReal[3] + ofImaginary[2]))
      value += row.channels
    }
  }
}
