import CIsolde
import Foundation
import Testing

/// The engine, frame by frame, gives the same output as PyTorch for the whole clip.
@Suite struct VectorTests {
  static let levels: [Int32] = [
    ISOLDE_LEVEL_BASELINE.rawValue, ISOLDE_LEVEL_AVX2.rawValue, ISOLDE_LEVEL_AVX512.rawValue,
  ]

  /// The levels of this machine: a network of a level that the processor lacks is refused.
  static let available = levels.filter { level in
    (try? Network(Model(.small), level: level)) != nil
  }

  static let layers = Vector.all.filter { !$0.isAudio }
  static let sounds = Vector.all.filter(\.isAudio)

  /// Kinds of docs/model-file.md, read from its tables so that no new one is forgotten.
  static func documentedKinds() throws -> Set<String> {
    let page = try String(contentsOfFile: root + "/docs/model-file.md", encoding: .utf8)
    let table = page.split(separator: "\n").drop { !$0.hasPrefix("| kind |") }.dropFirst(2)
      .prefix { $0.hasPrefix("|") }
    return Set(
      table.flatMap { row in
        row.split(separator: "|")[0].split(separator: "`").enumerated()
          .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      })
  }

  @Test func `every documented kind of layer has a golden vector`() throws {
    let kinds = try Self.documentedKinds()
    #expect(kinds.count >= 20)
    var seen: Set<String> = []
    for vector in Self.layers {
      let model = try Model(path: vector.modelPath)
      for index in 0..<Int(model.info.layers) {
        if let layer = model.layer(index) { seen.insert(String(cString: layer.kind)) }
      }
    }
    // An output is a name, not a layer.
    #expect(kinds.subtracting(seen) == ["output"])
  }

  @Test(arguments: levels)
  func `a level is used as asked or refused`(level: Int32) throws {
    do {
      let network = try Network(Model(.small), level: level)
      #expect(isolde_network_level(network.pointer) == level)
    } catch {
      #expect(error.isOneLine)
      #expect(level != ISOLDE_LEVEL_BASELINE.rawValue, "the baseline runs anywhere: \(error)")
      // Without that level, the best of the others is used.
      let best = try Network(Model(.small))
      #expect(isolde_network_level(best.pointer) < level)
    }
  }

  @Test(arguments: layers, available)
  func `streamed output equals PyTorch's`(vector: Vector, level: Int32) throws {
    let network = try Network(Model(path: vector.modelPath), level: level)
    #expect(network.delay == vector.delay)
    let outputs = try run(network, vector)
    for edge in vector.outputs {
      let expected = try vector.output(edge)
      let width = expected.count / (vector.frames - vector.delay)
      let streamed = try #require(outputs[edge])
      // Zeros before frame 0, then PyTorch's frames.
      #expect(streamed.prefix(vector.delay * width).allSatisfy { $0 == 0 })
      let error = difference(streamed.dropFirst(vector.delay * width), expected)
      let scale = max(1, expected.map(abs).max() ?? 1)
      #expect(error <= pytorchTolerance * scale, "\(edge): \(error) of \(scale)")
    }
  }

  @Test(arguments: layers)
  func `reset repeats bit for bit`(vector: Vector) throws {
    let network = try Network(Model(path: vector.modelPath))
    let first = try run(network, vector)
    // Reset in the middle of a clip, not only at its end.
    _ = try run(network, vector, frames: vector.frames / 2)
    network.reset()
    #expect(try run(network, vector) == first)
  }

  @Test(arguments: layers)
  func `two instances share nothing but weights`(vector: Vector) throws {
    let model = try Model(path: vector.modelPath)
    let alone = try run(Network(model), vector)
    let disturber = try Network(model)
    let network = try Network(model)
    let noise = try Dictionary(
      uniqueKeysWithValues: vector.inputs.map { edge in
        (edge, try vector.input(edge).map { 2 - $0 })
      })
    let output = try run(network, vector) { frame in
      try self.push(disturber, vector, noise, frame)
    }
    #expect(output == alone)
  }

