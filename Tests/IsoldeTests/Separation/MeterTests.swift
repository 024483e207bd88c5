import CIsolde
import Foundation
import Testing

/// The meters show the levels that are heard.
@Suite struct MeterTests {
  /// isolde.h: "over the last 50 ms or so".
  static let window = 2_400

  @Test func `meters show the stems after their faders`() throws {
    let model = try Model(.small)
    // Steady, so that the exact length of the meter's window does not matter.
    let input = [Signal.noise(48_000, level: 0.5)]
    let stems = try Separator(model).split(input)
    let separator = try Separator(model)
    _ = separator.mix(input, .levels(0, -6, -12))
    let gains: [Float] = [1, pow(10, -6 / 20), pow(10, -12 / 20)]
    for (index, stem) in [stems.voice, stems.reverb, stems.ambience].enumerated() {
      let expected = gains[index] * rms(stem[0].suffix(Self.window))
      #expect(abs(decibels(separator.levels[index]) - decibels(expected)) <= 1.5, "stem \(index)")
    }
  }

  @Test func `a fader at off shows nothing`() throws {
    let separator = try Separator(Model(.small))
    _ = separator.mix([Signal.noise(48_000)], .levels(-60, 0, -60))
    #expect(separator.levels[0] == 0)
    #expect(separator.levels[1] > 0.001)
    #expect(separator.levels[2] == 0)
  }

  /// DESIGN.md, section 3: at most 100 ms late.
  @Test func `meters fall and rise within 100 ms`() throws {
    let separator = try Separator(Model(.small))
    #expect(separator.levels == [0, 0, 0])
    let settle = separator.latency + 4_800
    _ = separator.mix([Signal.noise(48_000)])
    let loud = separator.levels
    _ = separator.mix([[Float](repeating: 0, count: settle)])
    for index in 0..<3 {
      #expect(
        decibels(separator.levels[index]) <= decibels(loud[index]) - 20, "fall, stem \(index)")
    }
    _ = separator.mix([Signal.noise(settle)])
    for index in 0..<3 {
      #expect(
        abs(decibels(separator.levels[index]) - decibels(loud[index])) <= 6, "rise, stem \(index)")
    }
    separator.reset()
    #expect(separator.levels == [0, 0, 0])
  }

  @Test func `meters do not depend on the block size`() throws {
    let model = try Model(.small)
    let readings = try [Blocks.of(1), .of(512), .of(8_192)].map { blocks in
      let separator = try Separator(model)
      _ = separator.mix([Signal.talk(48_000, rate: 48_000)], blocks: blocks)
      return separator.levels
    }
    #expect(readings[0] == readings[1])
    #expect(readings[0] == readings[2])
  }
}
