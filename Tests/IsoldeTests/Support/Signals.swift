import Foundation

/// Pseudo-random numbers, the same in each run (SplitMix64).
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// -1 ... 1
  mutating func sample() -> Float { Float(Int32(truncatingIfNeeded: next() >> 32)) / 2_147_483_648 }
}

enum Signal {
  static func noise(_ count: Int, level: Float = 0.25, seed: UInt64 = 1) -> [Float] {
    var random = Random(seed: seed)
    return (0..<count).map { _ in level * random.sample() }
  }

  static func tone(_ count: Int, hertz: Double, rate: Double, level: Float = 0.25) -> [Float] {
    (0..<count).map { level * Float(sin(2 * .pi * hertz * Double($0) / rate)) }
  }

  /// A signal similar to speech in noise: harmonics of a gliding pitch, switched on and off, with hiss.
  static func talk(_ count: Int, rate: Double, seed: UInt64 = 1) -> [Float] {
    var random = Random(seed: seed)
    var phase = 0.0
    return (0..<count).map { index in
      let seconds = Double(index) / rate
      phase += (140 + 30 * sin(2 * .pi * 0.7 * seconds)) / rate
      let syllable = max(0, sin(2 * .pi * 3.1 * seconds + Double(seed)))
      let voice = (1...6).reduce(0.0) { $0 + sin(2 * .pi * Double($1) * phase) / Double($1) }
      return Float(0.1 * syllable * voice) + 0.01 * random.sample()
    }
  }

  static func square(_ count: Int, hertz: Double, rate: Double) -> [Float] {
    (0..<count).map { Int(Double($0) * hertz * 2 / rate) % 2 == 0 ? 1 : -1 }
  }

  static func impulse(_ count: Int, at position: Int) -> [Float] {
    (0..<count).map { $0 == position ? 0.5 : 0 }
  }
}

extension [Float] {
  /// Whether every sample is a number.
  var isFinite: Bool { allSatisfy { $0.isFinite } }
}

/// The signal `delay` samples later, zeros before, of the same length.
func delayed(_ signal: [Float], by delay: Int) -> [Float] {
  [Float](repeating: 0, count: min(delay, signal.count))
    + signal.prefix(max(0, signal.count - delay))
}

/// Largest magnitude of the difference; infinite when a length differs or a value is no number.
func difference(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
  guard a.count == b.count else { return .infinity }
  var largest: Float = 0
  for (x, y) in zip(a, b) {
    let d = abs(x - y)
    if !(d <= largest) { largest = d.isNaN ? .infinity : d }
  }
  return largest
}

func difference(_ a: [[Float]], _ b: [[Float]]) -> Float {
  guard a.count == b.count, !a.isEmpty else { return .infinity }
  return zip(a, b).map { difference($0, $1) }.max() ?? .infinity
}

func rms(_ signal: some Collection<Float>) -> Float {
  let power = signal.reduce(0.0) { $0 + Double($1) * Double($1) }
  return Float((power / Double(max(signal.count, 1))).squareRoot())
}

/// Level of a magnitude in dB below full scale.
func decibels(_ magnitude: Float) -> Float {
  magnitude > 0 ? 20 * log10(magnitude) : -.infinity
}

/// Full scale is 1.
let fullScale: Float = 1

/// DESIGN.md, section 2: faders at 0 dB, and the sum of the stems.
let transparency: Float = -120

/// Issue 9, point 5: streamed output against PyTorch's.
let pytorchTolerance: Float = 1e-5 * fullScale
