import CIsolde
import Foundation
import Testing

/// The three stems sum to the input.
@Suite struct StemTests {
  static let input = [
    Signal.talk(60_000, rate: 48_000, seed: 1), Signal.talk(60_000, rate: 48_000, seed: 2),
  ]

  @Test(arguments: LatencyTests.rates)
  func `stems sum to the delayed input`(rate: Double) throws {
    let input = [Signal.talk(40_000, rate: rate), Signal.noise(40_000)]
    let separator = try Separator(Model(.small), rate: rate, channels: 2)
    let stems = separator.split(input)
    for channel in 0..<2 {
      let sum = (0..<40_000).map {
        stems.voice[channel][$0] + stems.reverb[channel][$0] + stems.ambience[channel][$0]
      }
      #expect(
        decibels(difference(sum, delayed(input[channel], by: separator.latency))) <= transparency)
    }
    // A model that put everything into one stem would pass, too.
    for stem in [stems.voice, stems.reverb, stems.ambience] {
      #expect(decibels(rms(stem[0])) > -60)
    }
  }

  @Test(arguments: LatencyTests.rates)
  func `faders at 0 dB give the delayed input`(rate: Double) throws {
    let input = [Signal.talk(40_000, rate: rate), Signal.noise(40_000, level: 1)]
    let separator = try Separator(Model(.small), rate: rate, channels: 2)
    let output = separator.mix(input)
    let expected = input.map { delayed($0, by: separator.latency) }
    #expect(decibels(difference(output, expected)) <= transparency)
  }

  @Test func `mix is the sum of the stems times their faders`() throws {
    let model = try Model(.small)
    let stems = try Separator(model, channels: 2).split(Self.input)
    for (voice, reverb, ambience): (Float, Float, Float) in [
      (0, -12, -24), (6, -60, -60), (-60, 12, -60), (-60, -60, -6), (-60, -60, -60), (-90, -3, 3),
    ] {
      let mix = try Separator(model, channels: 2).mix(Self.input, .levels(voice, reverb, ambience))
      for channel in 0..<2 {
        let expected = (0..<Self.input[0].count).map {
          gain(voice) * stems.voice[channel][$0] + gain(reverb) * stems.reverb[channel][$0]
            + gain(ambience) * stems.ambience[channel][$0]
        }
        #expect(
          decibels(difference(mix[channel], expected)) <= transparency,
          "\(voice), \(reverb), \(ambience) dB")
      }
    }
  }

  @Test func `a model that splits songs gives the stems of one that separates`() throws {
    let splitting = try Model(ModelFile.small.with { $0["isolde.task"] = .string("split") })
    #expect(String(cString: splitting.info.task) == "split")
    let stems = try Separator(splitting, channels: 2).split(Self.input)
    let expected = try Separator(Model(.small), channels: 2).split(Self.input)
    #expect(stems.voice == expected.voice && stems.reverb == expected.reverb)
    #expect(stems.ambience == expected.ambience)
    let refusal = #expect(throws: Refusal.self) { try Stream(splitting) }
    #expect(refusal?.message == "the model splits songs; this plug-in separates")
  }

  @Test(arguments: [Blocks.of(512), .of(1), .random(seed: 3)])
  func `one pass gives the samples of two`(blocks: Blocks) throws {
    let model = try Model(.small)
    // Faders that move: their ramps cut the stream, and the stems must not notice.
    func controls(_ start: Int) -> isolde_controls {
      start < 20_000 ? .levels(0, -12, -24) : .levels(3, -60, -6)
    }
    let both = try Separator(model, channels: 2).mixAndSplit(
      Self.input, blocks: blocks, controls: controls)
    let mix = try Separator(model, channels: 2).mix(Self.input, blocks: blocks, controls: controls)
    let stems = try Separator(model, channels: 2).split(Self.input)
    #expect(both.mix == mix)
    #expect(both.stems.voice == stems.voice)
    #expect(both.stems.reverb == stems.reverb)
    #expect(both.stems.ambience == stems.ambience)
  }

  @Test func `faders stop at their ends`() throws {
    let model = try Model(.small)
    func mix(_ level: Float) throws -> [[Float]] {
      try Separator(model).mix([Self.input[0]], .levels(level, level, level))
    }
    #expect(try mix(40) == mix(12))
    #expect(try mix(-200) == mix(-60))
    #expect(try mix(-60) == [[Float](repeating: 0, count: Self.input[0].count)])
    // Faders that no host should send.
    for level in [Float.nan, .infinity, -.infinity, 1e30] {
      #expect(try mix(level)[0].isFinite, "\(level) dB")
    }
  }

  @Test func `listening to a stem gives the stem`() throws {
    let model = try Model(.small)
    let stems = try Separator(model).split([Self.input[0]])
    for (what, expected) in [
      (ISOLDE_LISTEN_VOICE, stems.voice), (ISOLDE_LISTEN_REVERB, stems.reverb),
      (ISOLDE_LISTEN_AMBIENCE, stems.ambience),
    ] {
      let heard = try Separator(model).mix([Self.input[0]], .unity.listening(to: what))
      #expect(decibels(difference(heard, expected)) <= transparency, "\(what)")
    }
  }

  @Test func `removed is the delayed input without the mix`() throws {
    let model = try Model(.small)
    let faders = isolde_controls.levels(0, -12, -24)
    let separator = try Separator(model)
    let mix = separator.mix([Self.input[0]], faders)[0]
    let removed = try Separator(model).mix(
      [Self.input[0]], faders.listening(to: ISOLDE_LISTEN_REMOVED))[0]
    let sum = zip(mix, removed).map { $0 + $1 }
    #expect(
      decibels(difference(sum, delayed(Self.input[0], by: separator.latency))) <= transparency)
    #expect(rms(removed) > 0.001)
  }

  @Test func `sensitivity moves the decision and keeps the sum`() throws {
    let model = try Model(.small)
    let levels = try [-100, -50, 0, 50, 100].map { (sensitivity: Float) in
      let separator = try Separator(model)
      let stems = separator.split([Self.input[0]], sensitivity: sensitivity)
      let sum = (0..<Self.input[0].count).map {
        stems.voice[0][$0] + stems.reverb[0][$0] + stems.ambience[0][$0]
      }
      #expect(
        decibels(difference(sum, delayed(Self.input[0], by: separator.latency))) <= transparency)
      return rms(stems.ambience[0])
    }
    // More sensitive: more goes to the voice, less to the ambience.
    for (less, more) in zip(levels, levels.dropFirst()) { #expect(less > more) }
  }

  /// Sensitivity is limited to -100 ... +100 %, and means the same for the mix and for the stems.
  @Test func `sensitivity stops at its ends`() throws {
    let model = try Model(.small)
    func voice(_ sensitivity: Float) throws -> [[Float]] {
      try Separator(model).split([Self.input[0]], sensitivity: sensitivity).voice
    }
    #expect(try voice(1_000) == voice(100))
    #expect(try voice(-1_000) == voice(-100))
    let heard = try Separator(model).mix(
      [Self.input[0]],
      .unity.listening(to: ISOLDE_LISTEN_VOICE).with { $0.sensitivity = 70 })
    #expect(try decibels(difference(heard, voice(70))) <= transparency)
    for sensitivity in [Float.nan, .infinity, -.infinity] {
      #expect(try voice(sensitivity)[0].isFinite)
    }
  }

  private func gain(_ decibels: Float) -> Float { decibels <= -60 ? 0 : pow(10, decibels / 20) }
}
