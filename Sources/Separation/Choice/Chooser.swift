import CLock
import Engine

/// Chooses the model of a stream: opens it, and keeps the choice for the session's state.
///
/// Requests may come from several threads, and files may be slow to open: the latest request wins. Only `path`
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

  /// Guarded by the lock, as is giving models to the stream. The lock is not held while a file is read.
  private struct Choice {
    /// The choice that the state stores.
    var chosen: ModelChoice
    /// `chosen` could not be opened, and another model runs.
    var isMissing: Bool
    /// The request that set `chosen`.
    var settled = 0
    /// The number of the latest request.
    var drawn = 0
  }

  /// The stream that uses the model.
  public let stream: UnsafeMutablePointer<Stream>

  private let fallback: ModelChoice
  /// The folder of the bundle's models, with a trailing slash.
  private let folder: Text
  private let log: Log
  private let lock: OpaquePointer
  private let choice: UnsafeMutablePointer<Choice>
  private let fixed: Arena

  private static var passing: StaticString { "the input passes unchanged" }

  /// Begins with a model of the bundle. If that cannot be opened, the input passes with the same latency: a
  /// session still loads and stays in sync.
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

  /// The folder of a bundle's models.
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

  /// Opens the model of a file, or the fallback for an empty path. If it cannot be used, that is logged, and
  /// the current model stays.
  public func ask(_ path: Text) {
    let turn = draw()
    let asked = ModelChoice(path: path, folder: folder) ?? fallback
    _ = goOver(to: asked, turn, isChoice: true, or: "the model stays")
  }

  /// Restores what a session has stored: the name of a built-in model or the path of a file; anything else
  /// means the fallback. If the model cannot be used, that is logged, the fallback takes its place, and the
  /// state keeps the choice for the next session.
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

  /// Writes the text for a session to store, with a zero byte at its end; true for the name of a built-in
  /// model, false for a path.
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

  /// Makes `wanted` the stored choice, until a later request. True when nothing has to be opened.
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

  /// Opens a model, which may be slow, and gives it to the stream unless a later request has been settled. The
  /// state keeps it when `isChoice`. If it cannot be used: false, and a line in the log that says what is done
  /// instead.
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

  /// The path of the newest model; nil when the input passes. A zero byte follows it.
  public var path: Text? {
    stream.pointee.newest?.assumingMemoryBound(to: ModelUse.self).pointee.path
  }
}

extension Chooser.Log {
  /// Logs one line: which file cannot be used, why, and what is done instead.
  fileprivate func complain(_ path: PathText, _ message: String, _ instead: StaticString) {
    var line = LogLine(Text("Isolde: "))
    path.read { line.append(shown: $0) }
    line.append(": " + message + "; ")
    line.append(Text(instead))
    line.append(UInt8(ascii: "\n"))
    line.readC { write(context, $0) }
  }
}
