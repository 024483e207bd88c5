import CWindow

/// A part of the window.
class Widget {
  /// Where it is, in points.
  var frame = Rect()
  /// It is to be drawn again.
  var isDirty = true
  /// It has the keys.
  var isFocused = false { didSet { isDirty = true } }
  let settings: Settings

  init(_ settings: Settings) { self.settings = settings }

  /// One sentence, shown at the foot of the window.
  var help: String { "" }
  /// Keys can come here.
  var canFocus: Bool { false }
  /// Its look depends on the port.
  func shows(_ port: port) -> Bool { false }

  func draw(_ canvas: Canvas, _ theme: Theme) {}
  /// Time goes on.
  func tick(_ now: Double) {}

  /// The button goes down; `isDouble` when it is the second time in a moment.
  func press(_ point: Point, isDouble: Bool) {}
  /// The pointer moves while the button is down.
  func drag(_ point: Point, fine: Bool) {}
  func release() {}
  func scroll(_ steps: Int, fine: Bool) {}
  /// False when it has no use for the key.
  func key(_ key: UInt32, fine: Bool) -> Bool { false }
  /// Keys go elsewhere.
  func leaveFocus() {}

  /// A ring around the part that has the keys.
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
