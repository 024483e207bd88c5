import CIsolde
import Foundation
import Testing

/// Models that add to the recording, and leave the recording itself unchanged.
@Suite struct FillTests {
  static let left = Signal.talk(60_000, rate: 48_000, seed: 1)
  static let right = Signal.talk(60_000, rate: 48_000, seed: 2)

  /// A model that adds `row`, a line that makes 2 x 1,025 of `spectrum` or `noise`.
  static func file(_ row: String) -> ModelFile {
    ModelFile(
      graph: """
        power = input(bins=1025)
        spectrum = input(channels=2, bins=1025)
        noise = input(channels=2, bins=1025)
        row = \(row)
        fill = output(row)
        """
    ).with { $0["isolde.task"] = .string("extend") }
  }

  private func run(
    _ row: String, _ input: [[Float]], rate: Double = 48_000, amount: Float = 0,
    blocks: Blocks = .of(512)
  ) throws -> (output: [[Float]], latency: Int) {
    let separator = try Separator(Model(Self.file(row)), rate: rate, channels: input.count)
    let controls = isolde_controls_default().with { $0.amount = amount }
    return (separator.mix(input, controls, blocks: blocks), separator.latency)
  }

  @Test func `where nothing is added the recording leaves bit for bit`() throws {
    let (output, latency) = try run("scale(spectrum, factor=0)", [Self.left, Self.right])
    #expect(output == [delayed(Self.left, by: latency), delayed(Self.right, by: latency)])
  }

  @Test(arguments: [8_000, 22_050, 44_100, 48_000, 96_000, 192_000] as [Double])
  func `what the row says is added, in time, at every rate`(rate: Double) throws {
    let input = Signal.talk(60_000, rate: rate)
    let (output, latency) = try run("scale(spectrum, factor=0.5)", [input], rate: rate)
    // Bins above the model's highest one are not filled; at 192 kHz there is little in them.
    let expected = delayed(input, by: latency).map { 1.5 * $0 }
    let limit: Float = rate > 48_000 ? -30 : transparency
    #expect(decibels(difference(output[0], expected)) <= limit)
  }

  @Test func `the amount sets how much is added`() throws {
    let row = "scale(spectrum, factor=0.5)"
    let (half, latency) = try run(row, [Self.left], amount: -6.0206)
    let expected = delayed(Self.left, by: latency).map { 1.25 * $0 }
    #expect(decibels(difference(half[0], expected)) <= transparency)
    #expect(try run(row, [Self.left], amount: -60).output == [delayed(Self.left, by: latency)])
  }

  @Test func `bypass is the recording, faders of stems do nothing`() throws {
    let model = try Model(Self.file("scale(spectrum, factor=0.5)"))
    let off = isolde_controls_default().with { $0.enabled = false }
    let separator = try Separator(model)
    #expect(separator.mix([Self.left], off) == [delayed(Self.left, by: separator.latency)])
    let plain = try Separator(model).mix([Self.left], isolde_controls_default())
    #expect(try Separator(model).mix([Self.left], .levels(-60, 12, 3)) == plain)
  }

  @Test func `channels get their share`() throws {
    let silence = [Float](repeating: 0, count: Self.left.count)
    let row = "scale(spectrum, factor=0.5)"
    let alone = try run(row, [Self.left]).output[0]
    let equal = try run(row, [Self.left, Self.left]).output
    #expect(equal[0] == equal[1])
    #expect(decibels(difference(equal[0], alone)) <= transparency)
    let opposite = try run(row, [Self.left, Self.left.map { -$0 }]).output
    #expect(opposite[1] == opposite[0].map { -$0 })
    #expect(decibels(difference(opposite[0], alone)) <= transparency)
    #expect(try run(row, [Self.left, silence]).output[1] == silence)
  }

  @Test func `a fault in one channel is soon forgotten`() throws {
    let input = Signal.talk(384_000, rate: 48_000)
    var faulty = input
    for i in 24_000..<28_800 { faulty[i] = i % 7 < 3 ? 60_000 : -60_000 }
    let row = "scale(spectrum, factor=0.5)"
    let usual = try run(row, [input, input]).output
    let fault = try run(row, [input, faulty]).output
    for channel in 0..<2 {
      let (before, after) = (usual[channel].suffix(48_000), fault[channel].suffix(48_000))
      #expect(decibels(difference(Array(after), Array(before))) <= -40)
    }
  }

