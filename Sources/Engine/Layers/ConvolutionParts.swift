import CKernels

/// One call of the convolution kernel: a group of a convolution, or a phase of a transposed one.
struct ConvolutionPart {
  var kernel: kernel_convolution
  /// Floats from bin 0 of an input frame to the first input of the part's first output.
  var inputOffset: Int
  /// Floats from bin 0 of the output frame to the part's first output.
  var outputOffset: Int
  /// Floats from one of the part's output bins to the next.
  var outputStride: Int
  /// Output channels.
  var channels: Int
  /// Those of the last bin that the frame has.
  var lastChannels: Int
  /// Output bins.
  var bins: Int
  /// Every channel has an input of its own only.
  var isDepthwise = false

  /// The kernel writes whole blocks of channels: right into the frame when these are all there are.
  var isDirect: Bool { channels % KERNEL_BLOCK == 0 && lastChannels == channels }

  /// Packs `count` weights of every output channel, given by `weight(channel, index)`, index running
  /// over (time, tap, run) as the kernel does.
  ///
  /// - Parameter used: of (tap, run), what a channel's weights are not 0 for; nil: all of it. A transposed
  ///   convolution of a wide stride has thousands of channels with hardly any.
  init(
    channels: Int, bins: Int, inputOffset: Int, outputOffset: Int, outputStride: Int,
    times: Int, taps: Int, run: Int, tapStride: Int, binStride: Int,
    store: WeightStore, bias: GGUF.Tensor?, firstBias: Int, used: ((Int) -> Range<Int>)? = nil,
    weight: (Int, Int) -> Float
  ) throws(ModelError) {
    let block = KERNEL_BLOCK
    let blocks = (channels + block - 1) / block
    let row = taps.saturatingTimes(run)
    let count = times.saturatingTimes(row)
    let weights = try store.take(Float.self, count.saturatingTimes(blocks * block))
    let biases = try store.take(Float.self, blocks * block)
    for channel in 0..<channels {
      let at = channel / block * block * count + channel % block
      let places = used?(channel) ?? 0..<row
      for time in 0..<times {
        for i in places { weights[at + (time * row + i) * block] = weight(channel, time * row + i) }
      }
      if let bias { biases[channel] = bias.float((firstBias + channel) % bias.count) }
    }
    self.channels = channels
    lastChannels = channels
    self.bins = bins
    self.inputOffset = inputOffset
    self.outputOffset = outputOffset
    self.outputStride = outputStride
    kernel = kernel_convolution(
      weights: weights, bias: biases, blocks: Int32(blocks), times: Int32(times), taps: Int32(taps),
      run: Int32(run), tap_stride: Int32(tapStride), bin_stride: Int32(binStride),
      out_stride: Int32(channels % block == 0 ? outputStride : blocks * block),
      unused: Int32(blocks * block - channels))
  }
}

extension ConvolutionPart {
  /// Parts of a layer: what has more is damaged.
  static let most = 4096

  /// Counts the memory of `count` parts; refuses too many.
  static func charge(_ count: Int, _ reader: LayerReader) throws(ModelError) {
    guard count <= most else {
      throw reader.line.error("is made of \(count) pieces; the maximum is \(most)")
    }
    try reader.weights.charge(2 * count, of: MemoryLayout<ConvolutionPart>.stride)
  }

  /// All channels of a convolution with one input for each; `weight(channel, time, tap)`, the bins of
  /// the taps rising.
  init(
    depthwise channels: Int, bins: Int, inputOffset: Int, outputOffset: Int = 0,
    outputStride: Int, times: Int, taps: Int, tapStride: Int, binStride: Int,
    store: WeightStore, bias: GGUF.Tensor?, weight: (Int, Int, Int) -> Float
  ) throws(ModelError) {
    let weights = try store.take(
      Float.self, channels.saturatingTimes(times).saturatingTimes(taps))
    let biases = try store.take(Float.self, channels)
    for channel in 0..<channels {
      for place in 0..<times * taps {
        weights[place * channels + channel] = weight(channel, place / taps, place % taps)
      }
      if let bias { biases[channel] = bias.float(channel) }
    }
    kernel = kernel_convolution(
      weights: weights, bias: biases, blocks: Int32(channels / KERNEL_BLOCK),
      times: Int32(times), taps: Int32(taps), run: 1, tap_stride: Int32(tapStride),
      bin_stride: Int32(binStride), out_stride: Int32(outputStride), unused: 0)
    self.inputOffset = inputOffset
    self.outputOffset = outputOffset
    self.outputStride = outputStride
    self.bins = bins
    self.channels = channels
    lastChannels = channels
    isDepthwise = true
  }
}

