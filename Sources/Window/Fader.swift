import CWindow

/// A fader, vertical for a stem's level, horizontal for other controls. It can be dragged, turned with the wheel,
/// moved with arrow keys, set by typing, and reset with a double click.
final class Fader: NumberWidget {
  private let control: Control
  private let stem: Stem?
  private let isVertical: Bool
  /// Last point of the drag, and the exact value there, before it is rounded to a step.
  private var held: (point: Point, value: Float)?

  /// - Parameter stem: the stem whose level it is. Such a fader is vertical, and drawn in the stem's colour.
  init(_ settings: Settings, _ port: port, stem: Stem? = nil) {
    control = Control(port)
    self.stem = stem
    isVertical = stem != nil
    super.init(settings)
  }

  override var help: String {
    control.comment + " Double-click: " + control.written(control.initial) + ". Ctrl: fine."
  }
  override var canFocus: Bool { true }
  override func shows(_ port: port) -> Bool { port == control.port }

  // MARK: Drawing

  private static let handle = 12.0

  /// The box of the value: below a vertical fader, to the right of a horizontal one.
  private var valueBox: Rect {
    var rest = frame.inset(2, 2)
    return isVertical ? rest.cutBottom(20) : rest.cutRight(66)
  }

  /// The range of the middle of a vertical handle. The meter beside the fader has the same heights.
  static func verticalTrack(_ frame: Rect) -> Rect {
    var rest = frame.inset(4, 4)
    _ = rest.cutBottom(22)
    return Rect(x: rest.right - 24, y: rest.y, width: 20, height: rest.height)
      .inset(0, handle / 2)
  }

  /// The range of the middle of the handle.
  private var track: Rect {
    if isVertical { return Fader.verticalTrack(frame) }
    var rest = frame.inset(4, 4)
    _ = rest.cutRight(70)
    return rest.inset(Fader.handle / 2, 0)
  }

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    let share = control.share(settings.value(control.port))
    let rest = control.share(0)
    let colour = stem.map { theme.colour(of: $0) } ?? theme.text
    let track = track
    if isVertical {
      let line = Rect(x: track.middle.x - 2, y: track.y, width: 4, height: track.height)
      canvas.fill(line, theme.sunken, corner: 2)
      drawScale(canvas, theme)
      let y = track.bottom - share * track.height
      canvas.fill(
        Rect(x: line.x, y: y, width: line.width, height: track.bottom - y), colour, corner: 2)
      drawHandle(canvas, theme, colour, Point(x: track.middle.x, y: y))
    } else {
      let line = Rect(x: track.x, y: track.middle.y - 2, width: track.width, height: 4)
      canvas.fill(line, theme.sunken, corner: 2)
      let (x, zero) = (track.x + share * track.width, track.x + rest * track.width)
      canvas.fill(
        Rect(x: min(x, zero), y: line.y, width: abs(x - zero), height: line.height), colour)
      canvas.fill(Rect(x: zero - 0.5, y: line.y - 5, width: 1, height: 14), theme.dim)
      drawHandle(canvas, theme, colour, Point(x: x, y: track.middle.y))
    }
    drawValue(canvas, theme)
    drawFocus(canvas, theme)
  }

  private func drawScale(_ canvas: Canvas, _ theme: Theme) {
    var level: Float = 12
    while level >= -60 {
      let y = track.bottom - control.share(level) * track.height
      canvas.fill(Rect(x: track.x - 3, y: y - 0.5, width: 4, height: 1), theme.dim)
      canvas.write(
        level == -60 ? "off" : decimal(level, places: 0, plus: true),
        in: Rect(x: frame.x + 2, y: y - 6, width: track.x - frame.x - 8, height: 12), theme.dim,
        size: 9, at: .right)
      level -= 12
    }
  }

  private func drawHandle(
    _ canvas: Canvas, _ theme: Theme, _ colour: Colour, _ middle: Point
  ) {
    let (width, height) = isVertical ? (20.0, Fader.handle) : (Fader.handle, 20.0)
    let body = Rect(
      x: middle.x - width / 2, y: middle.y - height / 2, width: width, height: height)
    canvas.fill(body, theme.background.mixed(with: theme.text, 0.35), corner: 3)
    canvas.stroke(body, theme.dim, corner: 3)
    canvas.fill(
      isVertical
        ? Rect(x: body.x + 3, y: middle.y - 1, width: width - 6, height: 2)
        : Rect(x: middle.x - 1, y: body.y + 3, width: 2, height: height - 6), colour)
  }

  private func drawValue(_ canvas: Canvas, _ theme: Theme) {
    field.draw(canvas, theme, in: valueBox, control.written(settings.value(control.port)))
  }

  // MARK: Input

  override func press(_ point: Point, isDouble: Bool) {
    if isDouble {
      field.close()
      held = nil
      settings.end()
      settings.set(control, to: control.initial)
    } else if valueBox.contains(point) {
      field.open()
    } else {
      field.close()
      held = (point, settings.value(control.port))
      settings.begin([control.port])
    }
  }

  override func drag(_ point: Point, fine: Bool) {
    guard let held else { return }
    let (way, length) =
      isVertical
      ? (held.point.y - point.y, track.height) : (point.x - held.point.x, track.width)
    let range = control.maximum - control.minimum
    let change = Float(way / max(length, 1)) * range * (fine ? 0.1 : 1)
    let value = min(max(held.value + change, control.minimum), control.maximum)
    self.held = (point, value)
    let step = control.step(fine: true)
    settings.move(control, to: (value / step).rounded() * step)
  }

  override func release() {
    guard held != nil else { return }
    held = nil
    settings.end()
  }

  override func scroll(_ steps: Int, fine: Bool) { nudge(Float(steps), fine: fine) }

  /// Moves by whole steps, and rounds to a fine step.
  private func nudge(_ steps: Float, fine: Bool) {
    let grid = control.step(fine: true)
    let value = settings.value(control.port) + steps * control.step(fine: fine)
    settings.nudge(control, to: (value / grid).rounded() * grid)
  }

  // MARK: Keys

  override func key(_ key: UInt32, fine: Bool) -> Bool {
    if field.isTyped { return type(key) }
    switch Int(key) {
    case WINDOW_KEY_UP, WINDOW_KEY_RIGHT: nudge(1, fine: fine)
    case WINDOW_KEY_DOWN, WINDOW_KEY_LEFT: nudge(-1, fine: fine)
    case WINDOW_KEY_PAGE_UP: nudge(6, fine: fine)
    case WINDOW_KEY_PAGE_DOWN: nudge(-6, fine: fine)
    case WINDOW_KEY_HOME: settings.set(control, to: control.maximum)
    case WINDOW_KEY_END: settings.set(control, to: control.minimum)
    case WINDOW_KEY_DELETE, WINDOW_KEY_ERASE: settings.set(control, to: control.initial)
    default: return type(key)
    }
    return true
  }

  override func take(_ number: Float) { settings.set(control, to: number) }
}
