import CInterface
import Engine

/// What a separator requires of its model and its host.
enum Requirements {
  /// Sample rates in Hz.
  static var rates: ClosedRange<Double> { Double(ISOLDE_MIN_RATE)...Double(ISOLDE_MAX_RATE) }
  static var channels: ClosedRange<Int> { 1...Int(ISOLDE_MAX_CHANNELS) }
  /// Seconds.
  private static var longestLatency: Double { 10 }
  /// Multiply-adds a second for the network and one audio channel, counted as those of a convolution: more than one
  /// core of any processor can do.
  private static var greatestCost: Double { 1e10 }

  static func check(
    _ model: UnsafePointer<Model>, rate: Double, channels: Int
  ) throws(SeparatorError) {
    guard rates.contains(rate) else {
      throw SeparatorError(
        message: "sample rate is outside \(Int(rates.lowerBound)) ... \(Int(rates.upperBound)) Hz; "
          + "resample the audio", kind: .argument)
    }
    guard Requirements.channels.contains(channels) else {
      throw SeparatorError(
        message: "\(channels) audio channels; use 1 ... \(Requirements.channels.upperBound)",
        kind: .argument)
    }
    try checkTransform(model, rate: rate)
    try checkVorbis(model)
    try checkInputs(model)
    try checkOutputs(model)
    try checkCost(model, rate: rate)
  }

  /// Checks latency and cost before any memory is allocated.
  private static func checkCost(
    _ model: UnsafePointer<Model>, rate: Double
  ) throws(SeparatorError) {
    let plan = Plan(model, rate: rate, channels: 1)
    let late = Double(plan.latencyHops) * Double(plan.geometry.hop) / rate
    guard late <= longestLatency else {
      throw SeparatorError(
        message: "the model's latency is \(Int(late)) seconds; "
          + "the maximum is \(Int(longestLatency))")
    }
    let work = Double(model.pointee.work) + Double(Price(plan).channel)
    let cost = work * rate / Double(plan.geometry.hop)
    guard cost <= greatestCost else {
      throw SeparatorError(
        message:
          "the model needs about \(Int(min(cost / 1e9, 1e9))) billion multiply-adds per second; "
          + "the maximum is \(Int(greatestCost / 1e9))")
    }
  }

  private static func checkTransform(
    _ model: UnsafePointer<Model>, rate: Double
  ) throws(SeparatorError) {
    let hop = model.pointee.hop
    let window = model.pointee.window
    let synthesis = model.pointee.synthesis
    guard model.pointee.rate > 0, hop > 0, window == 2 * hop || window == 4 * hop else {
      throw SeparatorError(
        message: "the model's window is \(window) samples; it must be 2 or 4 hops of \(hop)")
    }
    let exact = Geometry.exactHop(model, rate: rate) * Double(window / hop)
    guard exact <= Double(Geometry.longestWindow) else {
      throw SeparatorError(
        message: "the model's window is \(Int(exact)) samples at this rate; "
          + "the maximum is \(Geometry.longestWindow)")
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
      throw SeparatorError(message: "the model has no input \"power\"; it cannot separate")
    }
    guard power.channels == 1, power.bins == bins else {
      throw SeparatorError(
        message: "input \"power\" of the model is \(power.channels) x \(power.bins); "
          + "it must be 1 x \(bins)")
    }
    var known = 1
    for name: StaticString in ["advance", "spectrum", "noise"] {
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
        message: "the model has inputs besides \"power\", \"advance\", \"spectrum\" and "
          + "\"noise\"; it needs a newer Isolde")
    }
  }

  private static func checkOutputs(_ model: UnsafePointer<Model>) throws(SeparatorError) {
    switch model.pointee.task {
    case .separate, .split:
      try checkMask(model)
      try refuse("fill", model)
    case .extend:
      try checkFill(model)
      try refuse("mask", model)
      try refuse("taps", model)
    }
  }

  /// Refuses an output of another task: its shape is not checked, so its row must not be read.
  private static func refuse(
    _ output: StaticString, _ model: UnsafePointer<Model>
  ) throws(SeparatorError) {
    guard model.pointee.outputShape(output) == nil else {
      throw SeparatorError(
        message: "the model \(model.pointee.task.does) and has an output \"\(output)\", "
          + "which is of another task")
    }
  }

  private static func checkFill(_ model: UnsafePointer<Model>) throws(SeparatorError) {
    let bins = model.pointee.window / 2 + 1
    guard let fill = model.pointee.outputShape("fill") else {
      throw SeparatorError(message: "the model has no output \"fill\"; it restores nothing")
    }
    guard fill.channels == 2, fill.bins <= bins else {
      throw SeparatorError(
        message: "output \"fill\" of the model is \(fill.channels) x \(fill.bins); "
          + "it must be 2 x at most \(bins)")
    }
    guard model.pointee.inputShape("spectrum") != nil else {
      throw SeparatorError(message: "the model has no input \"spectrum\", which \"fill\" needs")
    }
  }

  private static func checkMask(_ model: UnsafePointer<Model>) throws(SeparatorError) {
    let bins = model.pointee.window / 2 + 1
    guard let mask = model.pointee.outputShape("mask") else {
      throw SeparatorError(message: "the model has no output \"mask\"; it cannot separate")
    }
    guard mask.channels == Estimate.count, mask.bins == bins else {
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
