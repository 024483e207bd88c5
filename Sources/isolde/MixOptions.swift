import ArgumentParser
import CIsolde

/// What is heard.
enum Listen: String, CaseIterable, ExpressibleByArgument {
  case mix, voice, reverb, background, removed

  /// The name in letters of any case; `ambience` is the background's older name.
  init?(argument: String) {
    let name = argument.lowercased()
    self.init(rawValue: name == "ambience" ? "background" : name)
  }

  /// The plug-in's value of the control.
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

/// The plug-in's controls, with its ranges, presets and defaults.
struct MixOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A preset of the plug-in: \(Preset.names). The other options change it.", valueName: "name"))
  var preset: String?

  // Without `.unconditional` the parser takes "-12" for an option and refuses it.
  @Option(parsing: .unconditional, help: Self.help("Voice level", \.voice))
  var voice: Level?
  @Option(parsing: .unconditional, help: Self.help("Reverb level", \.reverb))
  var reverb: Level?
  @Option(
    name: [.customLong("background"), .customLong("ambience")], parsing: .unconditional,
    help: Self.help("Level of the background, which is all the rest", \.background))
  var background: Level?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Decision between voice and background, -100 ... +100; more keeps more voice (default: 0).",
      valueName: "percent"))
  var sensitivity: Level?
  @Option(help: "What is written: the mix, one stem, or what the mix leaves out.")
  var listen = Listen.mix

  private static func help(_ what: String, _ level: (Preset) -> Float) -> ArgumentHelp {
    let value = Double(level(Preset.all[0])).fixed(0)
    return ArgumentHelp("\(what), -60 ... +12 or off (default: \(value)).", valueName: "dB")
  }

  func validate() throws {
    if let preset, Preset.named(preset) == nil {
      throw ValidationError("--preset \(preset): no such preset; there are \(Preset.names)")
    }
    for (name, level) in [("voice", voice), ("reverb", reverb), ("background", background)] {
      try require(level, in: -60...12, option: name, unit: "dB", orOff: true)
    }
    try require(sensitivity, in: -100...100, option: "sensitivity", unit: "%", orOff: false)
  }

  private func require(
    _ level: Level?, in range: ClosedRange<Float>, option: String, unit: String, orOff: Bool
  ) throws {
    guard let level else { return }
    let value = level.value.map { orOff ? max($0, range.lowerBound) : $0 }
    guard let value, range.contains(value) else {
      let ends = "\(Int(range.lowerBound)) to +\(Int(range.upperBound)) \(unit)"
      throw ValidationError(
        "--\(option) \(level.text): not a level; give \(ends)\(orOff ? ", or off" : "")")
    }
  }

  /// True when the mix is the recording itself.
  var isNeutral: Bool {
    let controls = controls
    return controls.voice == 0 && controls.reverb == 0 && controls.ambience == 0 && listen == .mix
  }

  /// All faders at 0 dB.
  static let unity = isolde_controls(
    voice: 0, reverb: 0, ambience: 0, sensitivity: 0, listen: Listen.mix.control, enabled: true)

  /// The same as the plug-in's control values.
  var controls: isolde_controls {
    let base = preset.flatMap(Preset.named) ?? Preset.all[0]
    return isolde_controls(
      voice: voice?.value ?? base.voice, reverb: reverb?.value ?? base.reverb,
      ambience: background?.value ?? base.background,
      sensitivity: sensitivity?.value ?? base.sensitivity, listen: listen.control, enabled: true)
  }
}
