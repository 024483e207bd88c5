import CSystem
import Engine

/// A stream of audio whose model can be changed without a gap: what a plug-in runs.
///
/// - Delay: `latency` samples, constant, whatever the model, and without one.
/// - Input: NaN and infinities count as 0, samples are limited to ±65,536.
/// - Output: the same bits however the stream is cut into calls.
/// - Threads: a branch is given and collected in any thread, beside the audio thread too; what is marked
///   real-time safe belongs to the audio thread alone.
public struct Stream: ~Copyable {
  /// Samples by which the output is late.
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

  /// The stream goes over to `model`, after the next `take`.
  public func give(_ model: consuming StreamModel) throws(SeparatorError) {
    try give(try Branch(model, form, latency: latency))
  }

  /// The stream goes over to passing the input on, after the next `take`.
  public func giveNothing() throws(SeparatorError) {
    try give(try Branch(passing: form, latency: latency))
  }

  private func give(_ branch: consuming Branch) throws(SeparatorError) {
    mailbox.pointee.give(try Branch.place(branch))
    collect()
  }

  /// Frees what `retire` has left, and lets go of its models.
  public func collect() { mailbox.pointee.collect() }

  // MARK: The audio thread

  /// Clears the past; the newest model goes on.
  @_noLocks @_noAllocation
  public func reset() { crossfade.pointee.reset() }

  /// Takes what was given last, if anything; true when there was something.
  @_noLocks @_noAllocation
  public func take() -> Bool {
    guard let branch = mailbox.pointee.take() else { return false }
    crossfade.pointee.take(branch)
    return true
  }

  /// Leaves what the stream is through with to `collect`; true when there was something.
  @_noLocks @_noAllocation
  public func retire() -> Bool {
    guard mailbox.pointee.hasRoom, let list = crossfade.pointee.takeRetired() else { return false }
    mailbox.pointee.retire(list)
    return true
  }

  /// The owner of the model that runs last or is to; nil when the input passes.
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

  /// Whether the model that is heard makes columns from now on (`columns.h`). No sample depends on it.
  @_noLocks @_noAllocation
  public func watch(_ isWatched: Bool) { crossfade.pointee.current.pointee.watch(isWatched) }

  /// Writes the oldest column that was not taken yet; false when there is none.
  @_noLocks @_noAllocation
  public func takeColumn(_ column: UnsafeMutablePointer<UInt8>) -> Bool {
    crossfade.pointee.current.pointee.takeColumn(column)
  }

  /// RMS of the stems that are heard after their faders, linear; 0 without a model.
  public var levels: StemGains { crossfade.pointee.current.pointee.levels }
}
