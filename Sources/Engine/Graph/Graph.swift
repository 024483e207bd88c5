import Timing

/// The layers of a model in order, with the delay of every edge and the memory that it keeps.
///
/// Nothing here knows about audio, and delays are stated nowhere else: the look-ahead of the model is the
/// largest delay of its outputs, and a branch that is ahead of another waits in its ring.
struct Graph {
  struct Layer {
    let line: GraphLine
    /// Name and kind for C.
    let name: UnsafePointer<CChar>
    let kind: UnsafePointer<CChar>
    let plan: LayerPlan
    /// Indices of the edges that it reads; its own edge has its own index.
    let inputs: [Int]
  }

  struct Output {
    let name: Text
    let edge: Int
  }

  private(set) var layers: [Layer] = []
  private(set) var edges: [Edge] = []
  private(set) var outputs: [Output] = []
  /// The layers' names.
  private var names = NameIndex()
  /// Bytes that a network takes at least: a frame of every edge.
  private var leastBytes = 0
  /// Delay of the outputs in frames.
  private(set) var lookAhead = 0

  /// Limits of an edge: input frames per frame, and delay in input frames. A file beyond them is damaged.
  private static let slowest = 65_536
  private static let latest = 65_536

  init(_ text: Text, _ file: GGUF, _ weights: WeightStore) throws(ModelError) {
    let lines = try GraphLine.all(in: text, weights)
    let kinds = layerKinds
    for line in lines {
      guard names.place(of: line.name) == nil else { throw line.error("the name is used twice") }
      if line.kind == "output" {
        try addOutput(line)
      } else {
        try addLayer(line, kinds, file, weights)
      }
    }
    guard !outputs.isEmpty else { throw ModelError("the graph has no output") }
    serveReaders()
  }

  private func inputs(of line: GraphLine) throws(ModelError) -> [Int] {
    var inputs: [Int] = []
    for name in line.inputs {
      guard let edge = names.place(of: name) else {
        throw line.error("there is no layer \"\(name.shown)\" above this line")
      }
      inputs.append(edge)
    }
    return inputs
  }

  private mutating func addOutput(_ line: GraphLine) throws(ModelError) {
    let inputs = try inputs(of: line)
    guard inputs.count == 1, line.options.isEmpty else {
      throw line.error("takes one input and no options")
    }
    for output in outputs where output.name == line.name {
      throw line.error("the name is used twice")
    }
    guard edges[inputs[0]].timing.rate == 1 else {
      throw line.error(
        "comes once in \(edges[inputs[0]].timing.rate) frames; an output comes with every one")
    }
    outputs.append(Output(name: line.name, edge: inputs[0]))
  }

  private mutating func addLayer(
    _ line: GraphLine, _ kinds: [LayerKind], _ file: GGUF, _ weights: WeightStore
  ) throws(ModelError) {
    var match: LayerKind?
    for kind in kinds where line.kind == kind.name { match = kind }
    guard let kind = match else {
      throw line.error("unknown kind of layer; docs/model-file.md lists the kinds")
    }
    let inputs = try inputs(of: line)
    guard kind.inputs.contains(inputs.count) else {
      throw line.error(
        "has \(inputs.count) inputs, takes \(kind.inputs.lowerBound)"
          + (kind.inputs.count > 1 ? " to \(kind.inputs.upperBound)" : ""))
    }
    var shapes: [Shape] = []
    var timings: [Timing] = []
    for input in inputs {
      shapes.append(edges[input].shape)
      timings.append(edges[input].timing)
    }
    guard let meeting = Timing.joining(timings) else { throw line.error(Graph.shownRates(timings)) }
    var reader = LayerReader(line, shapes, file, weights)
    let plan = try kind.plan(&reader)
    try reader.checkOptions()
    guard let timing = plan.reach.output(of: meeting) else {
      throw line.error("raises the frame rate above the input's")
    }
    guard timing.rate <= Graph.slowest, timing.delay <= Graph.latest else {
      let found = "one frame in \(timing.rate), delayed by \(timing.delay)"
      throw line.error("stride or delay exceeds the limit: " + found)
    }
    // Checked before all layers are planned, so that no weights are packed in vain.
    leastBytes = leastBytes.saturatingAdd(plan.shape.count * MemoryLayout<Float>.stride)
    try weights.checkRoom(for: leastBytes)
    names.add(line.name, at: edges.count)
    edges.append(Edge(shape: plan.shape, timing: timing))
    layers.append(
      Layer(
        line: line, name: try weights.cString(line.name), kind: try weights.cString(line.kind),
        plan: plan, inputs: inputs))
    try weights.checkMemory()
  }

  /// "inputs have different frame rates: one frame in 2 and one in 4"
  private static func shownRates(_ timings: [Timing]) -> String {
    var shown = "inputs have different frame rates: one frame in"
    for (i, timing) in timings.enumerated() {
      shown += (i > 0 ? " and one in" : "") + " \(timing.rate)"
    }
    return shown
  }

  /// Makes every edge keep what its readers need.
  private mutating func serveReaders() {
    for (i, layer) in layers.enumerated() {
      for input in layer.inputs {
        edges[input].serve(edges[i].timing, reach: layer.plan.reach, pad: layer.plan.pad)
      }
    }
    for output in outputs { lookAhead = max(lookAhead, edges[output.edge].timing.delay) }
    let reader = Timing(rate: 1, delay: lookAhead)
    for output in outputs { edges[output.edge].serve(reader, reach: .frame, pad: 0) }
  }
}
