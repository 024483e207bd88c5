import ArgumentParser
import CLinux
import Glibc
import Synchronization

/// All recordings of one command, cleaned by several threads, one thread per recording.
///
/// The recordings share nothing but the model, which is read-only, so the samples are the same
/// whatever the number of threads.
final class Batch: @unchecked Sendable {
  /// The work planned for one recording.
  private struct Task {
    let recording: Recording
    let plan: OutputPlan
    /// Replace outputs: by --force, or to complete what an earlier run left incomplete.
    let force: Bool
  }

  private struct State {
    var next = 0
    var cleaned = 0
    var skipped = 0
    /// Results of earlier runs, which are left out.
    var results = 0
    var failed = 0
    /// Recordings that do not match their headers.
    var differences = 0
    /// Seconds of sound.
    var sound = 0.0
    var interruption: Interruption?
  }

  private let order: Order
  private let model: Model
  private let report: ReportFile?
  private let isSingle: Bool
  private let display: Display
  private var tasks: [Task] = []
  private let state = Mutex(State())

  /// Files skipped because of their names alone.
  private var namedLikeResults: [String] = []

  /// Plans all work before it begins.
  init(_ list: RecordingList, _ order: Order, _ model: Model) throws {
    self.order = order
    self.model = model
    isSingle = list.recordings.count == 1 && !list.isOpen
    report =
      try order.files.dryRun
      ? nil
      : order.files.report.map {
        try ReportFile($0, like: order)
      }
    display = Display(quiet: order.files.quiet || order.files.dryRun)
    for failure in list.failures { fail(nil, failure) }
    plan(list)
  }

  // ---- Planning ---------------------------------------------------------------------------------

  private func plan(_ list: RecordingList) {
    let place = OutputPlace(order, isSingle: isSingle)
    let inputs = Inputs(list.recordings)
    var planned: Set<Path> = []
    for recording in list.recordings {
      do {
        try requireFile(recording.path, remedy: "name sound files, for example FOLDER/*.wav")
        let isMeant = isSingle && place.file != nil  // this file into that one
        if !order.files.again, !isMeant, inputs.isResult(recording) {
          try leaveOut(recording)
        } else {
          let plan = try OutputPlan(recording, place, order)
          try check(plan, of: recording, inputs, &planned)
          try add(recording, plan)
        }
      } catch let failure as Failure {
        fail(recording, failure)
      } catch {
        fail(recording, Failure(recording.path, "\(error)"))
      }
    }
    display.expect(tasks.map { Path($0.recording.path).size })
    warnOfNames()
  }

  /// Leaves a result of isolde out; one that was named alone is refused.
  private func leaveOut(_ recording: Recording) throws {
    guard !isSingle else {
      throw Failure(
        recording.path, "is a result of isolde",
        remedy: "name the recording, or add --again to clean it once more")
    }
    state.withLock { $0.results += 1 }
    if !Recording.isMarkedResult(recording.path) { namedLikeResults.append(recording.path) }
    if order.files.dryRun { Console.print("\(recording.path): left out, a result of isolde") }
  }

  /// Throws when an output would replace a recording, or the output of another one.
  private func check(
    _ plan: OutputPlan, of recording: Recording, _ inputs: Inputs, _ planned: inout Set<Path>
  ) throws {
    for output in plan.files {
      let isResult =
        !order.files.force && inputs.isResult(Recording(path: output, subfolder: ""))
      if inputs.isRecording(output), !isResult {
        throw Failure(
          output, "is itself a recording and is never replaced", remedy: "choose another name")
      }
      guard planned.insert(Path(output)).inserted else {
        throw Failure(
          recording.path, "would replace \(output), the result of another recording",
          remedy: "name it alone, with --output")
      }
    }
  }

  /// Adds the task for a recording, unless its results exist and are to be skipped.
  private func add(_ recording: Recording, _ plan: OutputPlan) throws {
    let existing = plan.files.filter { Path($0).status != nil }
    if order.files.skipExisting, !order.files.force {
      for file in existing {
        guard let twin = recording.twin(ofResult: file) else { continue }
        throw Failure(
          file, "was made of \(twin), not of \(Path(recording.path).name)",
          remedy: "add --force to replace it, or choose another name")
      }
    }
    if order.files.skipExisting, existing.count == plan.files.count {
      skip(recording, "\(order.done) already")
      return
    }
    // Incomplete results are made again; other programs' files are never replaced.
    let isPartial = order.files.skipExisting && existing.allSatisfy(Recording.isMarkedResult)
    if let first = existing.first(where: { !Recording.isMarkedResult($0) }) ?? existing.first,
      !order.files.force, !isPartial
    {
      throw Failure(
        first, "exists already",
        remedy: order.files.skipExisting
          ? "the other results are missing; add --force to replace it, or choose another name"
          : "add --force to replace it, --skip-existing to leave it, or choose another name")
    }
    tasks.append(
      Task(
        recording: recording, plan: plan,
        force: order.files.force || isPartial && !existing.isEmpty))
  }

