import CIsolde
import Foundation
import Testing

/// Whatever the input, the output is finite, and soon afterwards it is as if nothing had happened.
@Suite struct RobustnessTests {
  enum Disturbance: String, CaseIterable, Sendable {
    case oneNaN, nan, infinity, minusInfinity, alternatingInfinities, denormals, hugeNumbers
    case silence, fullScaleSquare, fullScaleConstant

    func sample(_ index: Int, _ original: Float) -> Float {
      switch self {
      case .oneNaN: index == 0 ? .nan : original
      case .nan: .nan
      case .infinity: .infinity
      case .minusInfinity: -.infinity
      case .alternatingInfinities: index % 2 == 0 ? .infinity : -.infinity
      case .denormals: index % 2 == 0 ? .leastNonzeroMagnitude : -.leastNormalMagnitude / 3
      case .hugeNumbers: index % 2 == 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude
      case .silence: 0
      case .fullScaleSquare: index / 24 % 2 == 0 ? 1 : -1
      case .fullScaleConstant: 1
      }
    }
  }

  static let rate = 48_000
  static let seconds = 4
  static let start = rate
  static let length = rate / 4

  @Test(arguments: Disturbance.allCases, [1, 2])
  func `output is finite and soon normal again`(kind: Disturbance, channels: Int) throws {
    let clean = (0..<channels).map {
      Signal.talk(Self.seconds * Self.rate, rate: Double(Self.rate), seed: UInt64($0 + 1))
    }
    var disturbed = clean
    for index in 0..<Self.length {
      let position = Self.start + index
      disturbed[0][position] = kind.sample(index, clean[0][position])
    }
    let model = try Model(.small)
    let controls = isolde_controls.levels(0, -12, -60)
    let separator = try Separator(model, channels: channels)
    let output = separator.mix(disturbed, controls)
    let expected = try Separator(model, channels: channels).mix(clean, controls)

    for channel in output { #expect(channel.isFinite) }
    // Before it comes out: not a bit of difference.
    #expect(
      difference(
        output[0][..<(Self.start - separator.latency)],
        expected[0][..<(Self.start - separator.latency)]) == 0)
    // Issue 9, point 4: normal again within the latency plus one second. The network remembers the mean
    // level of about a second, so "normal" is the same sound, not the same bits.
    let recovered = Self.start + Self.length + separator.latency + Self.rate
    for channel in 0..<channels {
      let rest = zip(output[channel][recovered...], expected[channel][recovered...]).map { $0 - $1 }
      let ratio = decibels(rms(rest)) - decibels(rms(expected[channel][recovered...]))
      #expect(ratio <= -20, "still \(ratio) dB of difference")
    }
  }

  @Test(arguments: Disturbance.allCases)
  func `meters and stems stay finite`(kind: Disturbance) throws {
    let separator = try Separator(Model(.small))
    let input = [(0..<20_000).map { kind.sample($0, 0.1) }]
    let stems = separator.split(input)
    for stem in [stems.voice, stems.reverb, stems.ambience] {
      #expect(stem[0].isFinite)
    }
    _ = separator.mix(input)
    #expect(separator.levels.allSatisfy { $0.isFinite && $0 >= 0 })
  }

  @Test func `bypass passes finite numbers only`() throws {
    let separator = try Separator(Model(.small))
    let input = [(0..<20_000).map { $0 % 3 == 0 ? Float.nan : 0.5 }]
    let output = separator.mix(input, .unity.with { $0.enabled = false })
    #expect(output[0].isFinite)
  }

  @Test(arguments: [8_000.0, 48_000, 192_000])
  func `silence stays silence`(rate: Double) throws {
    let separator = try Separator(Model(.small), rate: rate)
    let silence = [[Float](repeating: 0, count: 50_000)]
    #expect(separator.mix(silence, .levels(12, 12, 12)) == silence)
  }

  /// Nothing rings on: after the sound, the latency and one window, the output is digital silence.
  @Test func `sound ends`() throws {
    let separator = try Separator(Model(.small))
    let silence = [Float](repeating: 0, count: 48_000)
    let output = separator.mix([Signal.noise(48_000, level: 1) + silence], .levels(12, 12, 12))
    let end = 48_000 + separator.latency + 2_048
    #expect(decibels(difference(output[0][end...], silence[(end - 48_000)...])) <= transparency)
  }

  /// Denormals cost forty times the work when they are not flushed (FINDINGS-swift.md, 6); the flags of
  /// the calling thread are the host's.
  @Test func `the thread's floating-point mode is given back`() throws {
    let separator = try Separator(Model(.small))
    _ = separator.mix([Signal.noise(5_000)])
    var small = Float.leastNormalMagnitude
    withUnsafeMutablePointer(to: &small) { pointer in
      // Through memory, so that the compiler cannot do the sum itself.
      pointer.pointee /= 2
      #expect(pointer.pointee > 0, "denormals are still flushed to zero")
    }
  }
}
