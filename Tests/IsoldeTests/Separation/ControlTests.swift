import CIsolde
import Foundation
import Testing

/// Controls act on the output samples of the same block, from the first one on, without a click.
@Suite struct ControlTests {
  struct Change: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let from: isolde_controls
    let to: isolde_controls
    /// isolde.h: 5 ms, 20 ms for `enabled`.
    var milliseconds = 5.0
  }

  static let faders = isolde_controls.levels(0, -12, -24)
  static let changes: [Change] = [
    Change(testDescription: "voice", from: faders, to: faders.with { $0.voice = -60 }),
    Change(testDescription: "reverb", from: faders, to: faders.with { $0.reverb = 12 }),
    Change(testDescription: "ambience", from: faders, to: faders.with { $0.ambience = 0 }),
    Change(testDescription: "trim", from: faders, to: faders.with { $0.trim = -12 }),
    Change(testDescription: "all up", from: .levels(-60, -60, -60), to: .levels(12, 12, 12)),
    Change(
      testDescription: "listen to the voice", from: faders,
      to: faders.listening(to: ISOLDE_LISTEN_VOICE)),
    Change(
      testDescription: "listen to what is removed",
      from: faders.listening(to: ISOLDE_LISTEN_AMBIENCE),
      to: faders.listening(to: ISOLDE_LISTEN_REMOVED)),
    Change(
      testDescription: "off", from: faders, to: faders.with { $0.enabled = false }, milliseconds: 20
    ),
    Change(
      testDescription: "on", from: faders.with { $0.enabled = false }, to: faders, milliseconds: 20),
  ]
  static let moment = 30_000
  static let input = [Signal.talk(50_000, rate: 48_000)]

  @Test(arguments: changes, [44_100.0, 48_000, 96_000])
  func `change begins at its sample and ends after its ramp`(change: Change, rate: Double) throws {
    let model = try Model(.small)
    func run(_ first: isolde_controls, _ second: isolde_controls) throws -> [Float] {
      let separator = try Separator(model, rate: rate)
      return separator.mix([Array(Self.input[0][..<Self.moment])], first, blocks: .of(250))[0]
        + separator.mix([Array(Self.input[0][Self.moment...])], second, blocks: .of(250))[0]
    }
    let before = try run(change.from, change.from)
    let after = try run(change.to, change.to)
    let changed = try run(change.from, change.to)
    let ramp = Int((change.milliseconds * rate / 1_000).rounded(.up))
    let end = Self.moment + ramp + 1

    #expect(difference(changed[..<Self.moment], before[..<Self.moment]) == 0)
    #expect(decibels(difference(changed[end...], after[end...])) <= transparency)
    // During the ramp the output lies between the two, and moves.
    for index in Self.moment..<end {
      let low = min(before[index], after[index]) - 1e-6
      let high = max(before[index], after[index]) + 1e-6
      #expect((low...high).contains(changed[index]), "sample \(index - Self.moment) of the ramp")
    }
    let early = Self.moment..<Self.moment + ramp / 4
    let late = Self.moment + ramp * 3 / 4..<Self.moment + ramp
    #expect(difference(changed[early], before[early]) > 0, "begins late")
    #expect(difference(changed[early], after[early]) > 1e-4, "jumps")
    #expect(difference(changed[late], before[late]) > difference(changed[late], after[late]))
  }

  /// With a constant as input, the output is the gain itself.
  @Test func `ramp is monotonic and no steeper than a ramp of 5 ms`() throws {
    let separator = try Separator(Model(.small))
    let constant = [[Float](repeating: 0.5, count: 20_000)]
    _ = separator.mix(constant, .unity)
    let gains = separator.mix(constant, .levels(-60, -60, -60))[0].map { $0 / 0.5 }
    let length = 240  // 5 ms at 48 kHz
    #expect(gains[length...].allSatisfy { abs($0) <= 1e-6 })
    let steps = zip([1] + gains, gains).map { $0 - $1 }
    #expect(steps.allSatisfy { $0 >= -1e-6 })
    // A raised cosine is steeper in the middle by π/2.
    #expect(steps.allSatisfy { $0 <= 1.6 / Float(length) })
    #expect(gains[1] < 1, "does not begin at the first sample")
  }

  /// A fader that moves all the time never arrives and never clicks.
  @Test func `ramp starts again from where it is`() throws {
    let separator = try Separator(Model(.small))
    let constant = [[Float](repeating: 0.5, count: 20_000)]
    _ = separator.mix(constant, .unity)
    let gains = separator.mix(constant, blocks: .of(64)) { start in
      start / 64 % 2 == 0 ? .levels(-60, -60, -60) : .levels(0, 0, 0)
    }[0].map { $0 / 0.5 }
    let steps = zip([1] + gains, gains).map { abs($0 - $1) }
    #expect(steps.allSatisfy { $0 <= 1.6 / 240 })
    #expect(steps.contains { $0 > 0 })
  }

  @Test func `all faders off from the start are silence`() throws {
    let model = try Model(.small)
    let separator = try Separator(model)
    let output = separator.mix([Signal.noise(20_000)], .levels(-60, -60, -60))
    #expect(output[0].allSatisfy { $0 == 0 })
  }

  @Test func `bypass gives the input's own bits`() throws {
    let separator = try Separator(Model(.small))
    let output = separator.mix(Self.input, Self.faders.with { $0.enabled = false })
    #expect(difference(output, [delayed(Self.input[0], by: separator.latency)]) == 0)
  }

  /// The trim multiplies every choice of `listen`, but not the bypass.
  @Test(arguments: [ISOLDE_LISTEN_MIX, ISOLDE_LISTEN_VOICE, ISOLDE_LISTEN_REMOVED])
  func `trim scales what is heard`(what: isolde_listen) throws {
    let model = try Model(.small)
    let controls = Self.faders.listening(to: what)
    func run(_ trim: Float, enabled: Bool = true) throws -> [[Float]] {
      try Separator(model).mix(
        Self.input,
        controls.with {
          $0.trim = trim
          $0.enabled = enabled
        })
    }
    let plain = try run(0)
    let doubled = [plain[0].map { $0 * pow(10, 6.0 / 20) }]
    #expect(decibels(difference(try run(6), doubled)) <= transparency)
    #expect(try run(99) == run(12), "not limited")
    #expect(try run(.nan) == plain, "NaN is not the default")
    #expect(try run(6, enabled: false) == run(0, enabled: false), "bypass has changed")
  }

  @Test func `defaults are those of the table`() throws {
    let info = UnsafeMutablePointer<isolde_control_info>.allocate(capacity: 1)
    defer { info.deallocate() }
    var names: [String] = []
    while isolde_control_get_info(UInt32(names.count), info) {
      let control = info.pointee
      #expect(control.minimum <= control.initial && control.initial <= control.maximum)
      names.append(String(cString: control.id))
    }
    #expect(
      names == [
        "enabled", "voice", "reverb", "ambience", "sensitivity", "listen", "trim", "amount",
      ])
    let controls = isolde_controls_default()
    #expect(controls.enabled && controls.voice == 0 && controls.reverb == -12)
    #expect(controls.ambience == -24 && controls.sensitivity == 0 && controls.trim == 0)
    #expect(controls.listen == Int32(ISOLDE_LISTEN_MIX.rawValue))
  }

  /// In bypass the network continues: afterwards the output is the same as without bypass.
  @Test func `after bypass the sound is at once as before`() throws {
    let model = try Model(.small)
    let always = try Separator(model).mix(Self.input, Self.faders)
    let separator = try Separator(model)
    let output = separator.mix(Self.input, blocks: .of(500)) { start in
      Self.faders.with { $0.enabled = !(10_000..<30_000).contains(start) }
    }
    let end = 30_000 + 960 + 1
    #expect(decibels(difference(output[0][end...], always[0][end...])) <= transparency)
    #expect(difference(output[0][15_000..<25_000], always[0][15_000..<25_000]) > 1e-3)
  }

  @Test(arguments: [Int32.min, -1, 5, Int32.max])
  func `unknown listen values are harmless`(value: Int32) throws {
    let separator = try Separator(Model(.small))
    let output = separator.mix(Self.input, Self.faders.with { $0.listen = value })
    #expect(output[0].allSatisfy { $0.isFinite && abs($0) <= 4 })
  }

  /// Sensitivity acts on frames: it may take a hop, but it must not click either.
  @Test func `sensitivity moves without a click`() throws {
    let model = try Model(.small)
    let tone = [Signal.tone(60_000, hertz: 200, rate: 48_000, level: 0.5)]
    let separator = try Separator(model)
    let output = separator.mix(tone, blocks: .of(480)) { start in
      .unity.listening(to: ISOLDE_LISTEN_VOICE).with {
        $0.sensitivity = start / 4_800 % 2 == 0 ? -100 : 100
      }
    }[0]
    let steps = zip(output.dropFirst(10_000), output.dropFirst(10_001)).map { abs($0 - $1) }
    // The steepest slope of the tone itself.
    let steepest = 0.5 * 2 * Float.pi * 200 / 48_000
    #expect(steps.allSatisfy { $0 <= 1.5 * steepest })
  }
}
