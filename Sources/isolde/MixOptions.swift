import ArgumentParser
import CIsolde

/// What is heard.
enum Listen: String, CaseIterable, ExpressibleByArgument {
  case mix, voice, reverb, ambience, removed

  /// The plug-in's value of the control.
  var control: Int32 {
    let value =
      switch self {
      case .mix: ISOLDE_LISTEN_MIX
      case .voice: ISOLDE_LISTEN_VOICE
      case .reverb: ISOLDE_LISTEN_REVERB
      case .ambience: ISOLDE_LISTEN_AMBIENCE
      case .removed: ISOLDE_LISTEN_REMOVED
      }
    return Int32(value.rawValue)
  }
}

/// The plug-in's controls, with its ranges and defaults.
struct MixOptions: ParsableArguments {
  // Without `.unconditional` the parser takes "-12" for an option and refuses it.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Voice level, -60 ... +12; -60 is off.", valueName: "dB"))
  var voice: Float = 0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Reverb level, -60 ... +12; -60 is off.", valueName: "dB"))
  var reverb: Float = -12
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Ambience level, -60 ... +12; -60 is off.", valueName: "dB"))
  var ambience: Float = -24
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Decision between voice and ambience, -100 ... +100; more keeps more voice.",
      valueName: "percent"))
  var sensitivity: Float = 0
  @Option(help: "What is written: the mix, one stem, or what the mix leaves out.")
  var listen = Listen.mix

  func validate() throws {
    for (name, level) in [("voice", voice), ("reverb", reverb), ("ambience", ambience)] {
      try require(level, in: -60...12, option: name, unit: "dB")
    }
    try require(sensitivity, in: -100...100, option: "sensitivity", unit: "%")
  }

  private func require(
    _ value: Float, in range: ClosedRange<Float>, option: String, unit: String
  ) throws {
    guard range.contains(value) else {
      throw ValidationError(
        "--\(option) \(Double(value).fixed(1)): outside \(Int(range.lowerBound)) ... "
          + "+\(Int(range.upperBound)) \(unit)")
    }
  }

  /// True when the mix is the recording itself.
  var isNeutral: Bool { voice == 0 && reverb == 0 && ambience == 0 && listen == .mix }

  /// The same as the plug-in's control values.
  var controls: isolde_controls {
    isolde_controls(
      voice: voice, reverb: reverb, ambience: ambience, sensitivity: sensitivity,
      listen: listen.control, enabled: true)
  }
}