  /// The levels add in the same order, so AVX2 and AVX-512 agree in every bit; SSE2 has no fused multiply-add.
  @Test(
    .enabled(
      if: available.contains(2), "this processor lacks AVX-512, so there is one level to compare"),
    arguments: layers)
  func `AVX2 and AVX-512 give the same bits`(vector: Vector) throws {
    let model = try Model(path: vector.modelPath)
    #expect(try run(Network(model, level: 1), vector) == run(Network(model, level: 2), vector))
  }

  @Test(arguments: sounds)
  func `sound in, PyTorch's stems out`(vector: Vector) throws {
    let model = try Model(path: vector.modelPath)
    let samples = try vector.input("audio")
    let channels = samples.count / vector.frames
    let separator = try Separator(model, channels: channels)
    #expect(separator.latency == vector.delay)
    // Silence after it, so that all of it comes out.
    let input = channelsOf(samples, channels).map {
      $0 + [Float](repeating: 0, count: vector.delay)
    }
    let stems = separator.split(input)
    for (name, stem) in [
      ("voice", stems.voice), ("reverb", stems.reverb), ("ambience", stems.ambience),
    ] {
      let expected = channelsOf(try vector.output(name), channels)
      let error = difference(stem.map { Array($0.dropFirst(vector.delay)) }, expected)
      #expect(error <= pytorchTolerance, "\(name): \(error)")
      #expect(rms(expected[0]) > 1e-4, "\(name) is nearly silent: the test would see little")
    }
  }

  /// One second of speech in a café; the stems as PyTorch wrote them, in 24 bit.
  @Test func `the bundled model gives PyTorch's stems of a recording`() throws {
    let clip = Vector.folder + "studio_clip"
    let separator = try Separator(Model(path: studioPath))
    let input = try soundFile(clip + ".in.flac")[0]
    let stems = separator.split([input + [Float](repeating: 0, count: separator.latency)])
    for (name, stem) in [
      ("voice", stems.voice), ("reverb", stems.reverb), ("ambience", stems.ambience),
    ] {
      let expected = try soundFile("\(clip).out.\(name).flac")[0]
      let error = difference(stem[0].dropFirst(separator.latency), expected)
      #expect(error <= pytorchTolerance, "\(name): \(error)")
      #expect(rms(expected) > 1e-4, "\(name) is nearly silent: the test would see little")
    }
  }

  @Test func `the vectors are all there`() {
    #expect(Self.layers.count >= 40)
    #expect(
      Set(Self.sounds.map(\.name)).isSuperset(of: [
        "model", "model_stereo", "model_live", "model_masked", "model_masked_stereo",
        "model_filtered",
      ]))
  }

  private func run(
    _ network: Network, _ vector: Vector, frames: Int? = nil,
    afterEach: (Int) throws -> Void = { _ in }
  ) throws -> [String: [Float]] {
    let inputs = try Dictionary(
      uniqueKeysWithValues: vector.inputs.map { ($0, try vector.input($0)) })
    var outputs: [String: [Float]] = [:]
    for frame in 0..<(frames ?? vector.frames) {
      try push(network, vector, inputs, frame)
      try afterEach(frame)
      for edge in vector.outputs {
        let width = try vector.output(edge).count / (vector.frames - vector.delay)
        let row = try #require(isolde_network_output(network.pointer, edge))
        outputs[edge, default: []] += UnsafeBufferPointer(start: row, count: width)
      }
    }
    return outputs
  }

  private func push(
    _ network: Network, _ vector: Vector, _ inputs: [String: [Float]], _ frame: Int
  ) throws {
    try network.write(
      inputs.mapValues { values in
        let width = values.count / vector.frames
        return Array(values[frame * width..<(frame + 1) * width])
      })
    isolde_network_push(network.pointer)
  }

  private func channelsOf(_ samples: [Float], _ channels: Int) -> [[Float]] {
    (0..<channels).map { channel in
      stride(from: channel, to: samples.count, by: channels).map { samples[$0] }
    }
  }
}
