import Testing

/// Properties that hold for every graph: 200 random ones with branches, skips, strides of 1 to 4 frames,
/// dilations, look-ahead and transposed convolutions.
@Suite struct RandomGraphTests {
  /// Noise, as many frames as the delay and twice the longest period of two strides.
  static func clip(_ graph: ReferenceGraph, seed: UInt64) -> ReferenceGraph.Frames {
    var random = Random(seed: seed)
    let input = graph.layers[0]
    return (0..<graph.last.delay + 32).map { _ in
      (0..<input.bins).map { _ in (0..<input.channels).map { _ in Double(random.sample()) } }
    }
  }

  @Test(arguments: 0..<200)
  func `streamed equals whole after the delay`(seed: UInt64) throws {
    let graph = ReferenceGraph(seed: seed)
    let model = try Model(graph.file)
    let network = try Network(model)
    #expect(graph.last.rate == 1)
    #expect(network.delay == graph.last.delay)
    for (index, layer) in graph.layers.enumerated() {
      let info = try #require(model.layer(named: "e\(index)"))
      #expect(Int(info.rate) == layer.rate && Int(info.delay) == layer.delay, "e\(index)")
    }

    let clip = Self.clip(graph, seed: seed)
    let whole = graph.frames(of: clip)
    let count = graph.last.channels * graph.last.bins
    let peak = whole.joined().joined().reduce(1) { max($0, abs($1)) }
    var worst = 0.0
    for (n, frame) in clip.enumerated() {
      let row = try network.push(
        ["e0": frame.joined().map(Float.init)], output: "y", count: count)
      let j = n - network.delay
      let expected = j < 0 ? [Double](repeating: 0, count: count) : Array(whole[j].joined())
      for (value, expected) in zip(row, expected) {
        worst = max(worst, abs(Double(value) - expected))
      }
    }
    #expect(worst <= 1e-5 * peak)
  }

  /// Some frame j depends on input frame j + delay, so the delay cannot be one frame less.
  @Test(arguments: 0..<200)
  func `the delay is the least that there is`(seed: UInt64) throws {
    let graph = ReferenceGraph(seed: seed)
    let delay = try Network(Model(graph.file)).delay
    let clip = Self.clip(graph, seed: seed)
    let whole = graph.frames(of: clip)
    let isNeeded = (0..<clip.count - delay).contains { j in
      var changed = clip
      changed[j + delay] = changed[j + delay].map { $0.map { $0 + 10 } }
      return graph.frames(of: changed)[j] != whole[j]
    }
    #expect(isNeeded)
  }
}
