import ArgumentParser
import CIsolde

/// `isolde extend`: restores the highs of recordings.
struct ExtendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extend",
    abstract: "Restores the highs of speech that ends at 3.4 to 8 kHz.",
    discussion: """
      NAME.wav becomes NAME-extended.wav beside it. For telephone, video calls and old tape: the \
      model finds where the speech ends and adds what is missing above. Rates below 44.1 kHz become \
      48 kHz. The added highs are invented: do not use them as evidence.
      """)

  @OptionGroup var files: FileOptions

  @Option(parsing: .unconditional, help: Control("amount").help)
  var amount: Level?

  @Option(
    help: ArgumentHelp("The model file (default: extend).", valueName: "file or name"),
    completion: .file(extensions: ["isolde"]))
  var model = "extend"

  func validate() throws {
    if let amount { try Control("amount").check(amount, option: "amount") }
    try files.refusePipes(command: "extend")
  }

  func run() throws { try order.run(with: order.model(model)) }

  private var order: Order {
    var controls = isolde_controls_default()
    if let amount = amount?.value { controls.amount = amount }
    return Order(
      files: files, task: "extend", done: "extended", controls: controls, isNeutral: true,
      lowestRate: 44_100)
  }
}
