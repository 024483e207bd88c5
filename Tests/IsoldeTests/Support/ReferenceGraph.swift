import Foundation

/// A random network of convolutions, branches and joins, computed over a whole clip in double
/// precision: written from the formulas of docs/model-file.md, with nothing of the engine in it.
struct ReferenceGraph {
  /// Frames of an edge, `[frame][bin][channel]`.
  typealias Frames = [[[Double]]]

  /// A layer, and how its frames come from those of the edges before it.
  struct Layer {
    let line: String
    let channels: Int
    let bins: Int
    let rate: Int
    let delay: Int
    let make: ([Frames]) -> Frames
  }

  private(set) var layers: [Layer]
  private(set) var tensors: [ModelFile.Tensor] = []
  private var random: Random

  /// An input of 1 to 3 channels and 5 to 12 bins, `depth` levels of strided convolutions down, as many
  /// transposed ones up, and skip connections, side branches and plain layers in between.
  init(seed: UInt64) {
    random = Random(seed: seed)
    let channels = Int.random(in: 1...3, using: &random)
    let bins = Int.random(in: 5...12, using: &random)
    layers = [
      Layer(
        line: "input(channels=\(channels), bins=\(bins))", channels: channels, bins: bins, rate: 1,
        delay: 0
      ) {
        $0[0]
      }
    ]
    var skips: [(edge: Int, stride: Int)] = []
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      wander()
      let stride = Int.random(in: 1...4, using: &random)
      skips.append((layers.count - 1, stride))
      convolve(layers.count - 1, timeStride: stride)
    }
    wander()
    for skip in skips.reversed() {
      spread(layers.count - 1, timeStride: skip.stride)
      join(layers.count - 1, skip.edge)
      wander()
    }
  }

  var last: Layer { layers[layers.count - 1] }

  /// The file for the engine.
  var file: ModelFile {
    var graph = ""
    for (index, layer) in layers.enumerated() { graph += "e\(index) = \(layer.line)\n" }
    return ModelFile(graph: graph + "y = output(e\(layers.count - 1))", tensors: tensors)
  }

  /// The frames of the last edge for a whole clip; those of layers that look beyond its end see zeros.
  func frames(of input: Frames) -> Frames {
    var edges = [input]
    for layer in layers.dropFirst() { edges.append(layer.make(edges)) }
    return edges[edges.count - 1]
  }

  // MARK: Growing

  /// Up to two layers that keep the rate, perhaps as a side branch that comes back.
  private mutating func wander() {
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let before = layers.count - 1
      convolve(before, timeStride: 1)
      if Bool.random(using: &random) { join(layers.count - 1, before) }
    }
  }

  private mutating func convolve(_ edge: Int, timeStride: Int) {
    let source = layers[edge]
    let groups = source.channels % 2 == 0 && Bool.random(using: &random) ? 2 : 1
    let channels = groups * Int.random(in: 1...3, using: &random)
    let kernel = (
      time: Int.random(in: 1...4, using: &random), bins: Int.random(in: 1...3, using: &random)
    )
    let dilation = Int.random(in: 1...3, using: &random)
    let look = Int.random(in: 0...4, using: &random)
    let pad = kernel.bins - 1
    let stride = source.bins > 4 ? Int.random(in: 1...2, using: &random) : 1
    let bins = (source.bins + 2 * pad - kernel.bins) / stride + 1
    let inputs = source.channels / groups
    let outputs = channels / groups
    let weight = tensor("weight", [channels, inputs, kernel.time, kernel.bins])
    let bias = tensor("bias", [channels])
    append(
      "conv(e\(edge), channels=\(channels), kernel=\(kernel.time)x\(kernel.bins), "
        + "stride=\(timeStride)x\(stride), look=\(look), dilation=\(dilation)x1, pad=\(pad), groups=\(groups))",
      channels, bins, rate: source.rate * timeStride, delay: source.delay + look * source.rate
    ) { edges in
      let x = edges[edge]
      return (0..<(x.count + timeStride - 1) / timeStride).map { j in
        (0..<bins).map { b in
          (0..<channels).map { o in
            var sum = bias[o]
            for t in 0..<kernel.time {
              let frame = j * timeStride + look - dilation * (kernel.time - 1 - t)
              guard x.indices.contains(frame) else { continue }
              for f in 0..<kernel.bins where x[frame].indices.contains(b * stride + f - pad) {
                for c in 0..<inputs {
                  let w = weight[((o * inputs + c) * kernel.time + t) * kernel.bins + f]
                  sum += w * x[frame][b * stride + f - pad][o / outputs * inputs + c]
                }
              }
            }
            return sum
          }
        }
      }
    }
  }

  private mutating func spread(_ edge: Int, timeStride: Int) {
    let source = layers[edge]
    let channels = Int.random(in: 1...3, using: &random)
    let kernel = (
      time: timeStride + Int.random(in: 0...3, using: &random),
      bins: Int.random(in: 1...4, using: &random)
    )
    let stride = Int.random(in: 1...2, using: &random)
    let crop = (
      time: Int.random(in: 0..<kernel.time, using: &random),
      bins: source.bins > 1 ? Int.random(in: 0...kernel.bins / 2, using: &random) : 0
    )
    let bins = (source.bins - 1) * stride - 2 * crop.bins + kernel.bins
    let weight = tensor("weight", [source.channels, channels, kernel.time, kernel.bins])
    let bias = tensor("bias", [channels])
    let rate = source.rate / timeStride
    append(
      "upconv(e\(edge), channels=\(channels), kernel=\(kernel.time)x\(kernel.bins), "
        + "stride=\(timeStride)x\(stride), crop=\(crop.time)x\(crop.bins))",
      channels, bins, rate: rate, delay: source.delay + crop.time * rate
    ) { edges in
      let x = edges[edge]
      let empty = [[Double]](repeating: bias, count: bins)
      var y = Frames(repeating: empty, count: x.count * timeStride)
      for (i, frame) in x.enumerated() {
        for t in 0..<kernel.time where y.indices.contains(i * timeStride + t - crop.time) {
          for (b, bin) in frame.enumerated() {
            for f in 0..<kernel.bins where empty.indices.contains(b * stride + f - crop.bins) {
              for (c, value) in bin.enumerated() {
                for o in 0..<channels {
                  let w = weight[((c * channels + o) * kernel.time + t) * kernel.bins + f]
                  y[i * timeStride + t - crop.time][b * stride + f - crop.bins][o] += w * value
                }
              }
            }
          }
        }
      }
      return y
    }
  }

  /// Both edges side by side, in the bins that both have.
  private mutating func join(_ a: Int, _ b: Int) {
    let bins = min(layers[a].bins, layers[b].bins)
    let edges = [a, b].map { edge in
      append(
        "crop(e\(edge), bins=\(bins))", layers[edge].channels, bins, rate: layers[edge].rate,
        delay: layers[edge].delay
      ) { $0[edge].map { Array($0.prefix(bins)) } }
      return layers.count - 1
    }
    append(
      "concat(e\(edges[0]), e\(edges[1]))", layers[a].channels + layers[b].channels, bins,
      rate: layers[a].rate, delay: max(layers[a].delay, layers[b].delay)
    ) { all in
      zip(all[edges[0]], all[edges[1]]).map { zip($0, $1).map { $0 + $1 } }
    }
  }

  private mutating func append(
    _ line: String, _ channels: Int, _ bins: Int, rate: Int, delay: Int,
    _ make: @escaping ([Frames]) -> Frames
  ) {
    layers.append(
      Layer(line: line, channels: channels, bins: bins, rate: rate, delay: delay, make: make))
  }

  /// A tensor of the layer that comes next, of values that keep the level about the same.
  private mutating func tensor(_ part: String, _ shape: [Int]) -> [Double] {
    let count = shape.reduce(1, *)
    let scale = 1.5 / Float(shape.dropFirst().reduce(1, *)).squareRoot()
    let values = (0..<count).map { _ in scale * random.sample() }
    tensors.append(.float("e\(layers.count).\(part)", shape, values))
    return values.map(Double.init)
  }
}
