import ArgumentParser
import CIsolde

/// `isolde split`: splits songs into vocals and accompaniment.
struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Splits songs into vocals and accompaniment.",
    discussion: """
      NAME.wav becomes NAME-vocals.wav and NAME-accompaniment.wav beside it, which sum to the song. \
      Vocals are what is sung or spoken, with its reverb; the accompaniment is everything else. \
      The model has learned from few songs: see its card.
      """)

  @OptionGroup var files: FileOptions

  @Option(
    help: ArgumentHelp("The model file (default: split).", valueName: "file or name"),
    completion: .file(extensions: ["isolde"]))
  var model = "split"

  func validate() throws {
    try files.refusePipes(command: "split")
  }

  func run() throws { try order.run(with: order.model(model)) }

  /// The mix is the vocals: voice and reverb, without the background.
  private var order: Order {
    var controls = isolde_controls_default()
    (controls.voice, controls.reverb, controls.ambience) = (0, 0, -60)
    return Order(
      files: files, task: "split", done: "split", controls: controls, stems: [.accompaniment])
  }
}
