import CWindow

/// A part of the window.
class Widget {
  /// Its place, in points.
  var frame = Rect()
  /// Whether it must be drawn again.
  var isDirty = true
  /// Whether it has the keyboard focus.
  var isFocused = false { didSet { isDirty = true } }
  let settings: Settings

  init(_ settings: Settings) { self.settings = settings }

  /// What it does, for the tooltip and the foot of the window.
  var help: String { "" }
  /// Whether it can have the keyboard focus.
  var canFocus: Bool { false }
  /// Whether it shows the value of the port.
  func shows(_ port: port) -> Bool { false }

  func draw(_ canvas: Canvas, _ theme: Theme) {}
  /// Advances animations; `now` in seconds.
  func tick(_ now: Double) {}

  /// The mouse button goes down; `isDouble` for the second press of a double click.
  func press(_ point: Point, isDouble: Bool) {}
  /// The pointer moves while the mouse button is down.
  func drag(_ point: Point, fine: Bool) {}
  func release() {}
  func scroll(_ steps: Int, fine: Bool) {}
  /// A key goes down; false when the widget does not use it.
  func key(_ key: UInt32, fine: Bool) -> Bool { false }
  /// The keyboard focus goes elsewhere.
  func leaveFocus() {}

  /// Draws a ring around the widget while it has the keyboard focus.
  func drawFocus(_ canvas: Canvas, _ theme: Theme) {
    if isFocused { canvas.stroke(frame, theme.accent, corner: 4, width: 1.5) }
  }
}

/// A line of text.
final class Label: Widget {
  var content = "" {
    didSet { isDirty = true }
  }
  private let size: Double
  private let bold: Bool
  private let place: Canvas.Place
  /// Quiet, as what explains.
  var isDim: Bool
  private let explanation: String

  init(
    _ settings: Settings, _ content: String = "", size: Double = 11, bold: Bool = false,
    at place: Canvas.Place = .left, dim: Bool = false, help: String = ""
  ) {
    self.content = content
    self.size = size
    self.bold = bold
    self.place = place
    isDim = dim
    explanation = help
    super.init(settings)
  }

  override var help: String { explanation }

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    canvas.write(
      content, in: frame, isDim ? theme.dim : theme.text, size: size, bold: bold, at: place)
  }
}
