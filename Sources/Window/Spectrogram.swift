import CCairo
import CSystem
import CWindow

/// Which levels a spectrogram shows.
enum View: Int {
  /// The stems before the faders.
  case before
  /// The stems after the faders.
  case after
  /// What the faders remove.
  case difference
}

/// A spectrogram of the last ten seconds on the mel scale. Each stem has its colour; where stems overlap, the colours
/// mix. Brightness is level.
final class Spectrogram: Widget {
  var view = View.after {
    didSet { if view != oldValue { paintAll() } }
  }
  private static let bands = Int(COLUMN_BANDS)
  private static let lanes = Int(COLUMN_LANES)
  /// Number of columns in ten seconds.
  private static let columns = 10 * 48_000 / Int(COLUMN_SAMPLES)
  /// Levels drawn black and at full brightness, dBFS.
  fileprivate static let darkest: Float = -90
  fileprivate static let brightest: Float = -20

  /// Levels before the faders, `[columns][bands][stem]`, oldest first, in steps of half a dB.
  private var levels: [UInt8]
  /// The faders at the time of each column, `[columns][stem]`, linear.
  private var faders: [Float]
  /// Colours, `[bands][columns]`, highest band first: cairo's RGB24.
  private let pixels: UnsafeMutablePointer<UInt32>
  private let surface: OpaquePointer?
  private let colours: InlineArray<3, Colour>
  /// The amplitude of each step of `levels`.
  private var amplitudes: [Float] = []
  private var hasColumns = false
  private let hasFaders: Bool
  /// Columns since the last drawing.
  private var fresh = 0

  init(_ settings: Settings, hasFaders: Bool) {
    self.hasFaders = hasFaders
    let cells = Spectrogram.bands * Spectrogram.columns
    levels = [UInt8](repeating: 0, count: cells * 3)
    faders = [Float](repeating: 1, count: Spectrogram.columns * 3)
    pixels = .allocate(capacity: cells)
    pixels.initialize(repeating: 0, count: cells)
    surface = UnsafeMutableRawPointer(pixels).withMemoryRebound(
      to: UInt8.self, capacity: 4 * cells
    ) {
      cairo_image_surface_create_for_data(
        $0, CAIRO_FORMAT_RGB24, Int32(Spectrogram.columns), Int32(Spectrogram.bands),
        Int32(4 * Spectrogram.columns))
    }
    let theme = Theme(background: 0x000000, text: 0xFFFFFF)
    colours = [
      theme.colour(of: .voice), theme.colour(of: .reverb), theme.colour(of: .background),
    ]
    for step in 0..<256 {
      amplitudes.append(power_of_ten((Float(COLUMN_FLOOR) + Float(step) / 2) / 20))
    }
    super.init(settings)
  }

  deinit {
    cairo_surface_destroy(surface)
    pixels.deallocate()
  }

  override var help: String {
    "Ten seconds, 50 Hz to 16 kHz on the mel scale, \u{2212}90 to \u{2212}20 dBFS. "
      + "Orange: voice, blue: reverb, grey: background."
  }

  // MARK: Columns

  /// Adds a column at the right, and drops the oldest.
  func add(_ column: UnsafePointer<UInt8>) {
    let (bands, lanes, columns) = (Spectrogram.bands, Spectrogram.lanes, Spectrogram.columns)
    levels.withUnsafeMutableBufferPointer { levels in
      for i in 0..<(levels.count - bands * 3) { levels[i] = levels[i + bands * 3] }
      let newest = levels.count - bands * 3
      for band in 0..<bands {
        for stem in 0..<3 { levels[newest + band * 3 + stem] = column[band * lanes + stem] }
      }
    }
    for i in 0..<(faders.count - 3) { faders[i] = faders[i + 3] }
    for stem in 0..<3 { faders[faders.count - 3 + stem] = factor(stem) }
    for band in 0..<bands {
      let row = pixels + band * columns
      for i in 0..<(columns - 1) { row[i] = row[i + 1] }
    }
    paint(columns - 1)
    hasColumns = true
    fresh += 1
  }

  /// The current linear gain of a stem's fader.
  private func factor(_ stem: Int) -> Float {
    guard hasFaders, let fader = Stem(rawValue: stem)?.fader else { return 1 }
    let level = settings.value(fader)
    return Control(fader).isOff(level) ? 0 : power_of_ten(level / 20)
  }

  /// Draws every second column: some twenty pictures a second.
  override func tick(_ now: Double) {
    if fresh >= 2 { isDirty = true }
  }

  private func paintAll() {
    for column in 0..<Spectrogram.columns { paint(column) }
    isDirty = true
  }

  private func paint(_ column: Int) {
    let (bands, columns) = (Spectrogram.bands, Spectrogram.columns)
    var shares: InlineArray<3, Float> = [1, 1, 1]
    for stem in 0..<3 {
      let fader = faders[column * 3 + stem]
      shares[stem] = view == .before ? 1 : view == .after ? fader : abs(1 - fader)
    }
    for band in 0..<bands {
      let place = (column * bands + band) * 3
      var (power, sum) = (Float(0), Float(0))
      var parts: InlineArray<3, Float> = [0, 0, 0]
      for stem in 0..<3 {
        let amplitude = amplitudes[Int(levels[place + stem])] * shares[stem]
        parts[stem] = amplitude
        sum += amplitude
        power += amplitude * amplitude
      }
      let level = decibels(power + 1e-13)
      let range = Spectrogram.brightest - Spectrogram.darkest
      let light = min(max((level - Spectrogram.darkest) / range, 0), 1) / max(sum, 1e-9)
      var (red, green, blue) = (0.0, 0.0, 0.0)
      for stem in 0..<3 {
        let share = Double(parts[stem] * light)
        red += colours[stem].red * share
        green += colours[stem].green * share
        blue += colours[stem].blue * share
      }
      pixels[(bands - 1 - band) * columns + column] =
        UInt32(min(red, 1) * 255) << 16 | UInt32(min(green, 1) * 255) << 8
        | UInt32(min(blue, 1) * 255)
    }
  }

