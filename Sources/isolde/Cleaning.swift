import CIsolde
import Glibc

/// The work on one recording: read, separate, write, all in blocks.
///
/// The output is `latency` samples late: so many are dropped at the beginning and so many zeros
/// follow the recording, and its length stays what it was.
final class Cleaning {
  private static let blockLength = 4_096

  private let source: SoundReader
  private let separator: Separator
  private let mixFile: SoundWriter
  private let stemFiles: [SoundWriter]
  private let plotFile: PartialFile?
  private let controls: MixOptions
  private let progress: Progress

  private let input: PlanarBlock
  private let mix: PlanarBlock
  private let stems: [PlanarBlock]
  private var before: PieceLevels
  private var after: PieceLevels

  /// Opens everything, so that what cannot be read or written is known before the work.
  init(_ path: String, _ plan: OutputPlan, _ command: CleanCommand, _ model: Model) throws {
    source = try SoundReader(path)
    try Self.check(source)
    let (rate, channels) = (source.rate, source.channels)
    separator = try Separator(model, rate: rate, channels: channels, for: path)
    let source = source
    func write(_ target: String) throws -> SoundWriter {
      let format = try SoundFormat.output(target, like: source, wish: command.encoding)
      return try SoundWriter(target, format: format, like: source, force: command.force)
    }
    mixFile = try write(plan.mix)
    stemFiles = try plan.stems.map(write)
    plotFile = try plan.plot.map { try PartialFile($0, force: command.force) }
    controls = command.mix
    if controls.isNeutral { mixFile.remainders = source.remainders }
    progress = Progress(path, total: source.expectedCount, rate: rate, quiet: command.quiet)
    func block() -> PlanarBlock { PlanarBlock(channels: channels, capacity: Self.blockLength) }
    input = block()
    mix = block()
    stems = stemFiles.map { _ in block() }
    before = PieceLevels(rate: rate, channels: channels)
    after = before
  }

  private static func check(_ source: SoundReader) throws {
    guard (8_000...192_000).contains(source.rate) else {
      throw Failure(
        source.path, "has a rate of \(source.rate.grouped) Hz",
        remedy: "convert it to one of 8,000 ... 192,000 Hz first")
    }
    if let count = source.expectedCount { try checkLength(count, source) }
    guard source.channels <= Int(ISOLDE_MAX_CHANNELS) else {
      throw Failure(
        source.path, "has \(source.channels) channels",
        remedy: "\(ISOLDE_MAX_CHANNELS) are the most; split it first")
    }
  }

  private static func checkLength(_ count: Int, _ source: SoundReader) throws {
    guard count > 1 else {
      throw Failure(
        source.path, "holds \(count == 0 ? "no sample" : "one sample only")",
        remedy: "there is nothing to clean")
    }
  }

  /// Does the work and gives the files their names.
  func run() throws -> CleaningReport {
    let start = seconds()
    defer { progress.end() }
    var length = 0
    while true {
      let count = try source.read(into: input)
      if count == 0 { break }
      before.add(input, 0..<count)
      try push(count, at: length)
      length += count
      try progress.show(length)
    }
    try Self.checkLength(length, source)
    input.silence()
    var pushed = length
    while pushed < length + separator.latency {
      let count = min(Self.blockLength, length + separator.latency - pushed)
      try push(count, at: pushed)
      pushed += count
      try Interruption.check()
    }
    let elapsed = seconds() - start
    for file in [mixFile] + stemFiles { try file.finish() }
    try draw()
    for file in [mixFile.file] + stemFiles.map(\.file) { try file.commit() }
    try plotFile?.commit()
    return report(length: length, elapsed: elapsed)
  }

  /// Separates `count` samples of the input, of which the first is sample `position`.
  private func push(_ count: Int, at position: Int) throws {
    if stems.isEmpty {
      separator.mix(input, controls.controls, into: mix, count: count)
    } else {
      separator.mixAndSplit(input, controls.controls, into: mix, stems, count: count)
    }
    let range = min(count, max(0, separator.latency - position))..<count
    after.add(mix, range)
    try mixFile.write(mix, range)
    for (file, stem) in zip(stemFiles, stems) { try file.write(stem, range) }
  }

  private func draw() throws {
    guard let plotFile else { return }
    let picture = try Comparison(
      before: PlotSource(path: source.path, title: Path(source.path).name),
      after: PlotSource(path: mixFile.file.path, title: Path(mixFile.file.target).name))
    try picture.write(plotFile)
  }

  private func report(length: Int, elapsed: Double) -> CleaningReport {
    CleaningReport(
      input: source.path, files: [mixFile.file.target] + stemFiles.map(\.file.target),
      plot: plotFile?.target, length: length, rate: source.rate, channels: source.channels,
      latency: separator.latency, elapsed: elapsed,
      pauses: PauseLevels(before: before, after: after),
      notFinite: source.notFinite, discrepancy: source.discrepancy,
      notes: source.notes + ([mixFile] + stemFiles).flatMap(\.warnings),
      clipped: mixFile.clipped + stemFiles.reduce(0) { $0 + $1.clipped })
  }
}

/// The time of a clock that only goes forward.
func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