/// Which input frames make an output frame: the newest is (j · stride + offset) / factor, the others lie
/// `dilation` apart before it. The remainder of the division is the phase: which parts make frame j.
struct TimeSteps {
  var stride = 1
  var offset = 0
  var factor = 1
  var dilation = 1
}

/// Parts that together make one frame, from the same frames of one input.
struct ConvolutionState {
  let kernels: UnsafePointer<kernel_table>
  let input: Ring
  let output: Ring
  let time: TimeSteps
  /// [phase][partCount]
  let parts: UnsafePointer<ConvolutionPart>
  let partCount: Int
  let rows: UnsafeMutablePointer<UnsafePointer<Float>>
  let scratch: UnsafeMutablePointer<Float>
  let activation: Activation

  /// Places a layer of these parts, as many for each phase of time.
  static func build(
    _ builder: inout LayerBuilder, parts: [ConvolutionPart], time: TimeSteps, activation: Activation
  ) -> LayerStep {
    let placed = builder.fixed.take(ConvolutionPart.self, parts.count)
    var scratch = 0
    var times = 0
    for part in parts {
      if !part.isDirect {
        scratch = max(scratch, part.bins.saturatingTimes(Int(part.kernel.out_stride)))
      }
      times = max(times, Int(part.kernel.times))
    }
    if builder.fixed.isReal { for (i, part) in parts.enumerated() { placed[i] = part } }
    let state = ConvolutionState(
      kernels: builder.kernels, input: builder.input, output: builder.output, time: time,
      parts: UnsafePointer(placed), partCount: parts.count / time.factor,
      rows: builder.fixed.take(UnsafePointer<Float>.self, times),
      scratch: builder.fixed.take(Float.self, scratch), activation: activation)
    return LayerStep(builder.fixed.place(state), convolveParts)
  }
}

@_noLocks @_noAllocation
private func convolveParts(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: ConvolutionState.self)
  let output = state.pointee.output.row(Int(frame))
  let time = state.pointee.time
  let place = Int(frame) &* time.stride &+ time.offset
  let newest = time.factor == 1 ? place : place / time.factor
  let phase = place &- newest &* time.factor
  let rows = state.pointee.rows
  for p in 0..<state.pointee.partCount {
    let part = state.pointee.parts + (phase &* state.pointee.partCount &+ p)
    let times = Int(part.pointee.kernel.times)
    for t in 0..<times {
      let row = state.pointee.input.row(newest &- (times &- 1 &- t) &* time.dilation)
      rows[t] = UnsafePointer(row + part.pointee.inputOffset)
    }
    let target = output + part.pointee.outputOffset
    let bins = Int32(part.pointee.bins)
    let kernel = UnsafeRawPointer(part).assumingMemoryBound(to: kernel_convolution.self)
    if part.pointee.isDepthwise {
      kernel_depthwise(state.pointee.kernels, kernel, rows, target, bins)
    } else if part.pointee.isDirect {
      kernel_convolve(state.pointee.kernels, kernel, rows, target, bins)
    } else {
      kernel_convolve(state.pointee.kernels, kernel, rows, state.pointee.scratch, bins)
      scatter(part, state.pointee.scratch, target)
    }
  }
  state.pointee.activation.apply(state.pointee.kernels, output, state.pointee.output.shape.count)
}

/// From whole blocks of channels to the channels that there are.
@_noLocks @_noAllocation
private func scatter(
  _ part: UnsafePointer<ConvolutionPart>, _ scratch: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>
) {
  let stride = Int(part.pointee.kernel.out_stride)
  let last = part.pointee.bins &- 1
  copyRuns(
    from: scratch, stride: stride, to: output,
    stride: part.pointee.outputStride, width: part.pointee.channels, count: last)
  let (from, to) = (scratch + last &* stride, output + last &* part.pointee.outputStride)
  for i in 0..<part.pointee.lastChannels { to[i] = from[i] }
}
