import CWindow

/// A button that is on or off.
class Button: Widget {
  private let words: String
  private let explanation: String

  init(_ settings: Settings, _ title: String, help: String) {
    words = title
    explanation = help
    super.init(settings)
  }

  var title: String { words }
  /// Whether pushing it has an effect now.
  var isEnabled: Bool { true }
  /// Whether it is drawn as switched on.
  var isOn: Bool { false }
  /// Called when the user pushes it.
  func push() {}
  /// Its colour when it is on.
  func colour(_ theme: Theme) -> Colour { theme.accent }

  override var help: String { explanation }
  override var canFocus: Bool { true }

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    let body = frame.inset(2, 2)
    canvas.fill(body, isOn ? colour(theme) : theme.raised, corner: 3)
    let onText =
      colour(theme).luminance > 0.2 ? Colour(0x101010) : Colour(0xFFFFFF)
    canvas.write(
      title, in: body.inset(4, 0), isOn ? onText : isEnabled ? theme.text : theme.dim, bold: isOn,
      at: .middle)
    drawFocus(canvas, theme)
  }

  override func press(_ point: Point, isDouble: Bool) { push() }

  override func key(_ key: UInt32, fine: Bool) -> Bool {
    guard key == 0x20 || key == UInt32(WINDOW_KEY_ENTER) else { return false }
    push()
    return true
  }
}

/// Plays one stem alone.
final class SoloButton: Button {
  private let stem: Stem
  private let listen = Control(PORT_listen)

  init(_ settings: Settings, _ stem: Stem) {
    self.stem = stem
    super.init(settings, "Solo", help: stem.name + " alone, before its fader.")
  }

  override var isOn: Bool { settings.value(PORT_listen) == stem.listenChoice }
  override func push() { settings.set(listen, to: isOn ? 0 : stem.listenChoice) }
  override func shows(_ port: port) -> Bool { port == PORT_listen }
  override func colour(_ theme: Theme) -> Colour { theme.colour(of: stem) }
}

/// Turns one fader off, and back to its previous level.
final class MuteButton: Button {
  private let stem: Stem

  init(_ settings: Settings, _ stem: Stem) {
    self.stem = stem
    super.init(settings, "Mute", help: stem.name + " off. Click again for the previous level.")
  }

  override var isOn: Bool { settings.isMuted(stem) }
  override func push() { settings.toggleMute(stem) }
  override func shows(_ port: port) -> Bool { port == stem.fader }
}

/// Selects one choice of *Listen*.
final class ListenButton: Button {
  private let choice: Float
  private let listen = Control(PORT_listen)

  init(_ settings: Settings, _ title: String, choice: Int, help: String) {
    self.choice = Float(choice)
    super.init(settings, title, help: help)
  }

  override var isOn: Bool { settings.value(PORT_listen) == choice }
  override func push() { settings.set(listen, to: isOn ? 0 : choice) }
  override func shows(_ port: port) -> Bool { port == PORT_listen }
}

/// Bypass: on when the port `enabled` is off.
final class BypassButton: Button {
  private let enabled = Control(PORT_enabled)

  init(_ settings: Settings) {
    super.init(settings, "Bypass", help: "The input, delayed to stay in sync.")
  }

  override var isOn: Bool { settings.value(PORT_enabled) <= 0 }
  override func push() { settings.set(enabled, to: isOn ? 1 : 0) }
  override func shows(_ port: port) -> Bool { port == PORT_enabled }
}
