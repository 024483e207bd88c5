import CKernels
import Timing

/// `upconv`: transposed convolution over frames and bins.
///
/// Output bins o = stride · q + r of one phase r meet the same weights, and so do output frames, so
/// every pair of phases is a convolution of its own, with only the weights that meet an input.
///
/// - Shapes: C × B to `channels` × (B − 1) · stride − 2 · crop + kernel, or × `bins`.
/// - State: the frames under the kernel, in the ring of its input.
/// - Delay: the time crop, in frames of its output, of which a time stride of s makes s from one.
/// - Tensors: `weight` [in][out / groups][T][F], `bias` [out].
/// - Cost: in · out / groups · T · F multiply-adds an input bin, when there is one group or one channel
///   in each of them in and out; other groups cost as much as one.
/// - Source: PyTorch's `ConvTranspose2d(in, out, (T, F), stride, crop)`, cropped in time at the
///   beginning only.
let transposedConvolutionKind = LayerKind("upconv") { (reader) throws(ModelError) in
  let input = reader.input
  let channels = try reader.integer("channels", in: 1...Shape.largest)
  let kernel = try reader.pair("kernel")
  let stride = try reader.pair("stride")
  let crop = try reader.pair("crop", default: (0, 0), least: 0)
  let groups = try reader.integer("groups", default: 1, in: 1...Shape.largest)
  let activation = try reader.activation()
  guard input.channels % groups == 0, channels % groups == 0 else {
    throw reader.line.error(
      "\(groups) groups do not divide \(input.channels) and \(channels) channels")
  }
  let room = (input.bins - 1) * stride.frequency - crop.frequency + kernel.frequency
  guard room - crop.frequency >= 1 else {
    throw reader.line.error("crop=\(crop.frequency) leaves no bins")
  }
  let bins = try reader.integer("bins", default: room - crop.frequency, in: 1...room)
  let shape = try reader.shape(channels, bins)
  let weight = try reader.tensor(
    "weight", [input.channels, channels / groups, kernel.time, kernel.frequency])
  let bias = try reader.bias(channels)

  let outputStride = try reader.distance(stride.frequency, channels)
  try ConvolutionPart.charge(stride.time * min(stride.frequency, bins), reader)
  let isDepthwise = groups == channels && groups == input.channels && channels % KERNEL_BLOCK == 0
  let (width, filters) = (input.channels / groups, channels / groups)
  /// 0 between groups.
  func weightAt(_ from: Int, _ to: Int, _ time: Int, _ tap: Int) -> Float {
    guard from / width == to / filters else { return 0 }
    let row = (from * filters + to % filters) * kernel.time + time
    return weight.float(row * kernel.frequency + tap)
  }
  var parts: [ConvolutionPart] = []
  var pad = 0
  for timePhase in 0..<stride.time {
    // Output frame j of phase (j + crop) mod stride takes weight phase + stride·m from m frames back.
    let times = Phase.taps(first: timePhase, kernel: kernel.time, stride: stride.time)
    for place in 0..<(isDepthwise ? min(stride.frequency, bins) : 0) {
      let phase = Phase(place + crop.frequency, kernel.frequency, stride.frequency)
      let first = phase.base - phase.taps + 1
      let count = (bins - place - 1) / stride.frequency + 1
      pad = max(pad, -first, count - 1 + phase.base - (input.bins - 1))
      parts.append(
        try ConvolutionPart(
          depthwise: channels, bins: count, inputOffset: first * channels,
          outputOffset: place * channels, outputStride: outputStride,
          times: times, taps: phase.taps, tapStride: channels, binStride: channels,
          store: reader.weights, bias: bias
        ) { channel, time, tap in
          weightAt(
            channel, channel, timePhase + stride.time * (times - 1 - time),
            phase.first + stride.frequency * (phase.taps - 1 - tap))
        })
    }
    if isDepthwise { continue }
    for group in Phase.groups(kernel.frequency, stride.frequency, crop.frequency, bins, channels) {
      let count = (bins - group.place - 1) / stride.frequency + 1
      pad = max(pad, -group.first, count - 1 + group.last - (input.bins - 1))
      let run = (group.last - group.first + 1) * input.channels
      var part = try ConvolutionPart(
        channels: group.phases.count * channels, bins: count,
        inputOffset: group.first * input.channels, outputOffset: group.place * channels,
        outputStride: outputStride, times: times,
        taps: 1, run: run, tapStride: 0, binStride: input.channels, store: reader.weights,
        bias: bias, firstBias: 0,
        used: { output in
          let phase = group.phases[output / channels]
          let end = (phase.base - group.first + 1) * input.channels
          return end - phase.taps * input.channels..<end
        }
      ) { output, i in
        let phase = group.phases[output / channels]
        let m = phase.base - group.first - i % run / input.channels
        return weightAt(
          i % input.channels, output % channels, timePhase + stride.time * (times - 1 - i / run),
          phase.first + stride.frequency * m)
      }
      part.lastChannels = min(
        part.channels, (bins - group.place) * channels - (count - 1) * part.outputStride)
      parts.append(part)
    }
  }
  let macs = (weight.count * input.bins + stride.time - 1) / stride.time
  return LayerPlan(
    shape: shape, reach: .spread(factor: stride.time, kernel: kernel.time, crop: crop.time),
    pad: pad, parameters: weight.count + (bias?.count ?? 0), macs: macs
  ) { builder in
    ConvolutionState.build(
      &builder, parts: parts, time: TimeSteps(offset: crop.time, factor: stride.time),
      activation: activation)
  }
}

/// The outputs of a transposed convolution that meet the same weights: `first`, `first` + stride, …, the
/// m-th of them with the input `base` − m of the phase's first output.
private struct Phase {
  let first: Int
  let base: Int
  let taps: Int

  init(_ place: Int, _ kernel: Int, _ stride: Int) {
    first = place % stride
    base = place / stride
    taps = Phase.taps(first: first, kernel: kernel, stride: stride)
  }

  static func taps(first: Int, kernel: Int, stride: Int) -> Int {
    first < kernel ? (kernel - first - 1) / stride + 1 : 0
  }

  /// Phases that one convolution makes, their outputs as its channels: all of them where few channels
  /// leave room in a block for more, else each alone.
  struct Group {
    /// First output bin.
    let place: Int
    let phases: [Phase]

    /// The inputs of its first output bins.
    var first: Int {
      var first = phases[0].base
      for phase in phases { first = min(first, phase.base - max(phase.taps, 1) + 1) }
      return first
    }
    var last: Int { phases[phases.count - 1].base }

    /// Half blocks of weights for one input channel, about what a bin of every phase costs.
    func cost(_ channels: Int) -> Int {
      (phases.count * channels + 7) / 8 * (last - first + 1)
    }
  }

  static func groups(
    _ kernel: Int, _ stride: Int, _ crop: Int, _ bins: Int, _ channels: Int
  ) -> [Group] {
    var phases: [Phase] = []
    var apart: [Group] = []
    var cost = 0
    for place in 0..<min(stride, bins) {
      let phase = Phase(place + crop, kernel, stride)
      phases.append(phase)
      apart.append(Group(place: place, phases: [phase]))
      cost += apart[place].cost(channels)
    }
    let together = Group(place: 0, phases: phases)
    return together.cost(channels) < cost ? [together] : apart
  }
}
