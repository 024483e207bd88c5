import CLock
import Engine

/// Which model a stream uses: opens it, and keeps the choice for the session's state.
///
/// Wishes may come from several threads and files may be slow: the later wish counts. Nothing here but `path`
/// is for the audio thread.
public struct Chooser: ~Copyable {
  /// Where lines for the host's log go.
  public struct Log {
    let write: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>) -> Void
    let context: UnsafeMutableRawPointer?

    /// - Parameters:
    ///   - write: takes the context and a line with its line feed; any thread but the audio thread.
    ///   - context: handed to `write`.
    public init(
      _ write: @escaping @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>) -> Void,
      context: UnsafeMutableRawPointer?
    ) {
      self.write = write
      self.context = context
    }
  }

  /// What the lock guards, together with what is given to the stream. It is not held while a file is read.
  private struct Choice {
    /// What the state keeps.
    var chosen: ModelChoice
    /// `chosen` could not be opened, and another model is at work.
    var isMissing: Bool
    /// The turn of `chosen`.
    var settled = 0
    /// The last turn that was given: every wish has one.
    var drawn = 0
  }

  /// The stream that uses the model.
  public let stream: UnsafeMutablePointer<Stream>

  private let fallback: ModelChoice
  /// Where the bundle's models lie, with a slash at the end.
  private let folder: Text
  private let log: Log
  private let lock: OpaquePointer
  private let choice: UnsafeMutablePointer<Choice>
  private let fixed: Arena

  private static var passing: StaticString { "the input passes unchanged" }

  /// Begins with a model of the bundle. Without it the input passes, as late as it would be with it: a session
  /// still loads and stays in time.
  ///
  /// - Parameters:
  ///   - bundle: the bundle's folder.
  ///   - fallback: the model's name.
  ///   - latency: the model's, in samples at 48 kHz.
  public init(
    bundle: Text, fallback name: Text, latency: Int, _ form: StreamForm, _ log: Log
  ) throws(SeparatorError) {
    var count = Arena()
    _ = Chooser.folder(of: bundle, &count)
    guard let fallback = ModelChoice(name: name), var fixed = Arena(bytes: count.used) else {
      throw .outOfMemory
    }
    let folder = Chooser.folder(of: bundle, &fixed)
    let path = fallback.path(in: folder)
    var isMissing = false
    let first: Stream
    do throws(SeparatorError) {
      first = try Stream(form, ModelUse.open(path))
    } catch {
      log.complain(path, error.message, Chooser.passing)
      isMissing = true
      first = try Stream(form, latency: latency)
    }
    guard let stream = place(first) else { throw .outOfMemory }
    let choice = place(Choice(chosen: fallback, isMissing: isMissing))
    guard let choice, let lock = lock_new() else {
      endPlaced(choice)
      endPlaced(stream)
      throw .outOfMemory
    }
    self.stream = stream
    self.fallback = fallback
    self.folder = folder
    self.log = log
    self.lock = lock
    self.choice = choice
    self.fixed = fixed
  }

  deinit {
    endPlaced(stream)
    endPlaced(choice)
    lock_free(lock)
  }

  /// Where the models of a bundle lie.
  private static func folder(of bundle: Text, _ fixed: inout Arena) -> Text {
    let isClosed = bundle.count > 0 && bundle.start[bundle.count - 1] == UInt8(ascii: "/")
    let below: StaticString = isClosed ? "models/" : "/models/"
    let count = bundle.count + below.utf8CodeUnitCount
    let folder = fixed.take(UInt8.self, count)
    if fixed.isReal {
      folder.update(from: bundle.start, count: bundle.count)
      (folder + bundle.count).update(from: below.utf8Start, count: below.utf8CodeUnitCount)
    }
    return Text(start: folder, count: count)
  }

  // MARK: Any thread but the audio thread

  /// Opens the model of a file, the fallback for an empty path. One that cannot be used is reported, and the
  /// one at work stays.
  public func ask(_ path: Text) {
    let turn = draw()
    let asked = ModelChoice(path: path, folder: folder) ?? fallback
    _ = goOver(to: asked, turn, isChoice: true, or: "the model stays")
  }

  /// What a session has stored: the name of a built-in model or the path of a file, the fallback where it is
  /// neither. One that cannot be used is reported and kept for the next session; the fallback takes its place.
  public func restore(_ text: Text, isName: Bool) {
    let turn = draw()
    let stored = isName ? ModelChoice(name: text) : ModelChoice(path: text, folder: folder)
    let choice = stored ?? fallback
    guard !settle(choice, turn) else { return }
    let standingIn: StaticString = "the built-in model takes its place"
    guard !goOver(to: choice, turn, isChoice: true, or: standingIn),
      !goOver(to: fallback, turn, isChoice: false, or: Chooser.passing)
    else { return }
    lock_hold(lock)
    defer { lock_leave(lock) }
    if turn == self.choice.pointee.settled { try? stream.pointee.giveNothing() }
  }

  /// Writes what a session is to store, with a zero byte at its end; true when it is the name of a built-in
  /// model, false when it is a path.
  public func store(_ text: UnsafeMutablePointer<CChar>, size: Int) -> Bool {
    lock_hold(lock)
    defer { lock_leave(lock) }
    choice.pointee.chosen.text.readC { text.update(from: $0, count: size) }
    text[size - 1] = 0
    return choice.pointee.chosen.isBuiltIn
  }

  private func draw() -> Int {
    lock_hold(lock)
    defer { lock_leave(lock) }
    choice.pointee.drawn += 1
    return choice.pointee.drawn
  }

  /// The state keeps `wanted` from now on, until a later wish. True when nothing is to be opened for it.
  private func settle(_ wanted: ModelChoice, _ turn: Int) -> Bool {
    lock_hold(lock)
    defer { lock_leave(lock) }
    guard turn > choice.pointee.settled else { return true }
    choice.pointee.settled = turn
    if wanted == choice.pointee.chosen, !choice.pointee.isMissing { return true }
    choice.pointee.chosen = wanted
    choice.pointee.isMissing = true  // until it is opened
    return false
  }

  /// Opens a model, which may take its time, and gives it to the stream unless a later wish is settled; the
  /// state keeps it if it is what was wished. False, and a line in the log with what is done instead, when it
  /// cannot be used.
  private func goOver(
    to wanted: ModelChoice, _ turn: Int, isChoice: Bool, or instead: StaticString
  ) -> Bool {
    let path = wanted.path(in: folder)
    do throws(SeparatorError) {
      let model = try ModelUse.open(path)
      lock_hold(lock)
      defer { lock_leave(lock) }
      guard turn >= choice.pointee.settled else { return true }
      try stream.pointee.give(model)
      if isChoice {
        choice.pointee.chosen = wanted
        choice.pointee.isMissing = false
        choice.pointee.settled = turn
      }
      return true
    } catch {
      log.complain(path, error.message, instead)
      return false
    }
  }

  // MARK: The audio thread

  /// The path of the model that runs or is to; nil when the input passes. A zero byte follows it.
  public var path: Text? {
    stream.pointee.newest?.assumingMemoryBound(to: ModelUse.self).pointee.path
  }
}

extension Chooser.Log {
  /// One line: which file cannot be used, why, and what is done instead.
  fileprivate func complain(_ path: PathText, _ message: String, _ instead: StaticString) {
    var line = LogLine(Text("Isolde: "))
    path.read { line.append(shown: $0) }
    line.append(": " + message + "; ")
    line.append(Text(instead))
    line.append(UInt8(ascii: "\n"))
    line.readC { write(context, $0) }
  }
}
