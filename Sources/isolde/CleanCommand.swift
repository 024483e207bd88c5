import ArgumentParser
import Glibc

/// `isolde clean`: recordings in, mixes and stems out.
struct CleanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clean",
    abstract: "Cleans recordings: sets the levels of voice, reverb and ambience.",
    discussion: """
      NAME.wav becomes NAME-clean.wav beside it: same length to the sample, same format, rate \
      (8 to 192 kHz) and channels, which are treated as one image. Reads all that libsndfile \
      reads; lossy formats come out as 24-bit WAV. A file without sound (fewer than two \
      samples) is refused. Files get their names when they are whole.
      """)

  @Argument(help: "The recordings.", completion: .file())
  var inputs: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where to write: a folder, or a file whose extension gives the format "
        + "(\(SoundFormat.writable)).",
      valueName: "file or folder"),
    completion: .file())
  var output: String?

  @OptionGroup(title: "Controls, as in the plug-in") var mix: MixOptions

  @Flag(help: "Also write NAME-voice, NAME-reverb and NAME-ambience, which sum to the recording.")
  var stems = false

  @Option(
    help: ArgumentHelp(
      "Draw the spectrograms before and after into a PNG file, or into NAME.png in a folder.",
      valueName: "file or folder"),
    completion: .file())
  var plot: String?

  @Option(help: "How samples are stored.")
  var encoding = Encoding.same

  @Option(
    help: ArgumentHelp(
      "The model file, or the name of a plug-in's model: studio, live (default: studio).",
      valueName: "file or name"),
    completion: .file(extensions: ["isolde"]))
  var model: String?

  @Flag(name: .shortAndLong, help: "Replace files that exist. Recordings are never replaced.")
  var force = false

  @Flag(name: .shortAndLong, help: "Neither progress bar nor summary; warnings stay.")
  var quiet = false

  func validate() throws {
    guard inputs.count > 1 else { return }
    for (option, place) in [("output", output), ("plot", plot)] {
      guard let place, !Path(place).isFolder else { continue }
      throw ValidationError(
        "--\(option) \(place): no folder; several recordings need one that exists")
    }
  }

  func run() throws {
    let model = try Model(Model.path(model))
    var failures = 0
    var differences = 0
    var written: Set<String> = []
    for input in inputs {
      do {
        try requireFile(input, remedy: "name sound files, for example FOLDER/*.wav")
        let plan = try OutputPlan(input, self)
        if let taken = plan.files.first(where: written.contains) {
          throw Failure(input, "would replace \(taken), just written", remedy: "use another folder")
        }
        let report = try Cleaning(input, plan, self, model).run()
        written.formUnion(plan.files)
        if !quiet { report.print() }
        report.warn()
        if report.discrepancy != nil { differences += 1 }
      } catch let failure as Failure {
        failure.report()
        failures += 1
      }
    }
    if failures > 0 { throw ExitCode.failure }
    if differences > 0 { throw ExitCode(Isolde.differs) }
  }
}
