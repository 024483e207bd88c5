import CKernels
import Timing

/// `conv`: convolution over frames and bins.
///
/// - Shapes: C × B to `channels` × (B + pad + pad_above − dilation·(kernel − 1) − 1) / stride + 1.
/// - State: the frames under the kernel, in the ring of its input.
/// - Delay: `look` frames of its input; a time stride of s keeps every s-th frame.
/// - Tensors: `weight` [out][in/groups][T][F], `bias` [out].
/// - Cost: out · in / groups · T · F multiply-adds an output bin.
/// - Source: PyTorch's `Conv2d` on [batch, channel, frame, bin]; before frame 0 are zeros.
let convolutionKind = LayerKind("conv") { (reader) throws(ModelError) in
  let input = reader.input
  let kernel = try reader.pair("kernel")
  let dilation = try reader.pair("dilation", default: (1, 1))
  let channels = try reader.integer("channels", in: 1...Shape.largest)
  let stride = try reader.pair("stride", default: (1, 1))
  let look = try reader.integer("look", default: 0, in: 0...4096)
  let pad = try reader.integer("pad", default: 0, in: 0...4096)
  let padAbove = try reader.integer("pad_above", default: pad, in: 0...4096)
  let groups = try reader.integer("groups", default: 1, in: 1...Shape.largest)
  let activation = try reader.activation()
  guard input.channels % groups == 0, channels % groups == 0 else {
    throw reader.line.error(
      "\(groups) groups do not divide \(input.channels) and \(channels) channels")
  }
  let room = input.bins + pad + padAbove - dilation.frequency * (kernel.frequency - 1) - 1
  guard room >= 0 else {
    throw reader.line.error("the kernel is wider than the \(input.bins) bins of the input")
  }
  let shape = try reader.shape(channels, room / stride.frequency + 1)
  let inputs = input.channels / groups
  let outputs = channels / groups
  let taps = kernel.frequency
  let weight = try reader.tensor("weight", [channels, inputs, kernel.time, taps])
  let bias = try reader.bias(channels)

  let isDepthwise = groups == channels && groups == input.channels && channels % KERNEL_BLOCK == 0
  // (tap, channel) is one run of memory unless a group or a dilation leaves gaps.
  let isOneRun = groups == 1 && dilation.frequency == 1
  let tapStride = try reader.distance(dilation.frequency, input.channels)
  let binStride = try reader.distance(stride.frequency, input.channels)
  try ConvolutionPart.charge(isDepthwise ? 1 : groups, reader)
  var parts: [ConvolutionPart] = []
  if isDepthwise {
    parts.append(
      try ConvolutionPart(
        depthwise: channels, bins: shape.bins, inputOffset: -pad * channels,
        outputStride: channels, times: kernel.time, taps: taps,
        tapStride: tapStride, binStride: binStride, store: reader.weights, bias: bias
      ) { channel, time, tap in weight.float((channel * kernel.time + time) * taps + tap) })
  }
  for group in 0..<(isDepthwise ? 0 : groups) {
    let firstOutput = group * outputs
    parts.append(
      try ConvolutionPart(
        channels: outputs, bins: shape.bins, inputOffset: group * inputs - pad * input.channels,
        outputOffset: firstOutput, outputStride: channels, times: kernel.time,
        taps: isOneRun ? 1 : taps, run: isOneRun ? taps * inputs : inputs,
        tapStride: tapStride, binStride: binStride, store: reader.weights, bias: bias,
        firstBias: firstOutput
      ) { output, i in
        let (time, tap, c) = (i / (taps * inputs), i / inputs % taps, i % inputs)
        let row = (firstOutput + output) * inputs + c
        return weight.float((row * kernel.time + time) * taps + tap)
      })
  }
  return LayerPlan(
    shape: shape,
    reach: .window(
      stride: stride.time, look: look, history: dilation.time * (kernel.time - 1)),
    pad: max(pad, padAbove), parameters: weight.count + (bias?.count ?? 0),
    macs: weight.count * shape.bins
  ) { builder in
    ConvolutionState.build(
      &builder, parts: parts,
      time: TimeSteps(stride: stride.time, offset: look, dilation: dilation.time),
      activation: activation)
  }
}
