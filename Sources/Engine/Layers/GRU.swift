import CKernels

/// `gru`: a gated recurrent unit over time on the flattened frame.
///
/// - Shapes: any to `hidden` × 1. State: the hidden vector. Delay: 0.
/// - Tensors: `weight_ih` [3H][inputs], `weight_hh` [3H][H], `bias_ih`, `bias_hh` [3H]; gates r, z, n.
/// - Cost: 3H · (inputs + H) multiply-adds; bound by the memory that holds the weights.
/// - Source: PyTorch's `GRU` with one layer.
let gruKind = LayerKind("gru") { (reader) throws(ModelError) in
  let hidden = try reader.integer("hidden", in: 1...65_536)
  let inputs = reader.input.count
  let ofInput = try reader.tensor("weight_ih", [3 * hidden, inputs])
  let ofHidden = try reader.tensor("weight_hh", [3 * hidden, hidden])
  let inputBias = try reader.bias(3 * hidden, named: "bias_ih")
  let hiddenBias = try reader.bias(3 * hidden, named: "bias_hh")
  // A matrix a gate, so that every gate begins at a whole block.
  var matrices: [kernel_convolution] = []
  for (weight, bias) in [(ofInput, inputBias), (ofHidden, hiddenBias)] {
    for gate in 0..<3 {
      let rows = gate * hidden..<(gate + 1) * hidden
      matrices.append(Matrix.packed(weight, bias, rows: rows, reader.weights))
    }
  }
  let macs = ofInput.count + ofHidden.count
  return LayerPlan(
    shape: try reader.shape(hidden, 1),
    parameters: macs + (inputBias?.count ?? 0) + (hiddenBias?.count ?? 0), macs: macs
  ) { builder in
    let stride = Matrix.rows(of: matrices[0])
    let placed = builder.fixed.take(kernel_convolution.self, 6)
    if builder.fixed.isReal { for i in 0..<6 { placed[i] = matrices[i] } }
    return LayerStep(
      builder.fixed.place(
        GRUState(
          kernels: builder.kernels, matrices: UnsafePointer(placed), stride: stride,
          sums: builder.fixed.take(Float.self, 6 * stride),
          hidden: builder.state.take(Float.self, stride), input: builder.input,
          output: builder.output)), update)
  }
}

private struct GRUState {
  let kernels: UnsafePointer<kernel_table>
  /// Of the input for r, z, n, then of the hidden vector.
  let matrices: UnsafePointer<kernel_convolution>
  let stride: Int
  /// [6][stride], the products of the matrices.
  let sums: UnsafeMutablePointer<Float>
  let hidden: UnsafeMutablePointer<Float>
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func update(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: GRUState.self).pointee
  let input = state.input.row(Int(frame))
  let output = state.output.row(Int(frame))
  for i in 0..<6 {
    kernel_dense(
      state.kernels, state.matrices + i, i < 3 ? input : state.hidden,
      state.sums + i &* state.stride)
  }
  let count = state.output.shape.count
  kernel_gru(
    state.kernels, state.sums, state.sums + 3 &* state.stride, Int32(state.stride), state.hidden,
    Int32(count))
  for i in 0..<count { output[i] = state.hidden[i] }
}
