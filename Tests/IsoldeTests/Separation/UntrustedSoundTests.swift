import CIsolde
import Foundation
import Testing

/// Whatever a model's outputs are, the sound stays within full scale.
@Suite struct UntrustedSoundTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let file: ModelFile

    /// Gains of 1, and a row `taps` of `lines`, of `count` taps.
    init(_ description: String, before: Int = 0, after: Int = 0, _ lines: String) {
      testDescription = description
      file = ModelFile(
        graph: """
          power = input(bins=1025)
          one = scale(power, factor=0, offset=1)
          both = concat(one, one)
          mask = output(both)
          \(lines)
          taps = output(t)
          """
      ).with {
        $0["isolde.taps.before"] = .uint32(UInt32(before))
        $0["isolde.taps.after"] = .uint32(UInt32(after))
      }
    }
  }

  static let taps: [Case] = [
    Case(
      "infinite",
      "h = scale(power, factor=0, offset=1e38)\nk = scale(h, factor=1e38)\nt = concat(k, k, k, k)"),
    Case(
      "no numbers",
      "h = scale(power, factor=0, offset=1e38)\nk = scale(h, factor=1e38)\nn = subtract(k, k)\nt = concat(n, n, n, n)"
    ),
    Case("a million", "k = scale(power, factor=0, offset=1000000)\nt = concat(k, k, k, k)"),
    Case("minus ten", "k = scale(power, factor=0, offset=-10)\nt = concat(k, k, k, k)"),
    Case(
      "of the voice alone",
      "k = scale(power, factor=0, offset=50)\nz = scale(k, factor=0)\nt = concat(z, z, k, k)"),
    Case(
      "many and small", before: 3, after: 4,
      "k = scale(power, factor=0, offset=1)\nw = concat(k, k, k, k, k, k, k, k)\nt = concat(w, w, w, w)"
    ),
  ]

  @Test(arguments: taps, [0.3, 1] as [Float])
  func `stems stay within full scale`(model: Case, level: Float) throws {
    let input = [Signal.noise(30_000, level: level)]
    let separator = try Separator(Model(model.file))
    let stems = separator.split(input)
    for stem in [stems.voice[0], stems.reverb[0], stems.ambience[0]] {
      #expect(stem.isFinite)
      let peak = stem.map(abs).max() ?? 0
      #expect(peak <= 1.25 * max(1, level), "\(peak)")
    }
    // They still sum to the delayed input.
    for i in separator.latency..<30_000 {
      let sum = stems.voice[0][i] + stems.reverb[0][i] + stems.ambience[0][i]
      #expect(abs(sum - input[0][i - separator.latency]) < 1e-5)
    }
  }
}

/// A fault has no lasting effect: half a second after noise of +96 dBFS has left, the shipped models output
/// the same voice as without it.
@Suite struct LoudTests {
  @Test(arguments: ["studio", "live"], [20, 60, 96] as [Float])
  func `very loud noise does not stay`(name: String, level: Float) throws {
    let rate = 48_000
    let clean = Signal.talk(5 * rate, rate: Double(rate))
    let noise = Signal.noise(rate, level: pow(10, level / 20), seed: 7)
    let loud = Array(clean[..<rate] + noise + clean[(2 * rate)...])
    let model = try Model(path: root + "/Bundle/models/\(name).isolde")
    let separator = try Separator(model)
    let back = 2 * rate + separator.latency + rate / 2
    let heard = separator.split([loud]).voice[0][back..<back + rate]
    let expected = try Separator(model).split([clean]).voice[0][back..<back + rate]
    let error = rms(zip(heard, expected).map { $0 - $1 })
    #expect(decibels(error) - decibels(rms(expected)) < -20)
  }
}
