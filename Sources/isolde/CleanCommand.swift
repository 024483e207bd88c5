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

  @OptionGroup var files: FileOptions

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
      "The model: a file, or \(Model.separating) (default: studio).", valueName: "file or name"),
    completion: .file(extensions: ["isolde"]))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Standard input and output hold samples without a header: s16, s24, s32, f32 or f64, little "
        + "endian, then rate and channels, such as s16,48000,2.",
      valueName: "format"))
  var raw: RawFormat?

  func validate() throws {
    try validateStream()
  }

  /// Whether the samples go to standard output.
  private var isStream: Bool { files.output == "-" || files.inputs.contains("-") }

  private func validateStream() throws {
    if raw != nil, !files.inputs.contains("-") {
      throw ValidationError("--raw: is for standard input; name it as -")
    }
    guard isStream else { return }
    guard files.inputs.count == 1, files.list == nil else {
      throw ValidationError("-: standard input or output takes one recording")
    }
    guard files.output == nil || files.output == "-" else {
      throw ValidationError("-: standard input is cleaned to standard output; send that to a file")
    }
    for (option, isSet) in [
      ("stems", stems), ("plot", files.plot != nil), ("report", files.report != nil),
      ("part", files.part != nil), ("dry-run", files.dryRun),
    ] where isSet {
      throw ValidationError("--\(option): not with standard input or output")
    }
  }

  func run() throws {
    let model = try order.model(model)
    if isStream {
      try StreamCleaning(self, model).run()
    } else {
      try order.run(with: model)
    }
  }

  /// The command in the form that all commands for recordings share.
  private var order: Order {
    Order(
      files: files, task: "separate", done: "cleaned", controls: mix.controls,
      isNeutral: mix.isNeutral, isMix: mix.listen == .mix, stems: stems ? StemFile.all : [],
      channels: channels?.numbers, unlink: unlink)
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
