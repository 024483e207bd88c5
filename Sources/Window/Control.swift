import CWindow

/// One of the three parts of a recording.
enum Stem: Int {
  case voice
  case reverb
  case background

  static let all: InlineArray<3, Stem> = [.voice, .reverb, .background]

  /// The port of its fader.
  var fader: port {
    switch self {
    case .voice: PORT_voice
    case .reverb: PORT_reverb
    case .background: PORT_ambience
    }
  }

  /// The port of its meter.
  var meter: port {
    switch self {
    case .voice: PORT_VOICE_METER
    case .reverb: PORT_REVERB_METER
    case .background: PORT_AMBIENCE_METER
    }
  }

  /// The stem that a port is the fader of; nil when the port is not a fader.
  static func ofFader(_ port: port) -> Stem? {
    for index in 0..<3 {
      if let stem = Stem(rawValue: index), stem.fader == port { return stem }
    }
    return nil
  }

  /// The value of the port `listen` that plays it alone.
  var listenChoice: Float { Float(rawValue + 1) }

  var name: String { text(window_listen_name(Int32(rawValue) + 1)) }
}

/// A port that the user sets: its range, its steps and the text of its values.
struct Control {
  let port: port
  let kind: window_kind
  let initial: Float
  let minimum: Float
  let maximum: Float
  private let inMix: Bool
  private let inStems: Bool

  init(_ port: port) {
    let row = window_row_of(port)
    self.port = port
    kind = window_kind_of(port)
    initial = row.initial
    minimum = row.minimum
    maximum = row.maximum
    inMix = row.in_mix
    inStems = row.in_stems
  }

  var name: String { text(window_row_of(port).name) }
  var comment: String { text(window_row_of(port).comment) }

  /// Whether presets and A/B hold it: a control of the sound, not `enabled` or `listen`.
  func isSetting(hasFaders: Bool) -> Bool {
    guard hasFaders ? inMix : inStems, port != PORT_enabled, port != PORT_listen else {
      return false
    }
    var index: Int32 = 0
    while window_control_at(index) != PORT_COUNT {
      if window_control_at(index) == port { return true }
      index += 1
    }
    return false
  }

  /// One step of the wheel or of an arrow key; `fine` is a tenth of it.
  func step(fine: Bool) -> Float {
    switch kind {
    case WINDOW_DECIBELS: fine ? 0.1 : 1
    case WINDOW_PERCENT: fine ? 0.5 : 5
    default: 1
    }
  }

  /// The nearest value within the range; the default for NaN.
  func limited(_ value: Float) -> Float {
    value != value ? initial : min(max(value, minimum), maximum)
  }

  /// Position within the range, 0 ... 1.
  func share(_ value: Float) -> Double {
    Double((limited(value) - minimum) / (maximum - minimum))
  }

  /// Whether a fader is off at this level.
  func isOff(_ value: Float) -> Bool { kind == WINDOW_DECIBELS && isFader && value <= minimum }

  private var isFader: Bool { port != PORT_trim }

  /// The value as text, with its unit: "-12.0 dB", "off", "+40 %".
  func written(_ value: Float) -> String {
    if isOff(value) { return "off" }
    switch kind {
    case WINDOW_DECIBELS: return decimal(value, places: 1, plus: true) + " dB"
    case WINDOW_PERCENT: return decimal(value, places: isWhole(value) ? 0 : 1, plus: true) + " %"
    default: return decimal(value, places: 0)
    }
  }
}

private func isWhole(_ value: Float) -> Bool { value == value.rounded() }
