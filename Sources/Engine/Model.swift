import CInterface
import CKernels
import CMemory

/// A model: the graph and the packed weights of a file, read-only, shared by all its networks.
public struct Model: ~Copyable {
  /// How audio becomes frames, and frames audio.
  public let framing: Framing
  /// The file's metadata.
  public let about: About
  /// Memory that one network takes, in bytes.
  public let networkBytes: Int
  /// Memory of the model itself, in bytes.
  public let ownBytes: Int
  /// The memory limit in bytes for the model, a network and what is built around it: 16 times the file plus
  /// 64 MiB, at most 1 GiB. Nothing beyond it is ever allocated.
  public let budget: Int
  /// Approximate cost of the most expensive frame, in multiply-adds of a convolution.
  public let work: Int

  let graph: Graph
  let layerBytes: [Int]
  private let weights: WeightStore

  /// Reads a model file of `size` bytes, which `read` delivers part by part from the first. They are held until
  /// the graph is built; the model keeps one copy of weights and texts.
  public init(
    size: Int, reading read: (UnsafeMutableRawBufferPointer) throws(ModelError) -> Void
  ) throws(ModelError) {
    // The first bytes tell most files that are not models.
    var magic: UInt32 = 0
    if size >= GGUF.startSize {
      try withUnsafeMutableBytes(of: &magic, read)
    }
    try GGUF.check(start: magic)
    let budget = min(size.saturatingTimes(16).saturatingAdd(64 << 20), 1 << 30)
    let weights = WeightStore(limit: budget)
    try weights.charge(size)
    guard let start = memory_take(size) else { throw .outOfMemory }
    defer { memory_give(start) }
    let bytes = UnsafeMutableRawBufferPointer(start: start, count: size)
    bytes.storeBytes(of: magic, as: UInt32.self)
    try read(UnsafeMutableRawBufferPointer(rebasing: bytes[GGUF.startSize...]))
    let file = try GGUF(UnsafeRawBufferPointer(bytes))
    let keys = ModelKeys(file)
    try keys.check()
    let framing = try Framing(keys)
    let graph = try Graph(weights.copy(try keys.text("isolde.graph")), file, weights)
    let about = try About(keys, weights)
    weights.release(size)
    let layout = Network.Layout(graph)
    let size = layout.state.used.saturatingAdd(layout.fixed.used)
    let all = weights.bytes.saturatingAdd(size)
    guard all <= budget else {
      throw ModelError(
        "takes \(all >> 20) MiB of memory, more than the \(budget >> 20) MiB that a file of its "
          + "size may take")
    }
    try weights.checkMemory()
    self.framing = framing
    self.about = about
    self.graph = graph
    self.weights = weights
    self.budget = budget
    ownBytes = weights.bytes
    networkBytes = size
    layerBytes = layout.layerBytes
    work = graph.layers.reduce(0) { $0.saturatingAdd($1.plan.cost) }
  }

  /// Delay of a network's outputs in frames.
  public var lookAhead: Int { graph.lookAhead }

  /// How many inputs the graph has.
  public var inputCount: Int {
    var count = 0
    for layer in graph.layers where layer.line.kind == inputKind.name { count += 1 }
    return count
  }

  /// The shape of an input; nil when there is none of that name.
  public func inputShape(_ name: StaticString) -> Shape? {
    graph.input(Text(name)).map { graph.edges[$0].shape }
  }

  /// The shape of an output; nil when there is none of that name.
  public func outputShape(_ name: StaticString) -> Shape? {
    graph.output(Text(name)).map { graph.edges[$0].shape }
  }
}

extension Graph {
  /// The layer of an input.
  func input(_ name: Text) -> Int? {
    for (i, layer) in layers.enumerated()
    where layer.line.kind == inputKind.name && layer.line.name == name { return i }
    return nil
  }

  /// The edge of an output.
  func output(_ name: Text) -> Int? {
    for output in outputs where output.name == name { return output.edge }
    return nil
  }
}

