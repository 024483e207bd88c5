import ArgumentParser

/// `isolde plot`: two recordings in one picture.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract:
      "Draws the spectrograms of two recordings, one above the other, and the first one's stems.",
    discussion: """
      The same scales for both. Prints how much lower the noise is in the second one, where the \
      model hears no voice in the first.
      """)

  @Argument(help: "The recording before.", completion: .file()) var before: String
  @Argument(help: "The recording after; same rate and length.", completion: .file())
  var after: String
  @Argument(
    help: "The picture to write: .png, .svg or .pdf.",
    completion: .file(extensions: ["png", "svg", "pdf"]))
  var picture: String
  @Flag(help: "Shift the second recording in time to align it with the first.")
  var align = false
  @Flag(help: "Also draw recordings of different rates or lengths.")
  var different = false
  @Option(
    help: ArgumentHelp(
      "The model that finds the stems: a file, or \(Model.separating) (default: studio).",
      valueName: "file or name"),
    completion: .file(extensions: ["isolde"]))
  var model: String?
  @Flag(name: .shortAndLong, help: "Replace the picture if it exists.") var force = false

  func run() throws {
    for recording in [before, after] where Path.sameFile(recording, picture) {
      throw Failure(
        picture, "is itself a recording and is never replaced", remedy: "choose another name")
    }
    _ = try Canvas.Format(of: picture)
    let first = try Recorded(before)
    var second = try Recorded(after)
    try check(first, second)
    if align { second.start = try shift(first, second) }
    let model = try Model(Model.path(model))
    let file = try PartialFile(picture, force: force)
    let levels = try measure(first, second, model)
    try Comparison(before: first.source, after: second.source, levels.timeline).write(file)
    try file.commit()
    if first.rate == second.rate { Console.print("noise    \(levels.noise.text)") }
    for warning in first.warnings + second.warnings { Console.warn(warning) }
    if first.differs || second.differs { throw ExitCode(Isolde.differs) }
  }

  private func check(_ first: Recorded, _ second: Recorded) throws {
    if first.rate != second.rate {
      let rates = "\(first.rate.grouped) and \(second.rate.grouped) Hz"
      guard !align else {
        throw Failure(nil, "--align needs one rate, not \(rates)", remedy: "convert one of them")
      }
      guard different else {
        throw Failure(
          after, "differs in rate: \(rates)", remedy: "add --different to draw it anyway")
      }
    } else if first.length != second.length, !different, !align {
      let lengths = "\(first.length.grouped) and \(second.length.grouped) samples"
      throw Failure(
        after, "differs in length: \(lengths)",
        remedy: "add --align to shift it or --different to draw it anyway")
    }
  }

  /// The sample of the second recording that corresponds to the first sample of the first recording.
  private func shift(_ first: Recorded, _ second: Recorded) throws -> Int {
    let alignment = try Alignment(first.path, second.path)
    guard alignment.correlation > 0.3 else {
      throw Failure(
        after, "has too little in common with \(before) to be aligned",
        remedy: "check that both are of one recording")
    }
    let late = alignment.shift
    let time = (Double(abs(late)) / Double(first.rate) * 1e3).fixed(1)
    Console.print(
      late == 0
        ? "aligned  no shift"
        : "aligned  \(after) is \(abs(late).grouped) samples (\(time) ms) \(late > 0 ? "late" : "early")"
    )
    return late
  }

  /// Measures the stems of the first recording; the second one is taken as its mix.
  private func measure(_ first: Recorded, _ second: Recorded, _ model: Model) throws -> StemLevels {
    let reader = try SoundReader(first.path)
    let other = first.rate == second.rate ? try AlignedReader(second) : nil
    let channels = reader.channels
    let blocks = SeparationBlocks(channels: channels, capacity: 4_096)
    let plan = try ChannelPlan(channels, chosen: nil, unlinked: false, for: first.path)
    let separation = try Separation(model, plan, blocks, rate: first.rate, for: first.path)
    var levels = StemLevels(rate: first.rate, channels: plan.cleaned)
    var position = 0
    let end = first.length + separation.latency
    while position < end {
      var count = position < first.length ? try reader.read(into: blocks.input) : 0
      if count == 0 {
        blocks.input.silence()
        count = min(blocks.input.capacity, end - position)
      }
      separation.run(MixOptions.unity, count: count)
      let range = min(count, max(0, separation.latency - position))..<count
      try other?.read(into: blocks.mix, range)
      levels.add(mix: blocks.mix, stems: blocks.stems, range)
      position += count
      try Interruption.check()
    }
    return levels
  }
}

/// A recording and its length, found by reading it once.
private struct Recorded {
  let path: String
  let rate: Int
  let length: Int
  /// What is to be known of it, in lines.
  let warnings: [String]
  /// True when it does not match its header.
  let differs: Bool
  /// See `PlotSource`.
  var start = 0

  init(_ path: String) throws {
    self.path = path
    let reader = try SoundReader(path)
    rate = reader.rate
    try Cleaning.check(rate: rate, channels: reader.channels, of: path)
    let (length, discrepancy) = try reader.survey()
    guard length > 0 else {
      throw Failure(path, "holds no samples", remedy: "there is nothing to draw")
    }
    self.length = length
    warnings = (discrepancy.map { ["\(path): \($0)"] } ?? []) + reader.notes
    differs = discrepancy != nil
  }

  var source: PlotSource {
    PlotSource(path: path, title: Path(path).name, length: length, start: start)
  }
}

/// Reads a recording from a given sample on, with zeros before its beginning and after its end. If the target has
/// another number of channels, each gets the mean of the recording's channels.
private final class AlignedReader {
  private let reader: SoundReader
  private let block: PlanarBlock
  private var zeros: Int
  private var position = 0
  private var count = 0

  init(_ recorded: Recorded) throws {
    reader = try SoundReader(recorded.path)
    block = PlanarBlock(channels: reader.channels, capacity: 4_096)
    zeros = max(0, -recorded.start)
    var dropped = max(0, recorded.start)
    while dropped > 0 {
      count = try reader.read(into: block)
      position = min(count, dropped)
      dropped = count == 0 ? 0 : dropped - position
    }
  }

  /// Fills the samples `range` of the target.
  func read(into target: PlanarBlock, _ range: Range<Int>) throws {
    for i in range {
      if zeros == 0, position == count {
        count = try reader.read(into: block)
        position = 0
      }
      let isSilent = zeros > 0 || count == 0
      if zeros > 0 { zeros -= 1 }
      for channel in 0..<target.channels {
        target[channel][i] = isSilent ? 0 : sample(channel, of: target.channels)
      }
      if !isSilent { position += 1 }
    }
  }

  private func sample(_ channel: Int, of channels: Int) -> Float {
    if channels == block.channels { return block[channel][position] }
    let sum = (0..<block.channels).reduce(Float(0)) { $0 + block[$1][position] }
    return sum / Float(block.channels)
  }
}
