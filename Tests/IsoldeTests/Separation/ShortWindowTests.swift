import CIsolde
import Testing

/// The promises for the usual window of four hops, tested with one of two hops, as in Live.
@Suite struct ShortWindowTests {
  static let input = [
    Signal.talk(40_000, rate: 48_000, seed: 1), Signal.talk(40_000, rate: 48_000, seed: 2),
  ]

  @Test(arguments: LatencyTests.rates, [true, false])
  func `impulse comes out when the latency says`(rate: Double, enabled: Bool) throws {
    let separator = try Separator(Model(.live), rate: rate)
    let latency = separator.latency
    #expect(abs(Double(latency) / rate / (1_536.0 / 48_000) - 1) <= 0.01)
    let input = Signal.impulse(latency + 4_000, at: 777)
    let output = separator.mix([input], isolde_controls.unity.with { $0.enabled = enabled })
    #expect(decibels(difference(output, [delayed(input, by: latency)])) <= transparency)
  }

  @Test func `latency at the design rate is 1,536 samples`() throws {
    let model = try Model(.live)
    #expect(model.info.latency == 1_536)
    #expect(try Separator(model).latency == 1_536)
  }

  @Test(arguments: LatencyTests.rates)
  func `stems sum to the delayed input`(rate: Double) throws {
    let separator = try Separator(Model(.live), rate: rate, channels: 2)
    let stems = separator.split(Self.input)
    for channel in 0..<2 {
      let sum = Self.input[0].indices.map {
        stems.voice[channel][$0] + stems.reverb[channel][$0] + stems.ambience[channel][$0]
      }
      let expected = delayed(Self.input[channel], by: separator.latency)
      #expect(decibels(difference(sum, expected)) <= transparency)
    }
    for stem in [stems.voice, stems.reverb, stems.ambience] {
      #expect(decibels(rms(stem[0])) > -60)
    }
  }

  /// With all gains at 1, the output is the input through both transforms.
  @Test(arguments: LatencyTests.rates)
  func `windows sum to one`(rate: Double) throws {
    let open = ModelFile.live.with { file in
      file.graph = file.graph.replacing("gain   = conv", with: "shut   = conv")
        .replacing("wide   = ", with: "gain   = scale(shut, factor=0, offset=1)\nwide   = ")
      file.changeTensors { tensors in
        for k in tensors.indices {
          tensors[k].name = tensors[k].name.replacing("gain.", with: "shut.")
        }
      }
    }
    let separator = try Separator(Model(open), rate: rate)
    let voice = separator.split([Self.input[0]]).voice
    let expected = delayed(Self.input[0], by: separator.latency)
    #expect(decibels(difference(voice, [expected])) <= transparency)
  }

  @Test(arguments: BlockTests.partitions)
  func `block size does not matter`(blocks: Blocks) throws {
    let model = try Model(.live)
    func run(_ blocks: Blocks) throws -> [[Float]] {
      try Separator(model, channels: 2).mix(Self.input, .levels(0, -12, -24), blocks: blocks)
    }
    #expect(try run(blocks) == run(.of(40_000)))
  }

  @Test(arguments: [512, 1_536, 2_560, 4_096])
  func `a window of other than two or four hops is refused`(window: Int) throws {
    let model = try Model(ModelFile.small.with { $0["isolde.window"] = .uint32(UInt32(window)) })
    let refusal = #expect(throws: Refusal.self) { try Separator(model) }
    #expect(refusal?.isOneLine == true)
    #expect(refusal?.message.contains("2 or 4 hops") == true)
  }
}
