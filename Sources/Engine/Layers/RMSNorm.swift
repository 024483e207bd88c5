import CKernels

/// `rms_norm`: every bin of a frame over its channels: x / √(mean of x² + ε) · weight.
///
/// - Shapes: C × B, the same out. State: none. Delay: 0.
/// - Tensors: `weight` [C].
/// - Source: PyTorch's `RMSNorm(C)` on [..., C].
let rmsNormKind = LayerKind("rms_norm") { (reader) throws(ModelError) in
  let channels = reader.input.channels
  let epsilon = try reader.float("epsilon", default: 1e-6)
  let weight = try reader.weights.floats(reader.tensor("weight", [channels]))
  return LayerPlan(shape: reader.input, parameters: channels, macs: 3 * reader.input.count) {
    builder in
    LayerStep(
      builder.fixed.place(
        RMSNormState(
          weight: weight, epsilon: epsilon, input: builder.input, output: builder.output)),
      applyRMSNorm)
  }
}

private struct RMSNormState {
  let weight: UnsafePointer<Float>
  let epsilon: Float
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func applyRMSNorm(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: RMSNormState.self).pointee
  var x = state.input.row(Int(frame))
  var y = state.output.row(Int(frame))
  let channels = state.output.shape.channels
  for _ in 0..<state.output.shape.bins {
    var squares: Float = 0
    for c in 0..<channels { squares += x[c] * x[c] }
    let scale = 1 / kernel_square_root(squares / Float(channels) + state.epsilon)
    for c in 0..<channels { y[c] = x[c] * scale * state.weight[c] }
    x += channels
    y += channels
  }
}
