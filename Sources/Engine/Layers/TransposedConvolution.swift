/// `upconv`: transposed convolution over bins, within a frame.
///
/// Output bins o = stride · q + r of one phase r meet the same weights, so every phase is a
/// convolution of its own, with only the weights that are not multiplied by zero.
///
/// - Shapes: C × B to `channels` × (B − 1) · stride − 2 · crop + kernel. State: none. Delay: 0.
/// - Tensors: `weight` [in][out][1][F], `bias` [out].
/// - Cost: in · out · F multiply-adds an input bin.
/// - Source: PyTorch's `ConvTranspose2d(in, out, (1, F), (1, stride), (0, crop))`.
let transposedConvolutionKind = LayerKind("upconv") { (reader) throws(ModelError) in
  let input = reader.input
  let channels = try reader.integer("channels", in: 1...Shape.largest)
  let width = try reader.integer("kernel")
  let stride = try reader.integer("stride")
  let crop = try reader.integer("crop", default: 0, in: 0...4096)
  let activation = try reader.activation()
  let bins = (input.bins - 1) * stride - 2 * crop + width
  guard bins >= 1 else { throw reader.line.error("crop=\(crop) leaves no bins") }
  let shape = try reader.shape(channels, bins)
  let weight = try reader.tensor("weight", [input.channels, channels, 1, width])
  let bias = try reader.bias(channels)

  var parts: [ConvolutionPart] = []
  var pad = 0
  for phase in 0..<min(stride, bins) {
    // Output stride·q + phase takes weight `first` + stride·m from input bin q + base − m.
    let first = (phase + crop) % stride
    let base = (phase + crop) / stride
    let taps = first < width ? (width - first - 1) / stride + 1 : 0
    let count = (bins - phase - 1) / stride + 1
    if taps > 0 {
      pad = max(pad, taps - 1 - base, count - 1 + base - (input.bins - 1))
    }
    parts.append(
      ConvolutionPart(
        channels: channels, bins: count,
        inputOffset: taps > 0 ? (base - taps + 1) * input.channels : 0,
        outputOffset: phase * channels, outputStride: stride * channels, times: 1, taps: 1,
        run: taps * input.channels, tapStride: 0, binStride: input.channels,

        store: reader.weights, bias: bias, firstBias: 0
      ) { output, i in
        let (m, c) = (taps - 1 - i / input.channels, i % input.channels)
        return weight.float((c * channels + output) * width + first + stride * m)
      })
  }
  return LayerPlan(
    shape: shape, pad: pad, parameters: weight.count + (bias?.count ?? 0),
    macs: weight.count * input.bins
  ) { builder in
    ConvolutionState.build(
      &builder, parts: parts, times: 1, look: 0, dilation: 1, activation: activation)
  }
}
