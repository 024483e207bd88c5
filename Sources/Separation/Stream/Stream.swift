import CSystem
import Engine

/// A stream of audio whose model can be switched without a gap; every plug-in instance runs one.
///
/// - Delay: `latency` samples, constant, whatever the model, and without one.
/// - Input: NaN and infinities count as 0, samples are limited to ±65,536.
/// - Output: the same bits however the stream is cut into calls.
/// - Threads: any thread may give and collect models, even while the audio thread runs; functions marked
///   real-time safe are for the audio thread only.
public struct Stream: ~Copyable {
  /// Latency in samples.
  public let latency: Int

  private let form: StreamForm
  // Behind pointers, so that threads that share the stream never write to it.
  private let crossfade: UnsafeMutablePointer<Crossfade>
  private let mailbox: UnsafeMutablePointer<Mailbox>

  /// A stream that begins with `model` and has its latency.
  public init(_ form: StreamForm, _ model: consuming StreamModel) throws(SeparatorError) {
    try self.init(form, try Branch(model, form, latency: nil))
  }

  /// A stream that begins without a model and passes the input on.
  ///
  /// - Parameter latency: in samples at 48 kHz.
  public init(_ form: StreamForm, latency: Int) throws(SeparatorError) {
    let samples = Int(form.usableRate * Double(latency) / 48_000 + 0.5)
    try self.init(form, try Branch(passing: form, latency: max(samples, 1)))
  }

  private init(_ form: StreamForm, _ first: consuming Branch) throws(SeparatorError) {
    let latency = first.latency
    guard let crossfade = place(try Crossfade(Branch.place(first), form)) else {
      throw .outOfMemory
    }
    guard let mailbox = place(Mailbox()) else {
      endPlaced(crossfade)
      throw .outOfMemory
    }
    self.form = form
    self.latency = latency
    self.crossfade = crossfade
    self.mailbox = mailbox
  }

  deinit {
    endPlaced(mailbox)
    endPlaced(crossfade)
  }

  // MARK: Any thread but the audio thread

  /// Switches to `model` at the next `take`.
  public func give(_ model: consuming StreamModel) throws(SeparatorError) {
    try give(try Branch(model, form, latency: latency))
  }

  /// Switches to passing the input on at the next `take`.
  public func giveNothing() throws(SeparatorError) {
    try give(try Branch(passing: form, latency: latency))
  }

  private func give(_ branch: consuming Branch) throws(SeparatorError) {
    mailbox.pointee.give(try Branch.place(branch))
    collect()
  }

  /// Frees what `retire` left and releases its models.
  public func collect() { mailbox.pointee.collect() }

  // MARK: The audio thread

  /// Clears all state; the newest model continues.
  @_noLocks @_noAllocation
  public func reset() { crossfade.pointee.reset() }

  /// Takes the model given last, if any; true when there was one.
  @_noLocks @_noAllocation
  public func take() -> Bool {
    guard let branch = mailbox.pointee.take() else { return false }
    crossfade.pointee.take(branch)
    return true
  }

  /// Hands retired models over to `collect`; true when there were any.
  @_noLocks @_noAllocation
  public func retire() -> Bool {
    guard mailbox.pointee.hasRoom, let list = crossfade.pointee.takeRetired() else { return false }
    mailbox.pointee.retire(list)
    return true
  }

  /// The owner of the newest model; nil when the input passes.
  public var newest: UnsafeMutableRawPointer? { crossfade.pointee.newest.pointee.owner }

  /// Writes the mix that `controls` ask for, or the stems, all channels of each in turn: voice, reverb,
  /// background. Outputs may be inputs.
  @_noLocks @_noAllocation
  public func run(
    _ controls: Controls, _ input: Separator.Input, to output: Separator.Output, count: Int
  ) {
    let denormals = denormals_off()
    runProtected(controls, input, to: output, count: count)
    denormals_restore(denormals)
  }

  @inline(never)
  @_noLocks @_noAllocation
  private func runProtected(
    _ controls: Controls, _ input: Separator.Input, to output: Separator.Output, count: Int
  ) {
    crossfade.pointee.run(controls, input, to: output, count: count)
  }

  /// Turns columns (`columns.h`) of the audible model on or off. No sample depends on it.
  @_noLocks @_noAllocation
  public func watch(_ isWatched: Bool) { crossfade.pointee.current.pointee.watch(isWatched) }

  /// Writes the oldest column not yet taken; false when there is none.
  @_noLocks @_noAllocation
  public func takeColumn(_ column: UnsafeMutablePointer<UInt8>) -> Bool {
    crossfade.pointee.current.pointee.takeColumn(column)
  }

  /// RMS of the audible stems after their faders, linear; 0 without a model.
  public var levels: StemGains { crossfade.pointee.current.pointee.levels }
}
