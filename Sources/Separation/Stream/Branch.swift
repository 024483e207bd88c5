import Engine

/// One path through a stream: a model's separator, behind a delay if the model has less latency than the
/// stream; the delay alone if there is no model.
///
/// The delay comes first, so that controls act on the output samples of the same callback.
struct Branch: ~Copyable {
  /// Latency in samples.
  let latency: Int
  /// The holder of the model; nil without one.
  let owner: UnsafeMutableRawPointer?
  /// The link of lists; whoever holds the branch may use it.
  var next: UnsafeMutablePointer<Branch>?

  private let form: StreamForm
  private let separator: UnsafeMutablePointer<Separator>?
  private let model: StreamModel?
  private var delay: DelayLine?
  /// A piece of the delay's output.
  private let delayed: ChannelPointers
  private let state: Arena
  private let fixed: Arena

  /// A branch with a model.
  ///
  /// - Parameter latency: samples of the stream; nil: the model's own.
  init(
    _ model: consuming StreamModel, _ form: StreamForm, latency streamLatency: Int?
  ) throws(SeparatorError) {
    let task = model.model.pointee.task
    guard task == form.task.ofModel else {
      throw SeparatorError(
        message: "the model \(task.does); this plug-in \(form.task.ofModel.does)")
    }
    let made = try Separator(
      model.model, rate: form.rate, channels: form.channels, longest: streamLatency ?? .max)
    let own = made.latency
    let latency = streamLatency ?? own
    guard let separator = Engine.place(made) else { throw .outOfMemory }
    try self.init(
      form, latency: latency, delay: latency - own, separator, owner: model.owner, model)
  }

  /// A branch that passes the input on.
  ///
  /// - Parameter latency: samples, at least 1.
  init(passing form: StreamForm, latency: Int) throws(SeparatorError) {
    try self.init(form, latency: latency, delay: latency, nil, owner: nil, nil)
  }

  /// Takes ownership of the separator, even when it fails.
  private init(
    _ form: StreamForm, latency: Int, delay length: Int,
    _ separator: UnsafeMutablePointer<Separator>?, owner: UnsafeMutableRawPointer?,
    _ model: consuming StreamModel?
  ) throws(SeparatorError) {
    var stateCount = Arena()
    _ = DelayLine(channels: form.channels, length: length, &stateCount)
    var fixedCount = Arena()
    _ = ChannelPointers(form.channels, length: StreamForm.piece, &fixedCount)
    guard var state = Arena(bytes: stateCount.used), var fixed = Arena(bytes: fixedCount.used)
    else {
      endPlaced(separator)
      throw .outOfMemory
    }
    delay = length > 0 ? DelayLine(channels: form.channels, length: length, &state) : nil
    delayed = ChannelPointers(form.channels, length: StreamForm.piece, &fixed)
    self.state = state
    self.fixed = fixed
    self.form = form
    self.latency = latency
    self.separator = separator
    self.owner = owner
    self.model = model
  }

  deinit { endPlaced(separator) }

  /// Frees a list of branches and releases their models.
  static func free(_ list: UnsafeMutablePointer<Branch>?) {
    var rest = list
    while let branch = rest {
      rest = branch.pointee.next
      endPlaced(branch)
    }
  }

  /// Moves a branch to memory of its own.
  static func place(
    _ branch: consuming Branch
  ) throws(SeparatorError) -> UnsafeMutablePointer<Branch> {
    guard let pointer = Engine.place(branch) else { throw .outOfMemory }
    return pointer
  }

  /// Clears all state.
  @_noLocks @_noAllocation
  mutating func reset() {
    separator?.pointee.reset()
    delay?.reset()
    state.clear()
  }

  /// Runs a piece, at most `StreamForm.piece` samples. Outputs may be inputs.
  @_noLocks @_noAllocation
  mutating func run(
    _ controls: Controls, _ input: Separator.Input, to output: Separator.Output, count: Int
  ) {
    guard delay != nil else {
      separate(controls, input, to: output, count: count)
      return
    }
    delay?.run(input, to: delayed.output, count: count)
    separate(controls, delayed.input, to: output, count: count)
  }

  /// See `Separator`.
  @_noLocks @_noAllocation
  func watch(_ isWatched: Bool) { separator?.pointee.watch(isWatched) }

  /// See `Separator`; there is none without a model.
  @_noLocks @_noAllocation
  func takeColumn(_ column: UnsafeMutablePointer<UInt8>) -> Bool {
    separator?.pointee.takeColumn(column) ?? false
  }

  /// RMS of the stems after their faders, linear; 0 without a model.
  var levels: StemGains {
    separator?.pointee.levels ?? StemGains(voice: 0, reverb: 0, ambience: 0)
  }

  @_noLocks @_noAllocation
  private func separate(
    _ controls: Controls, _ input: Separator.Input, to output: Separator.Output, count: Int
  ) {
    guard let separator else {
      pass(input, to: output, count: count)
      return
    }
    switch form.task {
    case .mix, .extend:
      separator.pointee.mix(controls, input, to: output, count: count)
    case .stems:
      separator.pointee.split(
        sensitivity: controls.sensitivity, enabled: controls.enabled, input,
        to: Separator.StemOutputs(
          voice: output, reverb: output + form.channels, ambience: output + 2 &* form.channels),
        count: count)
    }
  }

  /// The input to the mix, or to the voice; other stems are silent.
  @_noLocks @_noAllocation
  private func pass(_ input: Separator.Input, to output: Separator.Output, count: Int) {
    for channel in 0..<form.channels {
      for i in 0..<count { output[channel][i] = input[channel][i] }
    }
    for silent in form.channels..<form.outputs {
      for i in 0..<count { output[silent][i] = 0 }
    }
  }
}
