import CIsolde
import Testing

/// The reported latency is when the sound arrives, to the sample.
@Suite struct LatencyTests {
  static let rates: [Double] = [
    8_000, 16_000, 22_050, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000,
  ]

  /// DESIGN.md, section 2: eight hops of 512 samples at 48 kHz.
  static let seconds = 4_096.0 / 48_000

  @Test(arguments: rates, [true, false])
  func `impulse comes out when the latency says`(rate: Double, enabled: Bool) throws {
    let separator = try Separator(Model(.small), rate: rate)
    let latency = separator.latency
    #expect(abs(Double(latency) / rate / Self.seconds - 1) <= 0.01)

    let position = 777
    let input = [Signal.impulse(latency + 4_000, at: position)]
    let output = separator.mix(input, isolde_controls.unity.with { $0.enabled = enabled })
    #expect(decibels(difference(output, [delayed(input[0], by: latency)])) <= transparency)
    #expect(separator.latency == latency)
  }

  @Test func `latency at the design rate is the model's`() throws {
    let model = try Model(.small)
    #expect(model.info.latency == 4_096)
    #expect(try Separator(model).latency == 4_096)
  }

  @Test(arguments: [1, 2, 5, 64])
  func `latency does not depend on the channels`(channels: Int) throws {
    #expect(try Separator(Model(.small), channels: channels).latency == 4_096)
  }

  /// The look-ahead is computed from the graph, so a graph with more look-ahead has more latency.
  @Test(arguments: 0...8)
  func `latency follows the graph`(look: Int) throws {
    let file = ModelFile.small.with { file in
      file.graph = file.graph.replacing(
        "kernel=6x5, pad=2, look=5", with: "kernel=9x5, pad=2, look=\(look)")
      file.changeTensors {
        $0[3] = .float("enc.weight", [4, 1, 9, 5], Signal.noise(4 * 45))
      }
    }
    let separator = try Separator(Model(file))
    // Look-ahead, the two hops of the synthesis window, and the hop in which a frame is computed.
    #expect(separator.latency == (look + 2 + 1) * 512)
    let input = [Signal.talk(30_000, rate: 48_000)]
    let output = separator.mix(input)
    #expect(
      decibels(difference(output, [delayed(input[0], by: separator.latency)])) <= transparency)
  }

  /// A window whose synthesis part spans four hops is one hop pair later than one that spans two.
  @Test(arguments: [1_024, 2_048])
  func `latency follows the synthesis window`(synthesis: UInt32) throws {
    let file = ModelFile.small.with { $0["isolde.synthesis"] = .uint32(synthesis) }
    let separator = try Separator(Model(file))
    #expect(separator.latency == 5 * 512 + Int(synthesis) + 512)
    let input = [Signal.talk(30_000, rate: 48_000)]
    let output = separator.mix(input)
    #expect(
      decibels(difference(output, [delayed(input[0], by: separator.latency)])) <= transparency)
  }
}
