import CKernels

/// `dense`: a matrix by the flattened frame.
///
/// - Shapes: any to `channels` × `bins`. State: none. Delay: 0.
/// - Tensors: `weight` [channels · bins][inputs], `bias`.
/// - Cost: as many multiply-adds as weights; bound by the memory that holds them.
/// - Source: PyTorch's `Linear`.
let denseKind = LayerKind("dense") { (reader) throws(ModelError) in
  let channels = try reader.integer("channels", in: 1...Shape.largest)
  let bins = try reader.integer("bins", default: 1, in: 1...Shape.largest)
  let shape = try reader.shape(channels, bins)
  let activation = try reader.activation()
  let inputs = reader.input.count
  let weight = try reader.tensor("weight", [shape.count, inputs])
  let bias = try reader.bias(shape.count)
  let matrix = Matrix.packed(weight, bias, rows: shape.count, reader.weights)
  return LayerPlan(
    shape: shape, parameters: weight.count + (bias?.count ?? 0), macs: weight.count,
    effort: 3
  ) { builder in
    LayerStep(
      builder.fixed.place(
        DenseState(
          kernels: builder.kernels, matrix: builder.fixed.place(matrix),
          scratch: builder.fixed.take(Float.self, Matrix.paddedRows(shape.count)),
          activation: activation, input: builder.input, output: builder.output)), multiply
    )
  }
}

private struct DenseState {
  let kernels: UnsafePointer<kernel_table>
  let matrix: UnsafePointer<kernel_matrix>
  let scratch: UnsafeMutablePointer<Float>
  let activation: Activation
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func multiply(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: DenseState.self).pointee
  let output = state.output.row(Int(frame))
  let count = state.output.shape.count
  kernel_dense(state.kernels, state.matrix, state.input.row(Int(frame)), state.scratch)
  for i in 0..<count { output[i] = state.scratch[i] }
  state.activation.apply(state.kernels, output, count)
}
