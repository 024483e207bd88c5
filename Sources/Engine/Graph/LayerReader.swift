import CKernels

/// What a layer kind can read during planning: its line, the shapes of its inputs, its tensors.
struct LayerReader {
  let line: GraphLine
  let inputs: [Shape]
  let file: GGUF
  let weights: WeightStore
  private var known: [Text] = []

  init(_ line: GraphLine, _ inputs: [Shape], _ file: GGUF, _ weights: WeightStore) {
    self.line = line
    self.inputs = inputs
    self.file = file
    self.weights = weights
  }

  /// The only input of most layers.
  var input: Shape { inputs[0] }

  // MARK: Options

  /// The value of an option; nil when it is not given.
  mutating func option(_ key: StaticString) -> Text? {
    known.append(Text(key))
    for option in line.options where option.key == key { return option.value }
    return nil
  }

  /// A whole number within `range`.
  mutating func integer(
    _ key: StaticString, default fallback: Int? = nil, in range: ClosedRange<Int> = 1...4096
  ) throws(ModelError) -> Int {
    guard let text = option(key) else {
      guard let fallback else { throw line.error("\(key)= is missing") }
      return fallback
    }
    guard let value = text.integer, range.contains(value) else {
      throw line.error(
        "\(key)=\(text.shown) is not a whole number of \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A pair time × frequency: `3x5`. One number alone is of frequency, and of time `least`.
  mutating func pair(
    _ key: StaticString, default fallback: (time: Int, frequency: Int)? = nil, least: Int = 1
  ) throws(ModelError) -> (time: Int, frequency: Int) {
    guard let text = option(key) else {
      guard let fallback else { throw line.error("\(key)= is missing") }
      return fallback
    }
    if let frequency = text.integer, (least...4096).contains(frequency) {
      return (least, frequency)
    }
    guard let cross = text.firstIndex(of: UInt8(ascii: "x")),
      let time = text[0..<cross].integer, let frequency = text[cross + 1..<text.count].integer,
      (least...4096).contains(time), (least...4096).contains(frequency)
    else { throw line.error("\(key)=\(text.shown) is not a pair time x frequency, such as 3x5") }
    return (time, frequency)
  }

  /// A decimal number.
  mutating func float(_ key: StaticString, default fallback: Float? = nil) throws(ModelError)
    -> Float
  {
    guard let text = option(key) else {
      guard let fallback else { throw line.error("\(key)= is missing") }
      return fallback
    }
    guard let value = text.number else { throw line.error("\(key)=\(text.shown) is not a number") }
    return Float(value)
  }

  /// `activation=relu` and the like; `activation=leaky_relu` takes a `slope`.
  mutating func activation() throws(ModelError) -> Activation {
    guard let text = option("activation") else { return .none }
    if text == "leaky_relu" {
      return Activation(KERNEL_LEAKY_RELU, try float("slope", default: 0.01))
    }
    guard let activation = Activation(named: text) else {
      throw line.error("activation=\(text.shown) is not known")
    }
    return activation
  }

  /// Refuses options that no one has read, and options given twice.
  func checkOptions() throws(ModelError) {
    for (i, option) in line.options.enumerated() {
      for other in line.options[..<i] where other.key == option.key {
        throw line.error("\(option.key.shown)= is given twice")
      }
      var isKnown = false
      for key in known where key == option.key { isKnown = true }
      guard isKnown else { throw line.error("has no option \"\(option.key.shown)\"") }
    }
  }

  // MARK: Shapes and tensors

  /// A shape that is neither empty nor too large.
  func shape(_ channels: Int, _ bins: Int) throws(ModelError) -> Shape {
    guard channels >= 1, bins >= 1, channels <= Shape.largest, bins <= Shape.largest,
      channels * bins <= Shape.largest
    else { throw line.error("a frame of \(channels)×\(bins) is empty or too large") }
    return Shape(channels: channels, bins: bins)
  }

  /// A distance in a frame's memory as the kernels take it.
  func distance(_ count: Int, _ channels: Int) throws(ModelError) -> Int {
    guard count.saturatingTimes(channels) <= Int(Int32.max) else {
      throw line.error("\(count) bins of \(channels) channels are too wide")
    }
    return count * channels
  }

  /// The layer's tensor of that name, of exactly that shape; axes as in PyTorch.
  func tensor(_ part: StaticString, _ shape: [Int]) throws(ModelError) -> GGUF.Tensor {
    guard let tensor = file.tensor(line.name, part) else {
      throw line.error("the file has no tensor \"\(line.name.shown).\(part)\"")
    }
    guard tensor.shape == shape else {
      throw line.error("\(part) is \(tensor.shapeShown), expected \(GGUF.shown(shape))")
    }
    return tensor
  }

  /// An optional tensor of exactly that shape; nil when the file has none of that name.
  func optionalTensor(_ part: StaticString, _ shape: [Int]) throws(ModelError) -> GGUF.Tensor? {
    file.tensor(line.name, part) == nil ? nil : try tensor(part, shape)
  }

  /// The layer's bias; nil when it has none.
  func bias(_ count: Int) throws(ModelError) -> GGUF.Tensor? {
    try optionalTensor("bias", [count])
  }
}
