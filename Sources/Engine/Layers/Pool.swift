import Timing

/// `max_pool`, `avg_pool`: the largest or the mean under a kernel, channel by channel.
///
/// - Shapes: C × B to C × (B − kernel) / stride + 1.
/// - State: the frames under the kernel, in the ring of its input; before frame 0 they are zeros.
/// - Delay: `look` frames of its input; a time stride of s keeps every s-th frame.
/// - Source: PyTorch's `MaxPool2d` and `AvgPool2d` without padding in frequency.
var poolKinds: [LayerKind] {
  [
    LayerKind("max_pool") { (reader) throws(ModelError) in try pool(&reader, isMean: false) },
    LayerKind("avg_pool") { (reader) throws(ModelError) in try pool(&reader, isMean: true) },
  ]
}

private func pool(_ reader: inout LayerReader, isMean: Bool) throws(ModelError) -> LayerPlan {
  let input = reader.input
  let kernel = try reader.pair("kernel")
  let stride = try reader.pair("stride", default: kernel)
  let look = try reader.integer("look", default: 0, in: 0...4096)
  guard kernel.frequency <= input.bins else {
    throw reader.line.error("the kernel is wider than the \(input.bins) bins of the input")
  }
  let shape = try reader.shape(
    input.channels, (input.bins - kernel.frequency) / stride.frequency + 1)
  return LayerPlan(
    shape: shape, reach: .window(stride: stride.time, look: look, history: kernel.time - 1),
    macs: shape.count * kernel.time * kernel.frequency
  ) { builder in
    LayerStep(
      builder.fixed.place(
        PoolState(
          isMean: isMean, times: kernel.time, width: kernel.frequency, timeStride: stride.time,
          binStride: stride.frequency, look: look, input: builder.input, output: builder.output)),
      applyPool)
  }
}

private struct PoolState {
  let isMean: Bool
  let times: Int
  let width: Int
  let timeStride: Int
  let binStride: Int
  let look: Int
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func applyPool(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: PoolState.self).pointee
  let y = state.output.row(Int(frame))
  let shape = state.output.shape
  let newest = Int(frame) &* state.timeStride &+ state.look
  for i in 0..<shape.count { y[i] = state.isMean ? 0 : -.infinity }
  for t in 0..<state.times {
    let x = state.input.row(newest &- t)
    for bin in 0..<shape.bins {
      for tap in 0..<state.width {
        let source = x + (bin &* state.binStride &+ tap) &* shape.channels
        let target = y + bin &* shape.channels
        if state.isMean {
          for c in 0..<shape.channels { target[c] += source[c] }
        } else {
          for c in 0..<shape.channels where source[c] > target[c] { target[c] = source[c] }
        }
      }
    }
  }
  guard state.isMean else { return }
  let share = 1 / Float(state.times &* state.width)
  for i in 0..<shape.count { y[i] *= share }
}
