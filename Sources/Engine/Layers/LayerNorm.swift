import CKernels

/// `layer_norm`: every bin of a frame over its channels: (x − mean) / √(variance + ε) · weight + bias.
///
/// - Shapes: C × B, the same out. State: none. Delay: 0.
/// - Tensors: `weight`, `bias`, both [C].
/// - Source: PyTorch's `LayerNorm(C)` on [..., C].
let layerNormKind = LayerKind("layer_norm") { (reader) throws(ModelError) in
  let channels = reader.input.channels
  let epsilon = try reader.float("epsilon", default: 1e-5)
  let weight = reader.weights.floats(try reader.tensor("weight", [channels]))
  let bias = reader.weights.floats(try reader.tensor("bias", [channels]))
  return LayerPlan(shape: reader.input, parameters: 2 * channels, macs: 3 * reader.input.count) {
    builder in
    LayerStep(
      builder.fixed.place(
        LayerNormState(
          weight: weight, bias: bias, epsilon: epsilon, input: builder.input, output: builder.output
        )),
      normalize)
  }
}

private struct LayerNormState {
  let weight: UnsafePointer<Float>
  let bias: UnsafePointer<Float>
  let epsilon: Float
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func normalize(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: LayerNormState.self).pointee
  var x = state.input.row(Int(frame))
  var y = state.output.row(Int(frame))
  let channels = state.output.shape.channels
  for _ in 0..<state.output.shape.bins {
    var sum: Float = 0
    for c in 0..<channels { sum += x[c] }
    let mean = sum / Float(channels)
    var squares: Float = 0
    for c in 0..<channels { squares += (x[c] - mean) * (x[c] - mean) }
    let scale = 1 / kernel_square_root(squares / Float(channels) + state.epsilon)
    for c in 0..<channels { y[c] = (x[c] - mean) * scale * state.weight[c] + state.bias[c] }
    x += channels
    y += channels
  }
}
