import CPresets

/// A factory preset of the plug-in: a name for a set of control values.
struct Preset {
  let symbol: String
  /// The name that hosts show.
  let label: String
  let comment: String
  /// dB.
  let voice, reverb, background: Float
  /// %.
  let sensitivity: Float

  /// The plug-in's table; the first preset holds the faders' defaults.
  static let all: [Preset] = (0..<ISOLDE_PRESET_COUNT).map { index in
    let row = isolde_preset_at(Int32(index))
    return Preset(
      symbol: String(cString: row.symbol), label: String(cString: row.label),
      comment: String(cString: row.comment), voice: row.voice, reverb: row.reverb,
      background: row.ambience, sensitivity: row.sensitivity)
  }

  /// The symbols of all presets, for messages.
  static var names: String { all.map(\.symbol).joined(separator: ", ") }

  /// The preset with this symbol or label, in upper or lower case.
  static func named(_ name: String) -> Preset? {
    let wanted = name.lowercased()
    return all.first { $0.symbol == wanted || $0.label.lowercased() == wanted }
  }
}
