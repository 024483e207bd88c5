import CIsolde
import Testing

/// One decision for all channels, so that the image does not wander.
@Suite struct StereoTests {
  static let left = Signal.talk(60_000, rate: 48_000, seed: 1)
  static let right = Signal.talk(60_000, rate: 48_000, seed: 2)
  static let controls = isolde_controls.levels(0, -12, -60)

  private func mix(_ input: [[Float]]) throws -> [[Float]] {
    try Separator(Model(.small), channels: input.count).mix(input, Self.controls)
  }

  @Test func `swapped channels give swapped output`() throws {
    let output = try mix([Self.left, Self.right])
    #expect(try mix([Self.right, Self.left]) == [output[1], output[0]])
    #expect(output[0] != output[1])
  }

  @Test func `equal channels stay equal`() throws {
    let output = try mix([Self.left, Self.left])
    #expect(output[0] == output[1])
    // The mean power of two equal channels is that of one.
    #expect(try decibels(difference(output[0], mix([Self.left])[0])) <= transparency)
  }

  @Test func `a channel of silence stays silent`() throws {
    let silence = [Float](repeating: 0, count: Self.left.count)
    let output = try mix([Self.left, silence])
    #expect(decibels(difference(output[1], silence)) == -.infinity)
    #expect(rms(output[0]) > 0.001)
  }

  /// A quiet copy gets the gains of the loud one: the sides keep their ratio.
  @Test func `a panned voice stays where it is`() throws {
    let quarter = Self.left.map { $0 / 4 }
    let output = try mix([Self.left, quarter])
    #expect(decibels(difference(output[0].map { $0 / 4 }, output[1])) <= transparency)
  }

  /// A network with the complex spectrum as input: no channel cancels another in the sum.
  @Test func `a channel of opposite polarity gets the decision of the other`() throws {
    let masked = try Model(path: Vector.folder + "model_masked.isolde")
    func mix(_ input: [[Float]]) throws -> [[Float]] {
      try Separator(masked, channels: input.count).mix(input, Self.controls)
    }
    let alone = try mix([Self.left])[0]
    let output = try mix([Self.left, Self.left.map { -$0 }])
    #expect(output[0] == alone)
    #expect(output[1] == alone.map { -$0 })
    #expect(rms(alone) > 0.001)
  }

  @Test func `one channel changes what happens in the other`() throws {
    let alone = try mix([Self.left, [Float](repeating: 0, count: Self.left.count)])
    let together = try mix([Self.left, Self.right])
    #expect(difference(alone[0], together[0]) > 1e-3, "the channels are not linked")
  }

  @Test(arguments: [3, 5, 64])
  func `many channels are linked as two are`(channels: Int) throws {
    let input = (0..<channels).map { $0 == 1 ? Self.right : Self.left }
    let output = try mix(input)
    for channel in 2..<channels { #expect(output[channel] == output[0]) }
    #expect(output[1] != output[0])
  }
}
