import Glibc

/// The power of a mix and its stems, measured as they are written, in constant memory.
struct StemLevels {
  /// Mean squares of voice, reverb, background, their sum (the recording), and the mix.
  struct Powers {
    var voice = 0.0
    var reverb = 0.0
    var background = 0.0
    var input = 0.0
    var output = 0.0

    static func += (a: inout Powers, b: Powers) {
      a.voice += b.voice
      a.reverb += b.reverb
      a.background += b.background
      a.input += b.input
      a.output += b.output
    }

    func divided(by count: Double) -> Powers {
      Powers(
        voice: voice / count, reverb: reverb / count, background: background / count,
        input: input / count, output: output / count)
    }
  }

  /// Samples in a piece of 50 ms.
  private let pieceLength: Int
  private let channels: [Int]
  private var piece = Powers()
  private var pieceCount = 0

  private var sum = Powers()
  /// Samples a channel so far.
  private var count = 0
  /// Sums over the pieces without voice.
  private var pauses = Powers()
  private var pauseCount = 0
  private var silentCount = 0
  private var pieces = 0
  private(set) var timeline: Timeline

  /// - Parameter channels: the channels to measure
  init(rate: Int, channels: [Int]) {
    pieceLength = max(rate / 20, 1)
    self.channels = channels
    timeline = Timeline(pieceSeconds: Double(pieceLength) / Double(rate))
  }

  /// Measures the next samples.
  mutating func add(mix: PlanarBlock, stems: [PlanarBlock], _ range: Range<Int>) {
    var start = range.lowerBound
    while start < range.upperBound {
      let length = min(range.upperBound - start, pieceLength - pieceCount)
      for channel in channels {
        piece += Self.powers(
          mix.start(of: channel) + start, stems.map { $0.start(of: channel) + start }, length)
      }
      pieceCount += length
      count += length
      start += length
      if pieceCount == pieceLength { endPiece() }
    }
  }

  /// Sums of squares, eight samples at a time.
  private static func powers(
    _ mix: UnsafePointer<Float>, _ stems: [UnsafePointer<Float>], _ count: Int
  ) -> Powers {
    let (voice, reverb, background) = (stems[0], stems[1], stems[2])
    var (v, r, b, x, y) = (Octet.zero, Octet.zero, Octet.zero, Octet.zero, Octet.zero)
    func add(_ a: Octet, _ c: Octet, _ d: Octet, _ e: Octet) {
      let input = a + c + d
      v += a * a
      r += c * c
      b += d * d
      x += input * input
      y += e * e
    }
    let whole = count / 8 * 8
    for i in stride(from: 0, to: whole, by: 8) {
      add(voice.octet(i), reverb.octet(i), background.octet(i), mix.octet(i))
    }
    for i in whole..<count {
      add(
        Octet(first: voice[i]), Octet(first: reverb[i]), Octet(first: background[i]),
        Octet(first: mix[i]))
    }
    func total(_ octet: Octet) -> Double {
      let sum = octet.lowHalf + octet.highHalf
      return Double(sum[0]) + Double(sum[1]) + Double(sum[2]) + Double(sum[3])
    }
    return Powers(
      voice: total(v), reverb: total(r), background: total(b), input: total(x), output: total(y))
  }

  private mutating func endPiece() {
    let mean = piece.divided(by: Double(pieceLength * max(channels.count, 1)))
    sum += piece
    pieces += 1
    // Digital silence, below -100 dBFS, says nothing about noise.
    if mean.input < 1e-10 {
      silentCount += 1
    } else if mean.voice + mean.reverb < 0.1 * mean.background {
      pauses += mean
      pauseCount += 1
    }
    timeline.add(mean)
    (piece, pieceCount) = (Powers(), 0)
  }

  /// Mean powers of the whole recording.
  var mean: Powers {
    var whole = sum
    whole += piece
    return whole.divided(by: Double(max(count * channels.count, 1)))
  }

