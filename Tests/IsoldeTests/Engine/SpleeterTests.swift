import Testing

/// The U-Net of Spleeter in time: six levels of 5 × 5 kernels with stride 2, padded as TensorFlow's
/// `same`, which is three frames of look-ahead down and a crop of one frame up. The article "Deep learning
/// for audio applications" gives its latency as 5.90 s; here it comes out of the graph.
@Suite struct SpleeterTests {
  static let levels = 6
  static let hop = 1_024
  static let rate = 44_100.0

  /// The graph with one channel and one bin, which do not affect the delay. `look` holds for every level or, if it is
  /// a single number, for the first.
  static func graph(look: Int, crop: Int, isFirstOnly: Bool = false) -> ModelFile {
    var lines = ["e0 = input(bins=1)"]
    var tensors: [ModelFile.Tensor] = []
    let kernel = [Float](repeating: 0.3, count: 5)
    for level in 1...levels {
      let look = isFirstOnly && level > 1 ? 0 : look
      lines.append(
        "e\(level) = conv(e\(level - 1), channels=1, kernel=5x1, stride=2x1, look=\(look))")
      tensors.append(.float("e\(level).weight", [1, 1, 5, 1], kernel))
    }
    lines.append("d\(levels) = scale(e\(levels))")
    for level in (0..<levels).reversed() {
      lines.append(
        "u\(level) = upconv(d\(level + 1), channels=1, kernel=5x1, stride=2x1, crop=\(crop)x0)")
      lines.append("d\(level) = add(u\(level), e\(level))")
      tensors.append(.float("u\(level).weight", [1, 1, 5, 1], kernel))
    }
    return ModelFile(graph: (lines + ["y = output(d0)"]).joined(separator: "\n"), tensors: tensors)
  }

  @Test func `its least constant delay is 252 frames`() throws {
    #expect(try Network(Model(Self.graph(look: 3, crop: 1))).delay == 252)
  }

  @Test func `output frame 1 needs 254 frames, 5.90 seconds`() throws {
    /// Output frame 1 of a clip of zeros with one other frame.
    func frame(one place: Int) throws -> Float {
      let network = try Network(Model(Self.graph(look: 3, crop: 1)))
      var out: Float = 0
      for n in 0...network.delay + 1 {
        out = try network.push(["e0": [n == place ? 1 : 0]], output: "y", count: 1)[0]
      }
      return out
    }
    #expect(try frame(one: 253) != 0)
    let samples = 254 * Self.hop
    #expect(samples == 260_096)
    #expect((Double(samples) / Self.rate * 100).rounded() / 100 == 5.90)
  }

  @Test(arguments: 0...3)
  func `causal in time it has only the look-ahead it is given`(look: Int) throws {
    #expect(try Network(Model(Self.graph(look: look, crop: 0))).delay == 63 * look)
  }

  @Test(arguments: 0...5)
  func `look-ahead of the first level counts once`(look: Int) throws {
    let model = try Model(Self.graph(look: look, crop: 0, isFirstOnly: true))
    #expect(try Network(model).delay == look)
  }
}
