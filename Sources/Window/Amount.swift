import CSystem
import CWindow

/// One knob for all three faders: 0 % is the unchanged recording, 50 % the defaults, 100 % the voice alone.
///
/// Each fader's level in dB is mapped to a share: 0 dB is 0, its default 0.5, off 1. The knob shows the mean share
/// of reverb and background. Turning it scales the shares, towards 0 or towards 1, so that the balance between the
/// faders stays. The knob is not a port; it is computed from the faders.
final class Amount: NumberWidget {
  /// State of a move of the knob.
  private struct Hold {
    var point = Point(x: 0, y: 0)
    /// Shares of reverb and background when the move began, 0 ... 1.
    let reverb, background: Float
    /// The voice's level when the move began, in dB.
    let voice: Float
    /// Where the user has moved the knob to, 0 ... 1.
    var amount: Float
    var start: Float { (reverb + background) / 2 }
  }

  private var hold: Hold?
  private var isDragged = false

  private static let ports = [PORT_voice, PORT_reverb, PORT_ambience]

  override var help: String {
    "Moves all three faders. 0 %: the recording unchanged; 50 %: the defaults; 100 %: the "
      + "voice alone. The faders keep their balance."
  }
  override var canFocus: Bool { true }
  override func shows(_ port: port) -> Bool { Stem.ofFader(port) != nil }

  // MARK: Shares

  /// A fader's share: 0 at 0 dB, 0.5 at its default, 1 when off.
  private func share(_ port: port) -> Float {
    let control = Control(port)
    let value = settings.value(port)
    if value >= control.initial { return max(value / control.initial, 0) / 2 }
    return min((1 + (value - control.initial) / (control.minimum - control.initial)) / 2, 1)
  }

  /// The level of a share in dB, rounded to the fader's fine steps.
  private func level(_ port: port, _ share: Float) -> Float {
    let control = Control(port)
    let level =
      share <= 0.5
      ? control.initial * share * 2
      : control.initial + (control.minimum - control.initial) * (share * 2 - 1)
    let step = control.step(fine: true)
    return (level / step).rounded() * step
  }

  /// Where the knob stands, 0 ... 1.
  private var amount: Float {
    if let hold, settings.isHeld(Amount.ports) { return hold.amount }
    return (share(PORT_reverb) + share(PORT_ambience)) / 2
  }

  // MARK: Moves

  private func begin() {
    guard hold == nil || !settings.isHeld(Amount.ports) else { return }
    settings.begin(Amount.ports)
    let (reverb, background) = (share(PORT_reverb), share(PORT_ambience))
    hold = Hold(
      reverb: reverb, background: background, voice: settings.value(PORT_voice),
      amount: (reverb + background) / 2)
  }

  private func move(to wanted: Float) {
    guard var hold else { return }
    let amount = min(max(wanted, 0), 1)
    let start = hold.start
    func moved(_ share: Float) -> Float {
      if amount <= start { return start > 0 ? share * amount / start : 0 }
      return 1 - (1 - share) * (1 - amount) / (1 - start)
    }
    hold.amount = amount
    self.hold = hold
    settings.move(Control(PORT_reverb), to: level(PORT_reverb, moved(hold.reverb)))
    settings.move(Control(PORT_ambience), to: level(PORT_ambience, moved(hold.background)))
    // On the way to 0 % the voice returns to 0 dB, so that 0 % is the unchanged recording.
    let voice = start > 0 && amount < start ? hold.voice * amount / start : hold.voice
    settings.move(Control(PORT_voice), to: (voice * 10).rounded() / 10)
    isDirty = true
  }

  private func set(_ amount: Float) {
    begin()
    move(to: amount)
    end()
  }

  private func end() {
    hold = nil
    isDragged = false
    settings.end()
  }

  private func nudge(_ percent: Float) {
    begin()
    let grid = abs(percent)
    move(to: ((amount * 100 + percent) / grid).rounded() * grid / 100)
    settings.endSoon()
  }

  // MARK: Drawing

  private var dial: Rect {
    let side = min(frame.height, 76)
    return Rect(x: frame.x, y: frame.middle.y - side / 2, width: side, height: side).inset(6, 6)
  }

  private var valueBox: Rect {
    let dial = dial
    return Rect(x: dial.right + 12, y: frame.middle.y, width: 66, height: 24)
  }

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    let dial = dial
    let (least, most) = (Double.pi * 0.75, Double.pi * 2.25)
    let angle = least + Double(amount) * (most - least)
    canvas.arc(dial, from: least, to: most, theme.sunken, width: 6)
    if amount > 0 { canvas.arc(dial, from: least, to: angle, theme.text, width: 6) }
    let cap = dial.inset(10, 10)
    canvas.fill(cap, theme.background.mixed(with: theme.text, 0.25), corner: cap.width / 2)
    canvas.stroke(cap, theme.dim, corner: cap.width / 2)
    canvas.ray(in: cap, at: angle, from: 0.35, to: 0.85, theme.text, width: 2.5)
    canvas.write(
      "Amount",
      in: Rect(
        x: dial.right + 12, y: frame.middle.y - 24, width: frame.right - dial.right - 14, height: 20
      ),
      theme.text, size: 12, bold: true)
    field.draw(canvas, theme, in: valueBox, decimal(amount * 100, places: 0) + " %")
    drawFocus(canvas, theme)
  }

  // MARK: Input

  override func press(_ point: Point, isDouble: Bool) {
    if isDouble {
      field.close()
      end()
      set(0.5)
    } else if valueBox.contains(point) {
      field.open()
    } else {
      field.close()
      isDragged = true
      begin()
      hold?.point = point
    }
  }

  /// Dragging up or to the right raises the amount; 150 points are the whole range.
  override func drag(_ point: Point, fine: Bool) {
    guard isDragged, let hold else { return }
    let way = hold.point.y - point.y + point.x - hold.point.x
    self.hold?.point = point
    move(to: hold.amount + Float(way / 150) * (fine ? 0.1 : 1))
  }

  override func release() { if isDragged { end() } }

  override func scroll(_ steps: Int, fine: Bool) { nudge(Float(steps) * (fine ? 1 : 5)) }

  override func key(_ key: UInt32, fine: Bool) -> Bool {
    if field.isTyped { return type(key) }
    let step: Float = fine ? 1 : 5
    switch Int(key) {
    case WINDOW_KEY_UP, WINDOW_KEY_RIGHT: nudge(step)
    case WINDOW_KEY_DOWN, WINDOW_KEY_LEFT: nudge(-step)
    case WINDOW_KEY_PAGE_UP: nudge(25)
    case WINDOW_KEY_PAGE_DOWN: nudge(-25)
    case WINDOW_KEY_HOME: set(1)
    case WINDOW_KEY_END: set(0)
    case WINDOW_KEY_DELETE, WINDOW_KEY_ERASE: set(0.5)
    default: return type(key)
    }
    return true
  }

  override func take(_ percent: Float) { set(percent / 100) }
}
