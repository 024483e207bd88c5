import ArgumentParser

/// The options that all commands for recordings share: which recordings, and how and where results are written.
struct FileOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Recordings, folders of recordings, or quoted patterns such as 'day*/**/*.wav'."),
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

  @Option(
    help: ArgumentHelp(
      "Draw spectrograms and stems into a .png, .svg or .pdf file, or into NAME.png in a folder.",
      valueName: "file or folder"),
    completion: .file())
  var plot: String?

  @Option(help: "How samples are stored.")
  var encoding = Encoding.same

  @Option(
    name: [.customShort("j", allowingJoined: true), .long],
    help: ArgumentHelp(
      "How many recordings to treat at once (default: one per processor).",
      valueName: "count"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Treat only part I of N of the recordings, as one task of a job array.", valueName: "I/N"))
  var part: Part?

  @Flag(name: .shortAndLong, help: "Replace existing files, but never the recordings.")
  var force = false

  @Flag(help: "Skip recordings whose results all exist, to resume a run.")
  var skipExisting = false

  @Flag(help: "Also treat files that isolde wrote.")
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
      throw ValidationError("--jobs \(jobs): give 1 to 1,024")
    }
    guard inputs.count > 1 else { return }
    for (option, place) in [("output", output), ("plot", plot)] {
      guard let place, !Path(place).isFolder, !Path(place).extension.isEmpty else { continue }
      throw ValidationError(
        "--\(option) \(place): names one file for several recordings; name a folder, with a slash at "
          + "its end")
    }
  }

  /// Throws when standard input or output is named.
  func refusePipes(command: String) throws {
    if inputs.contains("-") || output == "-" {
      throw ValidationError("-: isolde \(command) takes files and writes files")
    }
  }

  /// The recordings that are named.
  func recordings() throws -> RecordingList {
    var list = try RecordingList(inputs, list: list)
    if let part { list.keep(part: part.number, of: part.count) }
    return list
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
