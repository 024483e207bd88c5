import Glibc

/// A sound file and what to call it in a picture.
struct PlotSource {
  let path: String
  let title: String
}

/// The picture of two recordings: their spectrograms one above the other, on the same scales.
struct Comparison {
  private struct Panel {
    let heading: String
    let title: String
    let spectrogram: Spectrogram
    let top: Int
  }

  private static let (width, height) = (1_120, 792)
  private static let (left, plotWidth, plotHeight) = (92, 900, 288)
  private static let tops = [52, 422]
  /// dB from the darkest to the brightest colour.
  private static let range = 80.0

  private let panels: [Panel]
  /// dBFS of the brightest colour.
  private let top: Double

  /// Reads both files.
  init(before: PlotSource, after: PlotSource) throws {
    panels = try zip(["Before", "After"], [before, after]).enumerated().map { index, part in
      let (heading, source) = part
      let file = try SoundReader(source.path)
      let count = try file.countSamples()
      guard count > 0 else {
        throw Failure(source.path, "holds no sample", remedy: "there is nothing to draw")
      }
      let spectrogram = try Spectrogram(
        file, count: count, columns: Self.plotWidth, rows: Self.plotHeight)
      return Panel(
        heading: heading, title: source.title, spectrogram: spectrogram, top: Self.tops[index])
    }
    let loudest = panels.map { $0.spectrogram.quantile(0.9995) }.max() ?? 0
    top = min(0, (loudest / 10).rounded(.up) * 10)
  }

  /// Draws and writes the picture as PNG.
  func write(_ file: PartialFile) throws {
    let canvas = Canvas(width: Self.width, height: Self.height)
    for panel in panels { draw(panel, canvas) }
    let left = Double(Self.left)
    let bottom = Double(Self.tops[1] + Self.plotHeight)
    canvas.text("Time in seconds", left + Double(Self.plotWidth) / 2, bottom + 56, at: .middle)
    drawScale(canvas)
    try canvas.write(file)
  }

  private func draw(_ panel: Panel, _ canvas: Canvas) {
    let (left, top) = (Double(Self.left), Double(panel.top))
    let (width, height) = (Double(Self.plotWidth), Double(Self.plotHeight))
    let spectrogram = panel.spectrogram
    canvas.points(Self.left, panel.top, width: Self.plotWidth, height: Self.plotHeight) {
      let level = spectrogram.levels[$0 * Self.plotHeight + Self.plotHeight - 1 - $1]
      return ColourMap.colour(Float(1 + (Double(level) - self.top) / Self.range))
    }
    canvas.frame(left, top, width, height, 0x303040)
    let end = canvas.text(panel.heading, left, top - 16, size: 20, bold: true)
    canvas.text(panel.title, left + end + 14, top - 16, colour: 0x6a6a7a)
    for tick in ticks(upTo: spectrogram.seconds) {
      let x = (left + tick / spectrogram.seconds * width).rounded() + 0.5
      canvas.line(x, top + height, x, top + height + 6, 0x303040)
      canvas.text(secondsText(tick), x, top + height + 24, at: .middle)
    }
    let range = spectrogram.frequencies
    for frequency in [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]
    where range.contains(Double(frequency)) {
      let octaves = log2(range.upperBound / range.lowerBound)
      let part = log2(Double(frequency) / range.lowerBound) / octaves
      let y = (top + height * (1 - part)).rounded() + 0.5
      canvas.line(left - 6, y, left, y, 0x303040)
      canvas.text(frequency.grouped, left - 11, y + 5, at: .right)
    }
    canvas.text("Frequency in Hz", 24, top + height / 2, at: .middle, upwards: true)
  }

  private func drawScale(_ canvas: Canvas) {
    let x = Self.left + Self.plotWidth + 28
    let (first, width) = (Self.tops[0], 16)
    let height = Self.tops[1] + Self.plotHeight - first
    canvas.points(x, first, width: width, height: height) { _, row in
      ColourMap.colour(1 - Float(row) / Float(height - 1))
    }
    canvas.frame(Double(x), Double(first), Double(width), Double(height), 0x303040)
    for step in stride(from: 0, through: Self.range, by: 10) {
      let y = (Double(first) + Double(height) * step / Self.range).rounded() + 0.5
      canvas.line(Double(x + width), y, Double(x + width + 6), y, 0x303040)
      let text = (top - step).fixed(0).replacingMinus()
      canvas.text(text, Double(x + width + 48), y + 5, at: .right)
    }
    canvas.text("dBFS", Double(x), Double(first - 16))
  }

  /// About eight round places on the time axis.
  private func ticks(upTo seconds: Double) -> [Double] {
    let rough = seconds / 8
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
    return Array(stride(from: 0, through: seconds * (1 + 1e-9), by: step))
  }

  private func secondsText(_ seconds: Double) -> String {
    let places = seconds == seconds.rounded() ? 0 : (seconds * 10).rounded() == seconds * 10 ? 1 : 3
    return seconds.fixed(places)
  }
}
