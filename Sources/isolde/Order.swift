import CIsolde

/// What a command does with its recordings.
struct Order {
  let files: FileOptions
  /// What the model does: "separate" or "extend".
  let task: String
  /// What is said of a recording when it is done.
  let done: String
  let controls: isolde_controls
  /// True when the result is the recording itself.
  var isNeutral = false
  /// True when all stems are in the result, so that it tells what became of the noise.
  var isMix = false
  /// Write the stems as well.
  var stems = false
  /// Channels that are treated, counted from 1; nil: all.
  var channels: [Int]?
  /// Treat each channel by itself.
  var unlink = false
  /// Hz; a recording with a lower rate is resampled to 48 kHz.
  var lowestRate = 0

  /// Behind the recording's name in that of the result.
  var suffix: String { OutputPlan.suffixes[task] ?? "" }

  /// Refuses a model that does something else.
  func check(_ model: Model) throws {
    let own = String(cString: model.info.task)
    guard own == task else {
      throw Failure(
        model.path, "is a model to \(own), not to \(task)",
        remedy: "use isolde \(Self.command(of: own)), or name another model")
    }
  }

  private static func command(of task: String) -> String { task == "separate" ? "clean" : task }
}
