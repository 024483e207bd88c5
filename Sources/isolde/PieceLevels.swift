import Glibc

/// The power of a recording in pieces of 50 ms, as a mean over the channels.
struct PieceLevels {
  private let pieceLength: Int
  private let channels: Int
  private(set) var powers: [Double] = []
  private var sum = 0.0
  private var count = 0

  init(rate: Int, channels: Int) {
    pieceLength = rate / 20
    self.channels = channels
  }

  /// Takes the next samples; those that are no numbers count as silence.
  mutating func add(_ block: PlanarBlock, _ range: Range<Int>) {
    for i in range {
      for channel in 0..<channels {
        let sample = Double(block[channel][i])
        if sample.isFinite { sum += sample * sample }
      }
      count += 1
      if count == pieceLength {
        powers.append(sum / Double(pieceLength * channels))
        (sum, count) = (0, 0)
      }
    }
  }
}

/// How loud the pauses of a recording are before and after cleaning: what is left of the noise.
///
/// The pauses are the quietest tenth of the recording's 50-ms pieces, without digital silence.
struct PauseLevels {
  /// RMS in dBFS.
  let before: Double
  /// RMS of the very same pieces in dBFS.
  let after: Double

  /// Nil when the recording is shorter than a second or digitally silent.
  init?(before: PieceLevels, after: PieceLevels) {
    let silence = 1e-10  // -100 dBFS
    let order = zip(before.powers, after.powers).filter { $0.0 > silence }.sorted { $0.0 < $1.0 }
    guard order.count >= 20 else { return nil }
    let pauses = order.prefix((order.count + 9) / 10)
    func level(_ powers: [Double]) -> Double {
      10 * log10(max(powers.reduce(0, +) / Double(powers.count), 1e-15))
    }
    self.before = level(pauses.map(\.0))
    self.after = level(pauses.map(\.1))
  }

  /// dB of noise that is gone.
  var removed: Double { before - after }

  /// One line.
  var text: String {
    "\(removed.fixed(1)) dB removed, measured in the pauses: "
      + "\(before.fixed(1)) -> \(after.fixed(1)) dBFS (quietest tenth of the 50-ms pieces)"
  }
}
