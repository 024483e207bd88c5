import Glibc

/// A sound file and its title in a picture.
struct PlotSource {
  let path: String
  let title: String
  /// Samples a channel.
  let length: Int
  /// The sample at the left edge of the picture; negative: the picture begins with silence.
  var start = 0
  /// A recording of a lower rate is resampled, as `SoundReader` does.
  var lowestRate = 0
}

/// The picture of two recordings: their spectrograms one above the other, on the same scales, and below them
/// levels over time.
struct Comparison {
  private struct Panel {
    let heading: String
    let title: String
    let spectrogram: Spectrogram
    let top: Int
  }

  private static let (width, height) = (1_120, 1_020)
  private static let (left, plotWidth, plotHeight) = (92, 900, 288)
  private static let tops = [52, 398]
  private static let (levelsTop, levelsHeight) = (744, 200)
  /// Range of the colours and of the levels, dB.
  private static let range = 80.0
  private static let ink: UInt32 = 0x303040
  private static let grid: UInt32 = 0xe4e4ea

  /// A line of the lower panel.
  fileprivate struct Curve: Sendable {
    let name: String
    let colour: UInt32
    let power: @Sendable (StemLevels.Powers) -> Double
  }

  /// What the levels are of.
  struct Levels: Sendable {
    fileprivate let heading: String
    fileprivate let title: String
    fileprivate let curves: [Curve]

    // Okabe and Ito's palette, distinguishable with colour blindness.
    static let stems = Levels(
      heading: "Stems", title: "levels as the model hears them",
      curves: [
        Curve(name: "Background", colour: 0x8a8a94) { $0.background },
        Curve(name: "Reverb", colour: 0xe69f00) { $0.reverb },
        Curve(name: "Voice", colour: 0x0072b2) { $0.voice },
      ])
    /// Of a model that adds to the recording: what it adds takes the place of the voice.
    static let added = Levels(
      heading: "Levels", title: "of the recording and of what is added",
      curves: [
        Curve(name: "Recording", colour: 0x8a8a94) { $0.background },
        Curve(name: "Added", colour: 0x0072b2) { $0.voice },
      ])
    static let parts = Levels(
      heading: "Parts", title: "levels as the model hears them",
      curves: [
        Curve(name: "Accompaniment", colour: 0x8a8a94) { $0.background },
        Curve(name: "Vocals", colour: 0x0072b2) { $0.voice + $0.reverb },
      ])
    /// Of a model with this task.
    static func of(task: String) -> Levels {
      switch task {
      case "extend": added
      case "split": parts
      default: stems
      }
    }
  }

  private let panels: [Panel]
  private let timeline: Timeline
  private let levels: Levels
  private let axis: TimeAxis
  /// Level of the brightest colour, dBFS.
  private let top: Double

  /// Reads both files.
  init(
    before: PlotSource, after: PlotSource, _ timeline: Timeline, _ levels: Levels = .stems
  ) throws {
    (self.timeline, self.levels) = (timeline, levels)
    let files = try [before, after].map { try SoundReader($0.path, lowestRate: $0.lowestRate) }
    let spans = zip([before, after], files).map { source, file in
      Double(source.length - max(source.start, 0)) / Double(file.rate)
    }
    let span = spans.max() ?? 0
    axis = TimeAxis(span)
    panels = try zip(["Before", "After"], zip([before, after], files)).enumerated().map {
      index, part in
      let (heading, (source, file)) = part
      let spectrogram = try Spectrogram(
        file, start: source.start, seconds: span, columns: Self.plotWidth, rows: Self.plotHeight)
      return Panel(
        heading: heading, title: source.title, spectrogram: spectrogram, top: Self.tops[index])
    }
    let loudest = panels.map { $0.spectrogram.quantile(0.9995) }.max() ?? 0
    top = min(0, (loudest / 10).rounded(.up) * 10)
  }

  /// Draws and writes the picture.
  func write(_ file: PartialFile) throws {
    let canvas = try Canvas(file, width: Self.width, height: Self.height)
    for panel in panels { draw(panel, canvas) }
    drawLevels(canvas)
    let middle = Double(Self.left) + Double(Self.plotWidth) / 2
    canvas.text(
      axis.title, middle, Double(Self.levelsTop + Self.levelsHeight + 54), at: .middle)
    drawScale(canvas)
    try canvas.finish()
  }

