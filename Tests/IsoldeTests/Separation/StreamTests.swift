import CIsolde
import Foundation
import Testing

/// A plug-in's stream: one latency, one cleaner, models that change without a gap.
@Suite struct StreamTests {
  static let input = [
    Signal.talk(60_000, rate: 48_000, seed: 1), Signal.talk(60_000, rate: 48_000, seed: 2),
  ]
  static let controls = isolde_controls.levels(0, -12, -24)

  @Test func `with a model it gives the separator's bits`() throws {
    let model = try Model(.small)
    let stream = try Stream(model, channels: 2)
    let separator = try Separator(model, channels: 2)
    #expect(stream.latency == separator.latency)
    #expect(stream.newest === model)
    let expected = separator.mix(Self.input, Self.controls)
    for blocks in [Blocks.of(1_024), .of(60_000), .random(seed: 5)] {
      isolde_stream_reset(stream.pointer)
      #expect(try stream.run(Self.input, Self.controls, blocks: blocks) == expected, "\(blocks)")
    }
  }

  @Test func `stems are those of the separator`() throws {
    let model = try Model(.small)
    let stems = try Separator(model, channels: 2).split(Self.input)
    let output = try Stream(model, channels: 2, task: ISOLDE_TASK_STEMS).run(Self.input)
    #expect(output == stems.voice + stems.reverb + stems.ambience)
  }

  /// Without a model, samples are cleaned as a separator cleans them in bypass, bit for bit.
  @Test func `without a model the input passes as in bypass`() throws {
    let separator = try Separator(Model(.small))
    let faults: [Float] = [
      .nan, .infinity, -.infinity, 1e9, -1e9, 65_536, 1e-41, -.leastNonzeroMagnitude, -0.0, 0.5,
    ]
    let input = [(0..<20_000).map { faults[$0 % faults.count] }]
    let expected = separator.mix(input, .unity.with { $0.enabled = false })
    #expect(expected[0].max() == 65_536 && expected[0].min() == -65_536)
    let stream = Stream(passing: separator.latency)
    #expect(stream.latency == separator.latency)
    let output = try stream.run(input, Self.controls)
    #expect(output[0].map(\.bitPattern) == expected[0].map(\.bitPattern))
    #expect(stream.newest == nil)
    let stems = try Stream(passing: separator.latency, task: ISOLDE_TASK_STEMS).run(input)
    #expect(
      stems == expected + [[Float](repeating: 0, count: 20_000)] + [
        [Float](repeating: 0, count: 20_000)
      ])
  }

  @Test(arguments: [-1, 0, 1, 7_999, 1e300, .nan, .infinity])
  func `an absurd rate is survived without a model`(rate: Double) throws {
    #expect(throws: Refusal.self) { try Stream(Model(.small), rate: rate) }
    let stream = Stream(passing: 4_096, rate: rate)
    let output = try stream.run([Signal.noise(20_000)])
    #expect(output[0].isFinite && stream.latency >= 1)
  }

  /// Two changes, the second in the middle of the first; bits do not depend on how the stream is cut.
  @Test func `block size does not matter while models change`() throws {
    let models = try (0..<3).map { _ in try Model(.small) }
    func run(_ blocks: Blocks) throws -> [[Float]] {
      let stream = Stream(passing: 4_096, channels: 2)
      // At samples where a block begins, however the stream is divided.
      let giving = [0: models[0], 12_000: models[1], 18_000: models[2]]
      return try stream.run(Self.input, Self.controls, blocks: blocks, giving: giving)
    }
    let expected = try run(.of(6_000))
    for size in [1, 100, 250, 2_000] { #expect(try run(.of(size)) == expected, "\(size)") }
  }

  @Test func `every model is let go once, a refused one too`() throws {
    weak var first: Model?
    weak var second: Model?
    weak var refused: Model?
    do {
      let a = try Model(.small)
      let b = try Model(.small)
      let stream = try Stream(a)
      _ = try stream.run(Self.input, giving: [6_000: b])
      (first, second) = (a, b)
      let late = Stream(passing: 1)
      let c = try Model(.small)
      refused = c
      let refusal = #expect(throws: Refusal.self) { try late.give(c) }
      #expect(refusal?.isOneLine == true)
      #expect(refusal?.message.contains("is above the plug-in's 1") == true)
    }
    #expect(first == nil && second == nil && refused == nil)
  }
}
