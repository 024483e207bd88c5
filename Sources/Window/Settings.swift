import CWindow

/// The values of the ports, as the host and the user set them.
///
/// What the user does is told to the host at once, between a touch and its end, so that a move is one
/// gesture in its automation.
final class Settings {
  private let host: UnsafeMutableRawPointer
  private var values: [Float]
  /// The levels of muted faders before that, by stem.
  private var unmuted: [Float]
  /// The port that is being moved.
  private var touched: port?
  /// When its gesture ends by itself; nil: when the button is let go.
  private var deadline: Double?
  private var now = 0.0
  /// Values before each gesture, the latest last.
  private var past: [(port: port, value: Float)] = []
  /// Ports that have changed since they were drawn.
  private(set) var changed: [port] = []

  init(host: UnsafeMutableRawPointer) {
    self.host = host
    values = []
    for index in 0..<PORT_COUNT.rawValue {
      let initial = window_row_of(port(index)).initial
      values.append(initial == initial ? initial : 0)
    }
    unmuted = []
    for stem in 0..<3 { unmuted.append(Control((Stem(rawValue: stem) ?? .voice).fader).initial) }
  }

  func value(_ port: port) -> Float { values[Int(port.rawValue)] }

  /// The ports that have changed; they count as drawn.
  func takeChanged() -> [port] {
    let list = changed
    changed = []
    return list
  }

  // MARK: The host

  /// A value of the host's; one that the user holds stays.
  func receive(_ port: port, _ value: Float) {
    guard value == value, port != touched else { return }
    store(port, value)
  }

  /// Gestures of wheel and keys end when nothing follows.
  func tick(_ now: Double) {
    self.now = now
    if let deadline, now >= deadline { end() }
  }

  // MARK: The user

  /// Begins to move a port.
  func begin(_ port: port) {
    guard touched != port else { return }
    end()
    touched = port
    if past.count >= 200 { past.removeFirst(100) }
    past.append((port, value(port)))
    host_touch(host, port, true)
  }

  /// Moves the port that was begun with.
  func move(_ control: Control, to value: Float) {
    let new = control.limited(value)
    guard new != self.value(control.port) else { return }
    store(control.port, new)
    host_set(host, control.port, new)
  }

  /// The gesture is over.
  func end() {
    guard let port = touched else { return }
    touched = nil
    deadline = nil
    host_touch(host, port, false)
    if let last = past.last, last.port == port, last.value == value(port) { past.removeLast() }
  }

  /// A step of wheel or keys: those that follow within half a second belong to it.
  func nudge(_ control: Control, to value: Float) {
    begin(control.port)
    move(control, to: value)
    deadline = now + 0.5
  }

  /// One move.
  func set(_ control: Control, to value: Float) {
    begin(control.port)
    move(control, to: value)
    end()
  }

  /// Takes the last gesture back.
  func undo() {
    end()
    guard let last = past.popLast() else { return }
    let count = past.count
    set(Control(last.port), to: last.value)
    if past.count > count { past.removeLast() }  // not a gesture of its own
  }

  // MARK: Buttons

  func isMuted(_ stem: Stem) -> Bool {
    let control = Control(stem.fader)
    return control.isOff(value(stem.fader))
  }

  /// Mutes a stem, or gives it the level it had.
  func toggleMute(_ stem: Stem) {
    let control = Control(stem.fader)
    if isMuted(stem) {
      set(control, to: unmuted[stem.rawValue])
    } else {
      set(control, to: control.minimum)
    }
  }

  private func store(_ port: port, _ value: Float) {
    let index = Int(port.rawValue)
    guard values[index] != value else { return }
    for stem in 0..<3 {
      guard let fader = Stem(rawValue: stem)?.fader, fader == port else { continue }
      // A drag passes many levels on its way down; the one before the gesture is meant.
      let before = touched == port ? past.last?.value ?? values[index] : values[index]
      if value <= Control(port).minimum, before > Control(port).minimum { unmuted[stem] = before }
    }
    values[index] = value
    changed.append(port)
  }
}
