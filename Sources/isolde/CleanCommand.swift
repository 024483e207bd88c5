import ArgumentParser
import Glibc

/// `isolde clean`: recordings in, mixes and stems out.
struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Cleans recordings: sets the levels of voice, reverb and background.",
    discussion: """
      NAME.wav becomes NAME-clean.wav beside it, with the same length to the sample, format, rate \
      (8 to 192 kHz) and channels. Channels are linked, which preserves the image. Folders are \
      searched recursively; results of earlier runs are skipped. Lossy formats become 24-bit \
      WAV. A file gets its name when it is complete.
      """)

  @Argument(
    help: ArgumentHelp(
      "Recordings, folders of recordings, or quoted patterns such as 'day*/**/*.wav'. - cleans "
        + "standard input to standard output."),
    completion: .file())
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file that lists more recordings or folders, one per line. - is standard input.",
      valueName: "file"),
    completion: .file())
  var list: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A folder, which is created if needed, or a file whose extension sets the format "
        + "(\(SoundFormat.writable)).",
      valueName: "file or folder"),
    completion: .file())
  var output: String?

  @OptionGroup(title: "Controls, as in the plug-in") var mix: MixOptions

  @Flag(help: "Clean each channel separately. By default channels are linked.")
  var unlink = false

  @Option(
    help: ArgumentHelp(
      "Clean these channels only, counted from 1: 1,3 or 2-4. The others stay as they are.",
      valueName: "list"))
  var channels: ChannelNumbers?

  @Flag(
    help: "Also write NAME-voice, NAME-reverb and NAME-background, which sum to the recording.")
  var stems = false

  @Option(
    help: ArgumentHelp(
      "Draw spectrograms and stems into a .png, .svg or .pdf file, or into NAME.png in a folder.",
      valueName: "file or folder"),
    completion: .file())
  var plot: String?

  @Option(help: "How samples are stored.")
  var encoding = Encoding.same

  @Option(
    help: ArgumentHelp(
      """
      The model file, or the name of an installed model: studio, live, deepfilter, deepfilter_live \
      (default: studio).
      """,
      valueName: "file or name"),
    completion: .file(extensions: ["isolde"]))
  var model: String?

  @Option(
    name: [.customShort("j", allowingJoined: true), .long],
    help: ArgumentHelp(
      "How many recordings to clean at once (default: one per processor).",
      valueName: "count"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Clean only part I of N of the recordings, as one task of a job array.", valueName: "I/N"))
  var part: Part?

  @Option(
    help: ArgumentHelp(
      "Standard input and output hold samples without a header: s16, s24, s32, f32 or f64, little "
        + "endian, then rate and channels, such as s16,48000,2.",
      valueName: "format"))
  var raw: RawFormat?

  @Flag(name: .shortAndLong, help: "Replace existing files, but never the recordings.")
  var force = false

  @Flag(help: "Skip recordings whose results all exist, to resume a run.")
  var skipExisting = false

  @Flag(help: "Also clean files that isolde wrote.")
  var again = false

  @Flag(help: "Print what would be done, without doing it.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Write a row for each recording: levels, noise, time, warnings (.csv or .json).",
      valueName: "file"),
    completion: .file(extensions: ["csv", "json"]))
  var report: String?

  @Flag(name: .shortAndLong, help: "Suppress progress and summary, but not warnings.")
  var quiet = false

  func validate() throws {
    guard !inputs.isEmpty || list != nil else {
      throw ValidationError("no input: name recordings or a folder of them")
    }
    if let jobs, !(1...1_024).contains(jobs) {
      throw ValidationError("--jobs \(jobs): give at least 1")
    }
    try validateStream()
    guard inputs.count > 1 else { return }
    for (option, place) in [("output", output), ("plot", plot)] {
      guard let place, !Path(place).isFolder, !Path(place).extension.isEmpty else { continue }
      throw ValidationError(
        "--\(option) \(place): names one file for several recordings; name a folder, with a slash at "
          + "its end")
    }
  }

  /// True when the samples go to standard output.
  private var isStream: Bool { output == "-" || inputs.contains("-") }

  private func validateStream() throws {
    if raw != nil, !inputs.contains("-") {
      throw ValidationError("--raw: is for standard input; name it as -")
    }
    guard isStream else { return }
    guard inputs.count == 1, list == nil else {
      throw ValidationError("-: standard input or output takes one recording")
    }
    guard output == nil || output == "-" else {
      throw ValidationError("-: standard input is cleaned to standard output; send that to a file")
    }
    for (option, isSet) in [
      ("stems", stems), ("plot", plot != nil), ("report", report != nil), ("part", part != nil),
      ("dry-run", dryRun),
    ] where isSet {
      throw ValidationError("--\(option): not with standard input or output")
    }
  }

  func run() throws {
    let model = try Model(Model.path(model))
    if isStream {
      try StreamCleaning(self, model).run()
      return
    }
    var list = try RecordingList(inputs, list: list)
    if let part { list.keep(part: part.number, of: part.count) }
    try Batch(list, self, model).run()
  }
}

/// Channels as people count them: `1,3`, `2-4`.
struct ChannelNumbers: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    var numbers: [Int] = []
    for item in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = item.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        1 <= first, first <= last, last <= 64
      else { return nil }
      numbers += Array(first...last)
    }
    guard Set(numbers).count == numbers.count else { return nil }
    self.numbers = numbers.sorted()
  }
}

/// One part of a list: `3/8`.
struct Part: ExpressibleByArgument {
  let number: Int
  let count: Int

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], 1 <= number,
      number <= count
    else { return nil }
    (self.number, self.count) = (number, count)
  }
}
