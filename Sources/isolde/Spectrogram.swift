import Glibc

/// Levels over time and logarithmic frequency, one for each pixel of a picture.
struct Spectrogram {
  let columns: Int
  let rows: Int
  /// Frequencies at the lower and the upper edge, Hz.
  let frequencies: ClosedRange<Double>
  /// Levels in dBFS (0 is a full-scale sine), column by column, each from low to high.
  private(set) var levels: [Float] = []

  /// Reads `seconds` of a sound file from sample `start` on; its channels are drawn as their mean power.
  init(_ source: SoundReader, start: Int, seconds: Double, columns: Int, rows: Int) throws {
    self.columns = columns
    self.rows = rows
    frequencies = 40...min(20_000, Double(source.rate) / 2)
    let spectrum = Spectrum(rate: source.rate)
    let axis = FrequencyAxis(frequencies, rows: rows, binWidth: spectrum.binWidth)
    var samples = WindowReader(source, from: min(start, 0) - spectrum.windowLength)
    let columnLength = seconds * Double(source.rate) / Double(columns)
    // Columns longer than a quarter of the short window use the mean of up to 16 windows.
    let windows = min(16, max(1, Int(columnLength * 8 / Double(spectrum.windowLength))))
    levels.reserveCapacity(columns * rows)
    for column in 0..<columns {
      var power = [Double](repeating: 0, count: spectrum.binCount)
      for part in 0..<windows {
        let centre = (Double(column) + (Double(part) + 0.5) / Double(windows)) * columnLength
        let first = start + Int(centre) - spectrum.windowLength / 2
        try samples.read(first, count: spectrum.windowLength) { channel in
          let weight = 1 / Double(windows * source.channels)
          spectrum.addPower(of: channel, times: weight, to: &power)
        }
      }
      axis.appendLevels(of: power, to: &levels)
      try Interruption.check()
    }
  }

  /// The level below which the share `part` (0 ... 1) of all points lies.
  func quantile(_ part: Double) -> Double {
    let sorted = levels.sorted()
    guard let last = sorted.indices.last else { return 0 }
    return Double(sorted[Int(Double(last) * part)])
  }
}

/// The rows of a picture, logarithmic in frequency.
private struct FrequencyAxis {
  /// The edges of the rows, in bins of the spectrum.
  private let edges: [Double]

  init(_ range: ClosedRange<Double>, rows: Int, binWidth: Double) {
    let octaves = log2(range.upperBound / range.lowerBound)
    edges = (0...rows).map {
      range.lowerBound * exp2(octaves * Double($0) / Double(rows)) / binWidth
    }
  }

  /// Appends one level for each row: the mean of its bins, or an interpolation where a row is narrower than a bin.
  func appendLevels(of power: [Double], to levels: inout [Float]) {
    for (low, high) in zip(edges, edges.dropFirst()) {
      let (first, last) = (Int(low.rounded(.up)), Int(high))
      let value: Double
      if last > first {
        value = power[first...last].reduce(0, +) / Double(last - first + 1)
      } else {
        let centre = (low + high) / 2
        let bin = min(Int(centre), power.count - 2)
        let part = centre - Double(bin)
        value = power[bin] * (1 - part) + power[bin + 1] * part
      }
      levels.append(Float(10 * log10(max(value, 1e-15))))
    }
  }
}

/// Reads windows of a sound file, in order, with zeros before its beginning and after its end.
private struct WindowReader {
  private let source: SoundReader
  private let block: PlanarBlock
  private var held: [[Float]]
  private var heldStart: Int
  private var isAtEnd = false

  init(_ source: SoundReader, from start: Int) {
    self.source = source
    block = PlanarBlock(channels: source.channels, capacity: 4_096)
    let silence = [Float](repeating: 0, count: max(0, -start))
    held = Array(repeating: silence, count: source.channels)
    heldStart = -silence.count
  }

  /// Calls `body` with the samples `start ..< start + count` of each channel.
  mutating func read(_ start: Int, count: Int, _ body: (UnsafePointer<Float>) -> Void) throws {
    while heldStart + held[0].count < start + count { try readBlock(keepingFrom: start) }
    for channel in held {
      channel.withUnsafeBufferPointer { samples in
        guard let base = samples.baseAddress else { return }
        body(base + (start - heldStart))
      }
    }
  }

  private mutating func readBlock(keepingFrom start: Int) throws {
    var count = isAtEnd ? 0 : try source.read(into: block)
    if count == 0 {
      isAtEnd = true
      block.silence()
      count = block.capacity
    }
    let dropped = min(max(0, start - heldStart), held[0].count)
    heldStart += dropped
    for channel in held.indices {
      held[channel].removeFirst(dropped)
      held[channel].append(contentsOf: block[channel].prefix(count))
    }
  }
}