  // MARK: Drawing

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    fresh = 0
    cairo_surface_mark_dirty(surface)
    canvas.paint(
      surface, width: Double(Spectrogram.columns), height: Double(Spectrogram.bands), in: frame)
    drawLegend(canvas)
    let text = Colour(0xD0D0D0)
    var free = frame.bottom  // no name has been written above this
    for (frequency, name) in [
      (100, "100 Hz"), (500, "500 Hz"), (1000, "1 kHz"), (2000, "2 kHz"), (4000, "4 kHz"),
      (10000, "10 kHz"),
    ] {
      let y = frame.bottom - height(Float(frequency)) * frame.height
      canvas.fill(Rect(x: frame.x, y: y - 0.5, width: 4, height: 1), text)
      let place = Rect(
        x: frame.x + 6, y: min(y - 6, frame.bottom - 13),
        width: 5.4 * Double(name.utf8.count) + 3, height: 12)
      guard place.bottom <= free else { continue }
      free = place.y
      canvas.shade(place)
      canvas.write(name, in: place.inset(1, 0), text, size: 9)
    }
    for (seconds, name) in [
      (8, "\u{2212}8 s"), (6, "\u{2212}6"), (4, "\u{2212}4"), (2, "\u{2212}2"),
    ] {
      let x = frame.right - frame.width * Double(seconds) / 10
      canvas.fill(Rect(x: x - 0.5, y: frame.bottom - 4, width: 1, height: 4), text)
      let place = Rect(x: x - 12, y: frame.bottom - 16, width: 24, height: 12)
      canvas.shade(place)
      canvas.write(name, in: place, text, size: 9, at: .middle)
    }
    if !hasColumns {
      canvas.write("Play to see voice, reverb and background", in: frame, text, at: .middle)
    }
  }

  /// The names of the stems' colours.
  private func drawLegend(_ canvas: Canvas) {
    var x = frame.x + 52
    canvas.shade(Rect(x: x - 6, y: frame.y + 2, width: 218, height: 17))
    for index in 0..<3 {
      let stem = Stem(rawValue: index) ?? .voice
      canvas.fill(
        Rect(x: x, y: frame.y + 6, width: 9, height: 9), colours[index], corner: 2)
      canvas.write(
        stem.name, in: Rect(x: x + 14, y: frame.y + 4, width: 80, height: 13), Colour(0xD0D0D0),
        size: 10)
      x += 14 + Double(stem.name.utf8.count) * 5.6 + 18
    }
  }

  /// Height of a frequency in the picture, 0 ... 1.
  private func height(_ frequency: Float) -> Double {
    func mel(_ frequency: Float) -> Float { decibels(1 + frequency / 700) }
    let (low, high) = (mel(Float(COLUMN_LOWEST)), mel(Float(COLUMN_HIGHEST)))
    return Double((mel(frequency) - low) / (high - low))
  }
}

/// The scale of levels beside a spectrogram. It is a widget of its own because it never has to be drawn again.
final class LevelScale: Widget {
  static let width = 44.0

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    let (darkest, brightest) = (Spectrogram.darkest, Spectrogram.brightest)
    let bar = Rect(x: frame.x + 6, y: frame.y + 18, width: 8, height: frame.height - 24)
    let (black, white) = (Colour(0x000000), Colour(0xFFFFFF))
    let steps = 35
    for step in 0..<steps {
      let light = 1 - Double(step) / Double(steps - 1)
      canvas.fill(
        Rect(
          x: bar.x, y: bar.y + bar.height * Double(step) / Double(steps), width: bar.width,
          height: bar.height / Double(steps) + 0.5), black.mixed(with: white, light))
    }
    canvas.write(
      "dBFS", in: Rect(x: frame.x + 4, y: frame.y, width: 40, height: 12), theme.dim, size: 9)
    var level = brightest
    while level >= darkest {
      let share = (brightest - level) / (brightest - darkest)
      canvas.write(
        decimal(level, places: 0),
        in: Rect(
          x: bar.right + 4, y: bar.y + Double(share) * bar.height - 6, width: 26, height: 12),
        theme.dim, size: 9)
      level -= bar.height > 120 ? 10 : 35
    }
  }
}

/// Selects what a spectrogram shows.
final class ViewButton: Button {
  private let view: View
  private let spectrogram: Spectrogram
  /// The buttons of its row, which switch off when this one is pushed.
  var others: [ViewButton] = []

  init(
    _ settings: Settings, _ spectrogram: Spectrogram, _ view: View, _ title: String, help: String
  ) {
    self.view = view
    self.spectrogram = spectrogram
    super.init(settings, title, help: help)
  }

  override var isOn: Bool { spectrogram.view == view }
  override func push() {
    spectrogram.view = view
    isDirty = true
    for other in others { other.isDirty = true }
  }
}
