import Engine

/// What a separator asks of its model and its host.
enum Requirements {
  /// Sample rates in Hz.
  static var rates: ClosedRange<Double> { 8_000...192_000 }
  static var channels: ClosedRange<Int> { 1...64 }

  static func check(
    _ model: UnsafePointer<Model>, rate: Double, channels: Int
  ) throws(SeparatorError) {
    guard rates.contains(rate) else {
      throw SeparatorError(
        message: "sample rate is outside \(Int(rates.lowerBound)) ... \(Int(rates.upperBound)) Hz; "
          + "resample the audio")
    }
    guard Requirements.channels.contains(channels) else {
      throw SeparatorError(message: "\(channels) audio channels; use 1 ... 64")
    }
    try checkTransform(model)
    try checkVorbis(model)
    try checkInputs(model)
    try checkOutputs(model)
  }

  private static func checkTransform(_ model: UnsafePointer<Model>) throws(SeparatorError) {
    let hop = model.pointee.hop
    let window = model.pointee.window
    let synthesis = model.pointee.synthesis
    guard model.pointee.rate > 0, hop > 0, window == 2 * hop || window == 4 * hop else {
      throw SeparatorError(
        message: "the model's window is \(window) samples; it must be 2 or 4 hops of \(hop)")
    }
    guard synthesis > 0, synthesis <= window, synthesis % (2 * hop) == 0 else {
      throw SeparatorError(
        message: "the model's synthesis window is \(synthesis) samples; "
          + "it must be 2 or 4 hops of \(hop)")
    }
  }

  private static func checkVorbis(_ model: UnsafePointer<Model>) throws(SeparatorError) {
    let hops = 2 * model.pointee.hop
    guard
      model.pointee.windows == .sine
        || model.pointee.window == hops && model.pointee.synthesis == hops
    else {
      throw SeparatorError(message: "the model's Vorbis windows must be 2 hops of \(hops / 2) each")
    }
  }

  private static func checkInputs(_ model: UnsafePointer<Model>) throws(SeparatorError) {
    let bins = model.pointee.window / 2 + 1
    guard let power = model.pointee.inputShape("power") else {
      throw SeparatorError(message: "the model has no input \"power\"; it separates nothing")
    }
    guard power.channels == 1, power.bins == bins else {
      throw SeparatorError(
        message: "input \"power\" of the model is \(power.channels) x \(power.bins); "
          + "it must be 1 x \(bins)")
    }
    var known = 1
    for name: StaticString in ["advance", "spectrum"] {
      guard let input = model.pointee.inputShape(name) else { continue }
      known += 1
      guard input.channels == 2, input.bins <= bins else {
        throw SeparatorError(
          message: "input \"\(name)\" of the model is \(input.channels) x \(input.bins); "
            + "it must be 2 x at most \(bins)")
      }
    }
    guard model.pointee.inputCount == known else {
      throw SeparatorError(
        message: "the model has inputs besides \"power\", \"advance\" and \"spectrum\"; "
          + "it needs a newer Isolde")
    }
  }

  private static func checkOutputs(_ model: UnsafePointer<Model>) throws(SeparatorError) {
    let bins = model.pointee.window / 2 + 1
    guard let mask = model.pointee.outputShape("mask") else {
      throw SeparatorError(message: "the model has no output \"mask\"; it separates nothing")
    }
    guard mask.channels == Stem.count, mask.bins == bins else {
      throw SeparatorError(
        message: "output \"mask\" of the model is \(mask.channels) x \(mask.bins); "
          + "it must be 2 x \(bins)")
    }
    guard let taps = Taps(model, bins: bins) else { return }
    guard taps.row.channels == taps.channels, taps.row.bins <= bins else {
      throw SeparatorError(
        message: "output \"taps\" of the model is \(taps.row.channels) x \(taps.row.bins); "
          + "it must be \(taps.channels) x at most \(bins)")
    }
  }
}