  private func warnOfNames() {
    guard let first = namedLikeResults.first else { return }
    let others = namedLikeResults.count - 1
    display.warn(
      "\(first)\(others > 0 ? " and \(others.grouped) more" : ""): left out, named like a result of "
        + "isolde; add --again if it is a recording")
  }

  // ---- Working ----------------------------------------------------------------------------------

  /// Cleans all recordings; throws `ExitCode.failure` if any of them failed.
  func run() throws {
    if order.files.dryRun {
      for task in tasks {
        Console.print("\(task.recording.path) -> \(task.plan.files.joined(separator: ", "))")
      }
    } else {
      let start = seconds()
      let jobs = min(order.files.jobs ?? max(Int(linux_processor_count()), 1), max(tasks.count, 1))
      onThreads(jobs) { [self] in while let index = take() { work(index) } }
      display.end()
      if let interruption = state.withLock({ $0.interruption }) { throw interruption }
      if !isSingle, !order.files.quiet { summarise(seconds() - start) }
    }
    let (failed, differences) = state.withLock { ($0.failed, $0.differences) }
    if failed > 0 { throw ExitCode.failure }
    if differences > 0 { throw ExitCode(Isolde.differs) }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard state.interruption == nil, state.next < tasks.count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  private func work(_ index: Int) {
    let task = tasks[index]
    do {
      let cleaning = try Cleaning(
        task.recording, task.plan, order, model, force: task.force,
        progress: Progress(display, index, Path(task.recording.path).name))
      let result = try cleaning.run()
      state.withLock {
        $0.cleaned += 1
        $0.sound += result.seconds
        if result.differs { $0.differences += 1 }
      }
      for warning in result.warnings { display.warn(warning) }
      if !order.files.quiet { display.print(isSingle ? result.text : result.line) }
      try report?.add(result.row)
    } catch let failure as Failure {
      fail(task.recording, failure)
    } catch let interruption as Interruption {
      state.withLock { $0.interruption = interruption }
    } catch {
      fail(task.recording, Failure(task.recording.path, "\(error)"))
    }
    display.finish(index)
  }

  private func fail(_ recording: Recording?, _ failure: Failure) {
    state.withLock { $0.failed += 1 }
    display.error(failure.line)
    guard let recording else { return }
    try? report?.add(ReportRow(recording.path, status: "failed", message: failure.line))
  }

  private func skip(_ recording: Recording, _ reason: String) {
    state.withLock { $0.skipped += 1 }
    if order.files.dryRun { Console.print("\(recording.path): skipped, \(reason)") }
    guard let report, !report.tells(of: recording.path) else { return }
    try? report.add(ReportRow(recording.path, status: "skipped", message: reason))
  }

  private func summarise(_ elapsed: Double) {
    let (cleaned, skipped, failed, results, sound) = state.withLock {
      ($0.cleaned, $0.skipped, $0.failed, $0.results, $0.sound)
    }
    guard cleaned + skipped + results > 0 else { return }
    var line = "\(cleaned.grouped) \(order.done)"
    if skipped > 0 { line += ", \(skipped.grouped) skipped" }
    if failed > 0 { line += ", \(failed.grouped) failed" }
    if results > 0 { line += ", \(results.grouped) results of earlier runs left out" }
    if cleaned > 0 {
      let speed = (sound / max(elapsed, 1e-9)).fixed(0)
      line += "; \(durationText(sound)) of sound in \(durationText(elapsed)), \(speed) x real time"
    }
    Console.print(line)
  }
}

/// The recordings of a command, to tell whether a file is one of them or a result.
private struct Inputs {
  private let identities: Set<FileIdentity>
  /// Names, with and without extension: results may begin with either.
  private let names: Set<String>

  init(_ recordings: [Recording]) {
    identities = Set(recordings.compactMap { FileIdentity($0.path) })
    names = Set(recordings.map { Path($0.path) }.flatMap { [$0.stem, $0.name] })
  }

  /// Whether it carries Isolde's mark, or the name of a result of another recording, of this command or in the same
  /// folder.
  func isResult(_ recording: Recording) -> Bool {
    if Recording.isMarkedResult(recording.path) { return true }
    let path = Path(recording.path)
    guard let stem = OutputPlan.recordingStem(ofResult: path.stem) else { return false }
    return names.contains(stem)
      || SoundFormat.isSound(extension: Path(stem).extension)
        && Path(path.sibling(stem)).status != nil
      || SoundFormat.readable.contains { Path(path.sibling("\(stem).\($0)")).status != nil }
  }

  /// Whether this command reads the file, and Isolde has not written it.
  func isRecording(_ output: String) -> Bool {
    guard let identity = FileIdentity(output), identities.contains(identity) else { return false }
    return !Recording.isMarkedResult(output)
  }
}

/// Runs `body` on several threads, the caller's among them, and waits for all of them.
func onThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let box = Box(body)
  let threads = (1..<max(count, 1)).compactMap { _ in
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(box).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, argument)
    if status == 0 { return thread }
    Unmanaged<Box>.fromOpaque(argument).release()
    return nil
  }
  body()
  for thread in threads { pthread_join(thread, nil) }
}
