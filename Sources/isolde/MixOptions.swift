import ArgumentParser
import CIsolde

/// What the output is: the control *Listen*.
enum Listen: String, CaseIterable, ExpressibleByArgument {
  case mix, voice, reverb, background, removed

  /// Upper and lower case are the same; `ambience` is an older name of the background.
  init?(argument: String) {
    let name = argument.lowercased()
    self.init(rawValue: name == "ambience" ? "background" : name)
  }

  /// The value of the plug-in's control.
  var control: Int32 {
    let value =
      switch self {
      case .mix: ISOLDE_LISTEN_MIX
      case .voice: ISOLDE_LISTEN_VOICE
      case .reverb: ISOLDE_LISTEN_REVERB
      case .background: ISOLDE_LISTEN_AMBIENCE
      case .removed: ISOLDE_LISTEN_REMOVED
      }
    return Int32(value.rawValue)
  }
}

/// The plug-in's controls as options, with the same ranges, presets and defaults.
struct MixOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A preset of the plug-in: \(Preset.names). Levels given beside it override it.",
      valueName: "name"))
  var preset: String?

  // Without `.unconditional` the parser takes "-12" for an option and refuses it.
  @Option(parsing: .unconditional, help: Control("voice").help)
  var voice: Level?
  @Option(parsing: .unconditional, help: Control("reverb").help)
  var reverb: Level?
  @Option(
    name: [.customLong("background"), .customLong("ambience")], parsing: .unconditional,
    help: Control("ambience").help)
  var background: Level?
  @Option(parsing: .unconditional, help: Control("sensitivity").help)
  var sensitivity: Level?
  @Option(parsing: .unconditional, help: Control("trim").help)
  var trim: Level?
  @Option(help: "What is written: the mix, one stem, or what the mix leaves out.")
  var listen = Listen.mix

  /// The options that are numbers: name, control, where the value is stored, and the value given.
  private var numbers: [(String, Control, WritableKeyPath<isolde_controls, Float>, Level?)] {
    [
      ("voice", Control("voice"), \.voice, voice),
      ("reverb", Control("reverb"), \.reverb, reverb),
      ("background", Control("ambience"), \.ambience, background),
      ("sensitivity", Control("sensitivity"), \.sensitivity, sensitivity),
      ("trim", Control("trim"), \.trim, trim),
    ]
  }

  func validate() throws {
    if let preset, Preset.named(preset) == nil {
      throw ValidationError("--preset \(preset): no such preset; there are \(Preset.names)")
    }
    for (option, control, _, level) in numbers {
      if let level { try control.check(level, option: option) }
    }
  }

  /// Whether the result equals the recording.
  var isNeutral: Bool {
    let controls = controls
    return controls.voice == 0 && controls.reverb == 0 && controls.ambience == 0
      && controls.trim == 0 && listen == .mix
  }

  /// All faders at 0 dB.
  static var unity: isolde_controls {
    var controls = isolde_controls_default()
    (controls.voice, controls.reverb, controls.ambience) = (0, 0, 0)
    return controls
  }

  /// The options as control values of the plug-in.
  var controls: isolde_controls {
    var controls = isolde_controls_default()
    if let preset = preset.flatMap(Preset.named) {
      controls.voice = preset.voice
      controls.reverb = preset.reverb
      controls.ambience = preset.background
      controls.sensitivity = preset.sensitivity
    }
    for case (_, _, let field, let level?) in numbers {
      controls[keyPath: field] = level.value ?? controls[keyPath: field]
    }
    controls.listen = listen.control
    return controls
  }
}
