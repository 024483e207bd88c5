import CKernels

/// `layer_norm`: (x − mean) / √(variance + ε) · weight + bias, `over=channels` of every bin or over the
/// whole `frame`.
///
/// - Shapes: C × B, the same out. State: none. Delay: 0.
/// - Tensors: `weight`, `bias`: [C], or for the whole frame [B · C], flattened.
/// - Source: PyTorch's `LayerNorm(C)` on [..., C], `LayerNorm((B, C))` on [..., B, C].
let layerNormKind = LayerKind("layer_norm") { (reader) throws(ModelError) in
  let over = reader.option("over")
  let isWhole = over.map { $0 == "frame" } ?? false
  guard isWhole || over.map({ $0 == "channels" }) ?? true else {
    throw reader.line.error("over= must be channels or frame")
  }
  let width = isWhole ? reader.input.count : reader.input.channels
  let epsilon = try reader.float("epsilon", default: 1e-5)
  let weight = try reader.weights.floats(reader.tensor("weight", [width]))
  let bias = try reader.weights.floats(reader.tensor("bias", [width]))
  return LayerPlan(shape: reader.input, parameters: 2 * width, macs: 3 * reader.input.count) {
    builder in
    LayerStep(
      builder.fixed.place(
        LayerNormState(
          weight: weight, bias: bias, width: width, epsilon: epsilon, input: builder.input,
          output: builder.output)), applyLayerNorm)
  }
}

private struct LayerNormState {
  let weight: UnsafePointer<Float>
  let bias: UnsafePointer<Float>
  /// Floats that have a mean in common.
  let width: Int
  let epsilon: Float
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func applyLayerNorm(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: LayerNormState.self).pointee
  var x = state.input.row(Int(frame))
  var y = state.output.row(Int(frame))
  let width = state.width
  for _ in 0..<state.output.shape.count / width {
    var sum: Float = 0
    for i in 0..<width { sum += x[i] }
    let mean = sum / Float(width)
    var squares: Float = 0
    for i in 0..<width { squares += (x[i] - mean) * (x[i] - mean) }
    let scale = 1 / kernel_square_root(squares / Float(width) + state.epsilon)
    for i in 0..<width { y[i] = (x[i] - mean) * scale * state.weight[i] + state.bias[i] }
    x += width
    y += width
  }
}