/// The transform around a network, at the design rate; docs/model-file.md has the windows.
public struct Framing {
  /// Design rate in Hz.
  public let rate: Int
  /// Samples between two frames.
  public let hop: Int
  /// Samples of a frame.
  public let window: Int
  /// Samples under the synthesis window.
  public let synthesis: Int
  /// The shape of both windows.
  public let windows: WindowShape
  /// What the model does.
  public let task: ModelTask
  /// Frames before the current one that the output `taps` weighs; 0 without that output.
  public let tapsBefore: Int
  /// Frames after it.
  public let tapsAfter: Int
  /// What the taps weigh.
  public let tapsOf: TapsOf

  init(_ keys: ModelKeys) throws(ModelError) {
    rate = try keys.integer("isolde.rate", in: Int(ISOLDE_MIN_RATE)...Int(ISOLDE_MAX_RATE))
    hop = try keys.integer("isolde.hop", in: 1...16_384)
    window = try keys.integer("isolde.window", in: 1...65_536)
    synthesis = try keys.integer("isolde.synthesis", in: 1...65_536)
    windows = try WindowShape(keys.optionalText("isolde.windows"))
    task = try ModelTask(keys.optionalText("isolde.task"))
    tapsBefore = try keys.integer("isolde.taps.before", default: 0, in: 0...64)
    tapsAfter = try keys.integer("isolde.taps.after", default: 0, in: 0...64)
    tapsOf = try TapsOf(keys.optionalText("isolde.taps.of"))
  }
}

/// What a model does with a recording.
public enum ModelTask {
  /// It separates voice, reverb and background.
  case separate
  /// It restores the highs of band-limited speech.
  case extend
  /// It splits songs into vocals, the voice and its reverb, and accompaniment, the background.
  case split

  init(_ text: Text) throws(ModelError) {
    if text.count == 0 || text == "separate" {
      self = .separate
    } else if text == "extend" {
      self = .extend
    } else if text == "split" {
      self = .split
    } else {
      throw ModelError(
        "isolde.task is \"\(text.shown)\", not separate, extend or split: update Isolde")
    }
  }

  /// As the file says it.
  public var name: StaticString {
    switch self {
    case .separate: "separate"
    case .extend: "extend"
    case .split: "split"
    }
  }

  /// For sentences: the model or the plug-in …
  public var does: StaticString {
    switch self {
    case .separate: "separates"
    case .extend: "restores highs"
    case .split: "splits songs"
    }
  }
}

/// The shape of the analysis and the synthesis window.
public enum WindowShape {
  /// Sines; the product of both windows is a Hann window.
  case sine
  /// Vorbis's window for both, over two hops.
  case vorbis

  init(_ text: Text) throws(ModelError) {
    if text.count == 0 || text == "sine" {
      self = .sine
    } else if text == "vorbis" {
      self = .vorbis
    } else {
      throw ModelError("isolde.windows is \"\(text.shown)\", not sine or vorbis")
    }
  }
}

/// What the complex filters of the output `taps` weigh, X being the spectrum and G the gains of `mask`.
public enum TapsOf {
  /// Y = G · (X + Σ taps · X).
  case residual
  /// Y = Σ taps · (G · X), with the gains of the weighed frames.
  case masked
  /// Y = Σ taps · X: the gains do not count where there are taps.
  case input

  init(_ text: Text) throws(ModelError) {
    if text.count == 0 || text == "residual" {
      self = .residual
    } else if text == "masked" {
      self = .masked
    } else if text == "input" {
      self = .input
    } else {
      throw ModelError("isolde.taps.of is \"\(text.shown)\", not residual, masked or input")
    }
  }
}

extension Model {
  /// Design rate in Hz.
  public var rate: Int { framing.rate }
  /// Samples between two frames, at the design rate.
  public var hop: Int { framing.hop }
  /// Samples of a frame, at the design rate.
  public var window: Int { framing.window }
  /// Samples under the synthesis window, at the design rate.
  public var synthesis: Int { framing.synthesis }
  /// The shape of both windows.
  public var windows: WindowShape { framing.windows }
  /// What the model does.
  public var task: ModelTask { framing.task }
  /// Frames before the current one that the output `taps` weighs.
  public var tapsBefore: Int { framing.tapsBefore }
  /// Frames after it.
  public var tapsAfter: Int { framing.tapsAfter }
  /// What the taps weigh.
  public var tapsOf: TapsOf { framing.tapsOf }
}