  @Test(arguments: BlockTests.partitions)
  func `block size does not matter`(blocks: Blocks) throws {
    let input = [Self.left, Self.right]
    let whole = try run("scale(noise, factor=0.01)", input, blocks: .of(60_000)).output
    #expect(try run("scale(noise, factor=0.01)", input, blocks: blocks).output == whole)
  }

  @Test func `noise has unit power in its bins, and is the same after a reset`() throws {
    let file = Self.file("scale(noise, factor=0.1)").with {
      $0["isolde.window"] = .uint32(1_024)
      $0.graph = $0.graph.replacing("1025", with: "513")
    }
    let separator = try Separator(Model(file))
    let silence = [[Float](repeating: 0, count: 96_000)]
    let first = separator.mix(silence, isolde_controls_default())
    // White noise of unit power has bins of unit power; frames that are not alike lose half of it.
    #expect(abs(decibels(rms(first[0].dropFirst(4_096))) + 23) < 0.2)
    separator.reset()
    #expect(separator.mix(silence, isolde_controls_default()) == first)
  }

  @Test(arguments: ["1e38", "-1e38"])
  func `what is added stays sound`(value: String) throws {
    let much = "scale(spectrum, factor=0, offset=\(value))"
    let infinite = try run("scale(spectrum, factor=1e38)", [Self.left]).output[0]
    for output in [try run(much, [Self.left]).output[0], infinite] {
      #expect(output.isFinite)
      #expect(output.allSatisfy { abs($0) <= 2.5 })
    }
  }

  @Test func `a stream takes models of its own task alone`() throws {
    let row = "scale(spectrum, factor=0.5)"
    let model = try Model(Self.file(row))
    #expect(String(cString: model.info.task) == "extend")
    let stream = try Stream(model, task: ISOLDE_TASK_EXTEND)
    #expect(try stream.run([Self.left]) == run(row, [Self.left]).output)
    for (model, task) in [(model, ISOLDE_TASK_MIX), (try Model(.small), ISOLDE_TASK_EXTEND)] {
      let refusal = #expect(throws: Refusal.self) { try Stream(model, task: task) }
      #expect(refusal?.isOneLine == true)
      #expect(refusal?.message.contains("restores highs") == true)
    }
  }

  @Test func `files that add and separate, or neither, are refused`() throws {
    let fill = Self.file("scale(spectrum, factor=0)")
    let lacking: [(String, ModelFile)] = [
      ("fill", fill.with { $0.graph = $0.graph.replacing("fill =", with: "mask =") }),
      ("mask", fill.with { $0["isolde.task"] = .string("separate") }),
      ("spectrum", fill.with { $0.graph = Self.withoutSpectrum }),
      ("at most", Self.file("pad(spectrum, bins=1026)")),
      ("another task", fill.with { $0.graph += "\nmask = output(row)" }),
      ("another task", fill.with { $0.graph += "\nwide = concat(row, row)\ntaps = output(wide)" }),
      ("another task", ModelFile(graph: Self.separating)),
    ]
    for (word, file) in lacking {
      let model = try Model(file)
      #expect(model.info.latency == 0)
      let refusal = #expect(throws: Refusal.self) { try Separator(model) }
      #expect(refusal?.isOneLine == true)
      #expect(refusal?.message.contains(word) == true, "\(refusal?.message ?? "")")
    }
    let unknown = fill.with { $0["isolde.task"] = .string("whistle") }
    let refusal = #expect(throws: Refusal.self) { try Model(unknown) }
    #expect(refusal?.message.contains("whistle") == true)
  }

  /// A row of one channel, where the separator would read two.
  static let separating = """
    power = input(bins=1025)
    both = concat(power, power)
    mask = output(both)
    row = scale(power, factor=1)
    fill = output(row)
    """

  static let withoutSpectrum = """
    power = input(bins=1025)
    both = concat(power, power)
    fill = output(both)
    """
}
