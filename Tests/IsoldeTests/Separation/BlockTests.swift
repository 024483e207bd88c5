import CIsolde
import Foundation
import Testing

/// The output has the same bits however the host divides the sound into blocks.
@Suite struct BlockTests {
  static let partitions: [Blocks] = [
    .of(1), .of(16), .of(64), .of(127), .of(512), .of(1_024), .of(8_192), .random(seed: 1),
    .random(seed: 2),
  ]
  static let input = [
    Signal.talk(60_000, rate: 48_000, seed: 1), Signal.talk(60_000, rate: 48_000, seed: 2),
  ]

  @Test(arguments: partitions)
  func `mix is bit-identical for every block size`(blocks: Blocks) throws {
    let model = try Model(.small)
    /// Two settings, so that ramps are divided too.
    func run(_ blocks: Blocks) throws -> [[Float]] {
      let separator = try Separator(model, channels: 2)
      let first = separator.mix(Self.input, .levels(0, -12, -24), blocks: blocks)
      let second = separator.mix(
        Self.input, .levels(6, -60, -3).with { $0.sensitivity = 40 }, blocks: blocks)
      return first + second
    }
    #expect(try run(blocks) == run(.of(60_000)))
  }

  @Test(arguments: partitions)
  func `split is bit-identical for every block size`(blocks: Blocks) throws {
    let model = try Model(.small)
    func run(_ blocks: Blocks) throws -> [[[Float]]] {
      let stems = try Separator(model, channels: 2).split(Self.input, blocks: blocks)
      return [stems.voice, stems.reverb, stems.ambience]
    }
    #expect(try run(blocks) == run(.of(60_000)))
  }

  /// Rates whose hop is not a power of two.
  @Test(arguments: [8_000.0, 22_050, 44_100, 192_000])
  func `block size does not matter at other rates`(rate: Double) throws {
    let model = try Model(.small)
    let whole = try Separator(model, rate: rate, channels: 2).mix(
      Self.input, .levels(0, -12, -24), blocks: .of(60_000))
    for blocks in [Blocks.of(1), .of(127), .random(seed: 3)] {
      let cut = try Separator(model, rate: rate, channels: 2).mix(
        Self.input, .levels(0, -12, -24), blocks: blocks)
      #expect(cut == whole, "\(blocks)")
    }
  }

  /// Filters on masked frames, which wait for gains of later frames, and filters of the input.
  @Test(arguments: ["model_masked_stereo", "model_filtered"], [8_000.0, 48_000])
  func `block size does not matter to filters`(model: String, rate: Double) throws {
    let model = try Model(path: Vector.folder + "\(model).isolde")
    func run(_ blocks: Blocks) throws -> [[Float]] {
      try Separator(model, rate: rate, channels: 2).mix(
        Self.input, .levels(0, -12, -24), blocks: blocks)
    }
    let whole = try run(.of(60_000))
    for blocks in [Blocks.of(1), .of(127), .random(seed: 3)] {
      #expect(try run(blocks) == whole, "\(blocks)")
    }
  }

  @Test(arguments: [Blocks.of(64), .of(4_096), .random(seed: 4)])
  func `output may be the input`(blocks: Blocks) throws {
    let model = try Model(.small)
    let apart = try Separator(model, channels: 2).mix(Self.input, .levels(0, -12, -24))
    let inPlace = try Separator(model, channels: 2).mix(
      Self.input, .levels(0, -12, -24), blocks: blocks, inPlace: true)
    #expect(inPlace == apart)
  }

  @Test func `reset repeats bit for bit`() throws {
    let separator = try Separator(Model(.small), channels: 2)
    let controls = isolde_controls.levels(0, -12, -24)
    let first = separator.mix(Self.input, controls, blocks: .of(333))
    #expect(separator.mix(Self.input, controls) != first, "no state to clear: the test is blind")
    separator.reset()
    #expect(separator.mix(Self.input, controls) == first)
    // Other controls in between: a reset leaves no ramp behind.
    _ = separator.mix(Self.input, .levels(-60, 12, 12).listening(to: ISOLDE_LISTEN_REMOVED))
    separator.reset()
    #expect(separator.mix(Self.input, controls) == first)
  }

  @Test func `two instances do not disturb each other`() throws {
    let model = try Model(.small)
    let signals = [Self.input[0], Self.input[1]]
    let alone = try signals.map { try Separator(model).mix([$0], .levels(0, -12, -24)) }
    // Alternately, one block of each.
    let pair = try [Separator(model), Separator(model)]
    var turns: [[Float]] = [[], []]
    for start in stride(from: 0, to: 60_000, by: 600) {
      for k in 0..<2 {
        turns[k] += pair[k].mix([Array(signals[k][start..<start + 600])], .levels(0, -12, -24))[0]
      }
    }
    #expect(turns[0] == alone[0][0])
    #expect(turns[1] == alone[1][0])
  }

  @Test func `instances may run in threads of their own`() async throws {
    let model = try Model(.small)
    let expected = try Separator(model).mix([Self.input[0]], .levels(0, -12, -24))
    try await withThrowingTaskGroup(of: [[Float]].self) { group in
      for _ in 0..<4 {
        group.addTask { try Separator(model).mix([Self.input[0]], .levels(0, -12, -24)) }
      }
      for try await output in group { #expect(output == expected) }
    }
  }
}
