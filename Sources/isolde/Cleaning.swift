import CIsolde
import Glibc

/// The work on one recording: read, separate, write, all in blocks.
///
/// The output is delayed by `latency` samples: that many are dropped at the beginning, and that many zeros
/// follow the recording, so its length stays the same.
final class Cleaning {
  private static let blockLength = 4_096

  private let recording: Recording
  private let source: SoundReader
  private let separation: Separation
  private let mixFile: SoundWriter
  private let stemFiles: [SoundWriter]
  private let plotFile: PartialFile?
  private let controls: isolde_controls
  private let order: Order
  private let progress: Progress
  private let blocks: SeparationBlocks
  private var levels: StemLevels

  /// Opens all files, so that problems are found before the work begins.
  init(
    _ recording: Recording, _ plan: OutputPlan, _ order: Order, _ model: Model,
    force: Bool,
    progress: Progress
  ) throws {
    (self.recording, self.order) = (recording, order)
    source = try SoundReader(recording.path, lowestRate: order.lowestRate)
    let (rate, channels) = (source.rate, source.channels)
    try Self.check(rate: rate, channels: channels, of: recording.path)
    let channelPlan = try ChannelPlan(
      channels, chosen: order.channels, unlinked: order.unlink, for: recording.path)
    blocks = SeparationBlocks(channels: channels, capacity: Self.blockLength)
    separation = try Separation(
      model, channelPlan, blocks, rate: rate, headroom: try source.headroom(), for: recording.path)
    if order.files.output != nil {
      for file in plan.files { try Path(file).makeFolder() }
    }
    let source = source
    func write(_ target: String) throws -> SoundWriter {
      let format = try SoundFormat.output(target, like: source, wish: order.files.encoding)
      return try SoundWriter(target, format: format, like: source, force: force)
    }
    mixFile = try write(plan.mix)
    stemFiles = try plan.stems.map(write)
    plotFile = try plan.plot.map { try PartialFile($0, force: force) }
    controls = order.controls
    mixFile.remainders = source.remainders
    if !order.isNeutral { source.remainders?.keep(channelPlan.untouched) }
    self.progress = progress
    levels = StemLevels(rate: rate, channels: channelPlan.cleaned)
  }

  /// Refuses rates and channels that the separator does not accept.
  static func check(rate: Int, channels: Int, of path: String) throws {
    let rates = Int(ISOLDE_MIN_RATE)...Int(ISOLDE_MAX_RATE)
    guard rates.contains(rate) else {
      throw Failure(
        path, "has a rate of \(rate.grouped) Hz",
        remedy: "convert it to one of \(rates.lowerBound.grouped) ... "
          + "\(rates.upperBound.grouped) Hz first")
    }
    guard channels <= Int(ISOLDE_MAX_CHANNELS) else {
      throw Failure(
        path, "has \(channels) channels",
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

  /// Does the work, then gives the files their names.
  func run() throws -> CleaningReport {
    let start = seconds()
    var length = 0
    while true {
      let count = try source.read(into: blocks.input)
      if count == 0 { break }
      try push(count, at: length)
      length += count
      try progress.show(
        share: Double(length) / Double(max(source.expectedCount ?? .max, 1)),
        sound: Double(count) / Double(source.rate))
    }
    try Self.checkLength(length, source)
    blocks.input.silence()
    var pushed = length
    while pushed < length + separation.latency {
      let count = min(Self.blockLength, length + separation.latency - pushed)
      try push(count, at: pushed)
      pushed += count
      try Interruption.check()
    }
    let elapsed = seconds() - start
    let files = stemFiles + [mixFile]  // the mix last: where it exists, all results do
    for file in files {
      recording.markResult(file.file.descriptor)
      try file.finish()
    }
    try draw(length)
    if let plotFile { recording.markResult(plotFile.descriptor) }
    try plotFile?.commit()
    for file in files { try file.file.commit() }
    return report(length: length, elapsed: elapsed)
  }

  /// Separates `count` samples of the input, of which the first is sample `position`.
  private func push(_ count: Int, at position: Int) throws {
    separation.run(controls, count: count)
    let range = min(count, max(0, separation.latency - position))..<count
    levels.add(mix: blocks.mix, stems: blocks.stems, range)
    try mixFile.write(blocks.mix, range)
    for (file, stem) in zip(stemFiles, order.stems) {
      try file.write(blocks.stems[stem.index], range)
    }
  }

  private func draw(_ length: Int) throws {
    guard let plotFile else { return }
    let picture = try Comparison(
      before: PlotSource(
        path: source.path, title: Path(source.path).name, length: length,
        lowestRate: order.lowestRate),
      after: PlotSource(
        path: mixFile.file.path, title: Path(mixFile.file.target).name, length: length),
      levels.timeline, .of(task: order.task))
    try picture.write(plotFile)
  }

  private func report(length: Int, elapsed: Double) -> CleaningReport {
    var warnings = source.discrepancy.map { ["\(source.path): \($0)"] } ?? []
    warnings += source.notes + ([mixFile] + stemFiles).flatMap(\.warnings)
    if let warning = source.notFiniteWarning { warnings.append(warning) }
    let clipped = mixFile.clipped + stemFiles.reduce(0) { $0 + $1.clipped }
    if clipped > 0 {
      warnings.append(
        "\(mixFile.file.target): \(clipped.grouped) samples clipped; lower the levels or write "
          + "--encoding float")
    }
    return CleaningReport(
      input: source.path, done: order.done,
      files: [mixFile.file.target] + stemFiles.map(\.file.target),
      plot: plotFile?.target, length: length, rate: source.rate, channels: source.channels,
      latency: separation.latency, elapsed: elapsed, levels: levels,
      task: order.task,
      noise: order.isMix ? levels.noise : nil, clipped: clipped,
      warnings: warnings, differs: source.discrepancy != nil)
  }
}

/// Seconds of a monotonic clock.
func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
