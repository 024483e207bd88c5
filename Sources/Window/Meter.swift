import CWindow

/// The level of a stem after its fader, beside the fader and on the same scale. The highest level of the last two
/// seconds stays as a line and as a number.
final class Meter: Widget {
  /// The scale: the track of the fader beside it.
  var track = Rect()
  private let stem: Stem
  private let control: Control
  private let scale: Control
  private var level: Float
  private var peak: Float
  private var peakTime = 0.0
  private var last = 0.0

  init(_ settings: Settings, _ stem: Stem) {
    self.stem = stem
    control = Control(stem.meter)
    scale = Control(stem.fader)
    level = control.minimum
    peak = control.minimum
    super.init(settings)
  }

  override var help: String {
    text(window_row_of(stem.meter).comment) + " Line and number: peak of two seconds, dBFS."
  }

  /// The peak stays for two seconds, then falls by 20 dB a second.
  override func tick(_ now: Double) {
    let new = control.limited(settings.value(stem.meter))
    var held = peak
    if new >= held {
      (held, peakTime) = (new, now)
    } else if now - peakTime > 2 {
      held = max(new, held - Float(min(now - last, 1)) * 20)
    }
    last = now
    if pixels(new) != pixels(level) || written(held) != written(peak) { isDirty = true }
    (level, peak) = (new, held)
  }

  // A change of level is drawn only when it moves the bar or changes the number.
  private func pixels(_ level: Float) -> Int { Int(level * 4) }
  private func written(_ level: Float) -> Int { Int(level * 10) }

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    var number = frame.inset(2, 2)
    number = number.cutBottom(20)
    let bar = Rect(x: frame.middle.x - 7, y: track.y, width: 14, height: track.height)
    let colour = theme.colour(of: stem)
    func y(_ level: Float) -> Double { bar.bottom - scale.share(level) * bar.height }
    canvas.fill(bar, theme.sunken, corner: 2)
    canvas.fill(
      Rect(x: bar.x, y: y(level), width: bar.width, height: bar.bottom - y(level)), colour)
    canvas.fill(Rect(x: bar.x - 2, y: y(0) - 0.5, width: bar.width + 4, height: 1), theme.dim)
    if peak > scale.minimum {
      canvas.fill(Rect(x: bar.x, y: y(peak) - 1, width: bar.width, height: 2), theme.text)
      canvas.write(
        decimal(peak, places: 1, plus: true), in: number, theme.text, size: 10, at: .middle)
    } else {
      canvas.write("\u{2212}\u{221E}", in: number, theme.dim, size: 10, at: .middle)
    }
  }
}