  /// Noise before and after.
  var noise: NoiseReduction {
    NoiseReduction(
      mean: mean, pauses: pauses.divided(by: Double(max(pauseCount, 1))), pauseCount: pauseCount,
      silentCount: silentCount, share: Double(pauseCount) / Double(max(pieces, 1)))
  }
}

private typealias Octet = SIMD8<Float>

extension SIMD8<Float> {
  fileprivate init(first: Float) { self = .init(first, 0, 0, 0, 0, 0, 0, 0) }
}

extension UnsafePointer<Float> {
  @inline(__always)
  fileprivate func octet(_ index: Int) -> SIMD8<Float> {
    UnsafeRawPointer(self + index).loadUnaligned(as: SIMD8<Float>.self)
  }
}

/// How much noise was removed, measured where the model finds no voice: in the pieces of 50 ms in which voice and
/// reverb together are at least 10 dB below the background.
struct NoiseReduction {
  enum Finding {
    /// RMS of those pieces in dBFS, and their share of the recording.
    case measured(before: Double, after: Double, share: Double)
    /// The recording has hardly any noise; RMS of the background in dBFS.
    case none(background: Double)
    /// The voice never pauses; how far the background is below it, dB.
    case noPause(below: Double)
    /// The pauses are digital silence.
    case silentPauses
    /// The whole recording is digital silence.
    case silence
  }

  let finding: Finding

  init(
    mean: StemLevels.Powers, pauses: StemLevels.Powers, pauseCount: Int, silentCount: Int,
    share: Double
  ) {
    let voice = decibels(mean.voice + mean.reverb)
    let background = decibels(mean.background)
    if decibels(mean.input) < -100 {
      finding = .silence
    } else if pauseCount >= 4, decibels(pauses.input) > -80 {
      finding = .measured(
        before: decibels(pauses.input), after: decibels(pauses.output), share: share)
    } else if pauseCount < 4, silentCount >= 4 {
      finding = .silentPauses
    } else if background < -75 || background < voice - 40 {
      finding = .none(background: background)
    } else {
      finding = .noPause(below: voice - background)
    }
  }

  /// The reduction in dB; nil when nothing was measured.
  var removed: Double? {
    guard case .measured(let before, let after, _) = finding else { return nil }
    return before - after
  }

  /// The result in one line.
  var text: String {
    switch finding {
    case .measured(let before, let after, let share):
      let change = before - after
      let what =
        change < -0.05 ? "\((-change).fixed(1)) dB louder" : "\(max(change, 0).fixed(1)) dB removed"
      return "\(what): \(before.fixed(1)) -> \(after.fixed(1)) dBFS where no voice is heard, "
        + "\((share * 100).fixed(share < 0.1 ? 1 : 0)) % of the recording"
    case .none(let background):
      return "almost none: the background is at \(background.fixed(1)) dBFS"
    case .noPause(let below):
      return "not measured, the voice never pauses: the background is \(below.fixed(1)) dB below it"
    case .silentPauses:
      return "none: the pauses are silent"
    case .silence:
      return "none: the recording is silent"
    }
  }
}

/// Levels of the stems over time, in at most `capacity` steps. When all are used, pairs of steps are merged.
struct Timeline {
  static let capacity = 4_096
  /// Length of a step, seconds.
  private(set) var stepSeconds: Double
  private(set) var steps: [StemLevels.Powers] = []
  private var piecesPerStep = 1
  private var current = StemLevels.Powers()
  private var count = 0

  init(pieceSeconds: Double) { stepSeconds = pieceSeconds }

  mutating func add(_ piece: StemLevels.Powers) {
    current += piece
    count += 1
    guard count == piecesPerStep else { return }
    steps.append(current.divided(by: Double(count)))
    (current, count) = (StemLevels.Powers(), 0)
    guard steps.count == Self.capacity else { return }
    steps = stride(from: 0, to: steps.count, by: 2).map {
      var pair = steps[$0]
      pair += steps[$0 + 1]
      return pair.divided(by: 2)
    }
    piecesPerStep *= 2
    stepSeconds *= 2
  }
}

/// A mean square in dBFS; -150 for silence.
func decibels(_ power: Double) -> Double { 10 * log10(max(power, 1e-15)) }
