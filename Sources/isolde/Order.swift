import CIsolde

/// A stem in a file of its own.
struct StemFile {
  /// 0: voice, 1: reverb, 2: background.
  let index: Int
  /// What is appended to the recording's name.
  let suffix: String

  /// All stems of a recording.
  static let all = [
    StemFile(index: 0, suffix: "-voice"), StemFile(index: 1, suffix: "-reverb"),
    StemFile(index: 2, suffix: "-background"),
  ]
  /// What a song holds besides its vocals.
  static let accompaniment = StemFile(index: 2, suffix: "-accompaniment")
}

/// What a command is to do with its recordings.
struct Order {
  let files: FileOptions
  /// What the model does: "separate", "extend" or "split".
  let task: String
  /// What was done, for messages: "cleaned", "extended" or "split".
  let done: String
  let controls: isolde_controls
  /// Whether the result equals the recording, or the recording with something added.
  var isNeutral = false
  /// Whether the result contains all stems, so that noise before and after can be compared.
  var isMix = false
  /// The stems to write beside the result.
  var stems: [StemFile] = []
  /// The channels to process, counted from 1; nil: all.
  var channels: [Int]?
  /// Whether to process each channel separately.
  var unlink = false
  /// The lowest rate that is processed, Hz; recordings of a lower rate are resampled to 48 kHz.
  var lowestRate = 0

  /// What is appended to the recording's name: "-clean", "-extended", "-vocals".
  var suffix: String { OutputPlan.suffixes[task] ?? "" }

  /// Opens the model of a file or a name (nil: the default). Throws when it is made for another task.
  func model(_ name: String?) throws -> Model {
    let model = try Model(Model.path(name))
    let own = String(cString: model.info.task)
    guard own == task else {
      throw Failure(
        model.path, "is a model to \(own), not to \(task)",
        remedy: "use isolde \(Self.command(of: own)), or name another model")
    }
    return model
  }

  /// Treats all recordings.
  func run(with model: Model) throws { try Batch(files.recordings(), self, model).run() }

  private static func command(of task: String) -> String { task == "separate" ? "clean" : task }
}