  private func draw(_ panel: Panel, _ canvas: Canvas) {
    let (left, top) = (Double(Self.left), Double(panel.top))
    let height = Double(Self.plotHeight)
    let spectrogram = panel.spectrogram
    canvas.points(Self.left, panel.top, width: Self.plotWidth, height: Self.plotHeight) {
      let level = spectrogram.levels[$0 * Self.plotHeight + Self.plotHeight - 1 - $1]
      return ColourMap.colour(Float(1 + (Double(level) - self.top) / Self.range))
    }
    drawFrame(panel.heading, panel.title, top: top, height: height, canvas)
    let range = spectrogram.frequencies
    for frequency in [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]
    where range.contains(Double(frequency)) {
      let octaves = log2(range.upperBound / range.lowerBound)
      let part = log2(Double(frequency) / range.lowerBound) / octaves
      let y = (top + height * (1 - part)).rounded() + 0.5
      canvas.line(left - 6, y, left, y, Self.ink)
      canvas.text(frequency.grouped, left - 11, y + 5, at: .right)
    }
    canvas.text("Frequency in Hz", 24, top + height / 2, at: .middle, upwards: true)
  }

  /// Draws outline, heading and time marks; returns where the heading ends.
  @discardableResult
  private func drawFrame(
    _ heading: String, _ title: String, top: Double, height: Double, _ canvas: Canvas
  ) -> Double {
    let (left, width) = (Double(Self.left), Double(Self.plotWidth))
    canvas.frame(left, top, width, height, Self.ink)
    var end = left + canvas.text(heading, left, top - 16, size: 20, bold: true)
    end += 14 + canvas.text(title.cut(to: 80), left + (end - left) + 14, top - 16, colour: 0x6a6a7a)
    for mark in axis.marks {
      let x = (left + mark / axis.seconds * width).rounded() + 0.5
      canvas.line(x, top + height, x, top + height + 6, Self.ink)
      canvas.text(axis.text(mark), x, top + height + 24, at: .middle)
    }
    return end
  }

  private func drawLevels(_ canvas: Canvas) {
    let (left, top) = (Double(Self.left), Double(Self.levelsTop))
    let (width, height) = (Double(Self.plotWidth), Double(Self.levelsHeight))
    for level in stride(from: 0, through: Self.range, by: 20) {
      let y = (top + height * level / Self.range).rounded() + 0.5
      if level > 0, level < Self.range { canvas.line(left, y, left + width, y, Self.grid) }
      canvas.line(left - 6, y, left, y, Self.ink)
      canvas.text((-level).fixed(0).replacingMinus(), left - 11, y + 5, at: .right)
    }
    for curve in levels.curves {
      var points: [(x: Double, y: Double)] = []
      for (time, power) in columns(curve.power) {
        let level = max(decibels(power), -Self.range)
        points.append(
          (left + time / axis.seconds * width, top - height * min(level, 0) / Self.range))
      }
      canvas.curve(points, curve.colour, width: 1.5)
    }
    var x = drawFrame(levels.heading, levels.title, top: top, height: height, canvas) + 28
    for curve in levels.curves.reversed() {
      canvas.curve([(x, top - 21), (x + 22, top - 21)], curve.colour, width: 3)
      x += 30 + canvas.text(curve.name, x + 30, top - 16) + 22
    }
    canvas.text("Level in dBFS", 24, top + height / 2, at: .middle, upwards: true)
  }

  /// Mean powers over time, at most one for each column of the picture, each at the middle of its interval.
  private func columns(
    _ power: (StemLevels.Powers) -> Double
  ) -> [(time: Double, power: Double)] {
    let steps = timeline.steps
    let width = max(1, (steps.count + Self.plotWidth - 1) / Self.plotWidth)
    return stride(from: 0, to: steps.count, by: width).map { first in
      let part = steps[first..<min(first + width, steps.count)]
      let mean = part.reduce(0) { $0 + power($1) } / Double(part.count)
      return ((Double(first) + Double(part.count) / 2) * timeline.stepSeconds, mean)
    }
  }

  private func drawScale(_ canvas: Canvas) {
    let x = Self.left + Self.plotWidth + 28
    let (first, width) = (Self.tops[0], 16)
    let height = Self.tops[1] + Self.plotHeight - first
    canvas.points(x, first, width: width, height: height) { _, row in
      ColourMap.colour(1 - Float(row) / Float(height - 1))
    }
    canvas.frame(Double(x), Double(first), Double(width), Double(height), Self.ink)
    for step in stride(from: 0, through: Self.range, by: 10) {
      let y = (Double(first) + Double(height) * step / Self.range).rounded() + 0.5
      canvas.line(Double(x + width), y, Double(x + width + 6), y, Self.ink)
      let text = (top - step).fixed(0).replacingMinus()
      canvas.text(text, Double(x + width + 48), y + 5, at: .right)
    }
    canvas.text("dBFS", Double(x), Double(first - 16))
  }
}
