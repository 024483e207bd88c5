import CPresets
import CWindow

/// The values of the ports, as set by the host and the user.
///
/// Each change by the user goes to the host at once, between the begin and the end of a touch. So the host records
/// a move as one gesture of automation, however many controls it moves.
final class Settings {
  /// The value of a port.
  struct Value {
    let port: port
    var value: Float
  }

  /// What undo restores.
  private struct Gesture {
    /// Values before the gesture.
    let values: [Value]
    let slot: Int
  }

  /// Whether the plug-in mixes the stems; otherwise it has an output for each.
  let hasFaders: Bool
  private let host: UnsafeMutableRawPointer
  private var values: [Float]
  /// The level of each stem's fader before it was muted, dB.
  private var unmuted: [Float]
  /// The ports of the current gesture.
  private var touched: [port] = []
  /// When the gesture ends by itself, seconds; nil: when the button is released.
  private var deadline: Double?
  private var now = 0.0
  /// Gestures that can be undone, the latest last.
  private var past: [Gesture] = []
  /// Ports that have changed since they were last drawn.
  private(set) var changed: [port] = []
  /// The selected setting: 0 for A, 1 for B.
  private(set) var slot = 0
  /// The setting that is not selected; empty: the same as the selected one.
  private var other: [Value] = []

  init(host: UnsafeMutableRawPointer, hasFaders: Bool) {
    self.host = host
    self.hasFaders = hasFaders
    values = []
    for index in 0..<PORT_COUNT.rawValue {
      let initial = window_row_of(port(index)).initial
      values.append(initial == initial ? initial : 0)
    }
    unmuted = []
    for stem in 0..<3 { unmuted.append(Control((Stem(rawValue: stem) ?? .voice).fader).initial) }
  }

  func value(_ port: port) -> Float { values[Int(port.rawValue)] }

  /// Returns the ports that have changed, and clears the list.
  func takeChanged() -> [port] {
    let list = changed
    changed = []
    return list
  }

  // MARK: Host

  /// A value from the host. Ports that the user is moving ignore it.
  func receive(_ port: port, _ value: Float) {
    guard value == value, !isTouched(port) else { return }
    store(port, value)
  }

  /// Ends gestures of wheel and keys when nothing follows.
  func tick(_ now: Double) {
    self.now = now
    if let deadline, now >= deadline { end() }
  }

  // MARK: User

  /// Begins a gesture that moves these ports.
  func begin(_ ports: [port]) {
    guard !isHeld(ports) else { return }
    end()
    touched = ports
    if past.count >= 200 { past.removeFirst(100) }
    past.append(Gesture(values: ports.map { Value(port: $0, value: value($0)) }, slot: slot))
    for port in ports { host_touch(host, port, true) }
  }

  /// Whether these are the ports of the current gesture.
  func isHeld(_ ports: [port]) -> Bool {
    guard touched.count == ports.count else { return false }
    for (held, port) in zip(touched, ports) where held != port { return false }
    return true
  }

  /// Moves a port of the current gesture.
  func move(_ control: Control, to value: Float) {
    let new = control.limited(value)
    guard new != self.value(control.port) else { return }
    store(control.port, new)
    host_set(host, control.port, new)
  }

  /// Ends the current gesture.
  func end() {
    guard !touched.isEmpty else { return }
    let ports = touched
    touched = []
    deadline = nil
    for port in ports { host_touch(host, port, false) }
    guard let last = past.last else { return }
    for before in last.values where before.value != value(before.port) { return }
    past.removeLast()  // nothing has moved, so there is nothing to undo
  }

  /// Lets the gesture end by itself, unless a step of wheel or keys follows within half a second.
  func endSoon() { deadline = now + 0.5 }

  /// A step of wheel or keys.
  func nudge(_ control: Control, to value: Float) {
    begin([control.port])
    move(control, to: value)
    endSoon()
  }

  /// Sets one port, as one gesture.
  func set(_ control: Control, to value: Float) {
    set([Value(port: control.port, value: value)])
  }

  /// Sets several ports, as one gesture.
  func set(_ values: [Value]) {
    begin(values.map { $0.port })
    for new in values { move(Control(new.port), to: new.value) }
    end()
  }

  /// Undoes the last gesture.
  func undo() {
    end()
    guard let last = past.popLast() else { return }
    let count = past.count
    if last.slot != slot {
      other = setting
      slot = last.slot
    }
    set(last.values)
    if past.count > count { past.removeLast() }  // undoing cannot itself be undone
  }

  var canUndo: Bool { !past.isEmpty }

  // MARK: Settings as a whole

  /// The selected setting: the controls that presets and A/B hold.
  private var setting: [Value] {
    var list: [Value] = []
    var index: Int32 = 0
    while true {
      let port = window_control_at(index)
      if port == PORT_COUNT { return list }
      if Control(port).isSetting(hasFaders: hasFaders) {
        list.append(Value(port: port, value: value(port)))
      }
      index += 1
    }
  }

  /// Selects the setting `slot`, 0 or 1, and keeps the other one.
  func choose(_ slot: Int) {
    guard slot != self.slot else { return }
    let mine = setting
    set(other.isEmpty ? mine : other)
    other = mine
    self.slot = slot
  }

  /// Copies the selected setting to the other one.
  func copyToOther() { other = setting }

  /// The values of a preset; controls that it does not name are at 0.
  private func values(of preset: isolde_preset) -> [Value] {
    setting.map {
      switch $0.port {
      case PORT_voice: Value(port: $0.port, value: preset.voice)
      case PORT_reverb: Value(port: $0.port, value: preset.reverb)
      case PORT_ambience: Value(port: $0.port, value: preset.ambience)
      case PORT_sensitivity: Value(port: $0.port, value: preset.sensitivity)
      default: Value(port: $0.port, value: 0)
      }
    }
  }

  func use(_ preset: isolde_preset) {
    set(values(of: preset) + (hasFaders ? [Value(port: PORT_listen, value: 0)] : []))
  }

  func isAt(_ preset: isolde_preset) -> Bool {
    for wanted in values(of: preset) where abs(wanted.value - value(wanted.port)) > 0.05 {
      return false
    }
    return true
  }

  // MARK: Buttons

  func isMuted(_ stem: Stem) -> Bool {
    let control = Control(stem.fader)
    return control.isOff(value(stem.fader))
  }

  /// Mutes a stem, or restores its level.
  func toggleMute(_ stem: Stem) {
    let control = Control(stem.fader)
    if isMuted(stem) {
      set(control, to: unmuted[stem.rawValue])
    } else {
      set(control, to: control.minimum)
    }
  }

  private func isTouched(_ port: port) -> Bool {
    for held in touched where held == port { return true }
    return false
  }

  private func store(_ port: port, _ value: Float) {
    let index = Int(port.rawValue)
    guard values[index] != value else { return }
    for stem in 0..<3 {
      guard let fader = Stem(rawValue: stem)?.fader, fader == port else { continue }
      // A drag passes through many levels on its way down; unmuting restores the one before the drag.
      let before = isTouched(port) ? valueBefore(port) : values[index]
      if value <= Control(port).minimum, before > Control(port).minimum { unmuted[stem] = before }
    }
    values[index] = value
    changed.append(port)
  }

  /// The value before the current gesture.
  private func valueBefore(_ port: port) -> Float {
    for before in past.last?.values ?? [] where before.port == port { return before.value }
    return value(port)
  }
}
