/// `prelu`: x, below 0 times a weight of its channel.
///
/// - Shapes: C × B, the same out. State: none. Delay: 0.
/// - Tensors: `weight` [C], or [1] for all channels.
/// - Source: PyTorch's `PReLU`.
let preluKind = LayerKind("prelu") { (reader) throws(ModelError) in
  let channels = reader.input.channels
  let isShared = reader.file.tensor(reader.line.name, "weight")?.shape == [1]
  let tensor = try reader.tensor("weight", [isShared ? 1 : channels])
  let weight = try reader.weights.take(Float.self, channels)
  for c in 0..<channels { weight[c] = tensor.float(isShared ? 0 : c) }
  return LayerPlan(shape: reader.input, parameters: tensor.count, macs: reader.input.count) {
    builder in
    LayerStep(
      builder.fixed.place(
        PReLUState(
          weight: UnsafePointer(weight), input: builder.input, output: builder.output)),
      applyPReLU)
  }
}

private struct PReLUState {
  let weight: UnsafePointer<Float>
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func applyPReLU(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: PReLUState.self).pointee
  var x = state.input.row(Int(frame))
  var y = state.output.row(Int(frame))
  let channels = state.output.shape.channels
  for _ in 0..<state.output.shape.bins {
    for c in 0..<channels { y[c] = x[c] < 0 ? x[c] * state.weight[c] : x[c] }
    x += channels
    y += channels
  }
}
