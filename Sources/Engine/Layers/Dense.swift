import CKernels

/// `dense`: a matrix by the flattened frame; with `groups` the frame is split into as many runs, each
/// with a matrix of its own.
///
/// - Shapes: any to `channels` × `bins`. State: none. Delay: 0.
/// - Tensors: `weight` [channels · bins][inputs], with G groups [G][channels · bins / G][inputs / G];
///   `bias` [channels · bins].
/// - Cost: as many multiply-adds as weights; bound by the memory that holds them.
/// - Source: PyTorch's `Linear`; the einsum `btgi,goi->btgo`.
let denseKind = LayerKind("dense") { (reader) throws(ModelError) in
  let channels = try reader.integer("channels", in: 1...Shape.largest)
  let bins = try reader.integer("bins", default: 1, in: 1...Shape.largest)
  let groups = try reader.integer("groups", default: 1)
  let shape = try reader.shape(channels, bins)
  let activation = try reader.activation()
  guard reader.input.count % groups == 0, shape.count % groups == 0 else {
    throw reader.line.error(
      "\(groups) groups do not divide \(reader.input.count) inputs and \(shape.count) outputs")
  }
  let inputs = reader.input.count / groups
  let rows = shape.count / groups
  let weight = try reader.tensor("weight", (groups > 1 ? [groups] : []) + [rows, inputs])
  let bias = try reader.bias(shape.count)
  try reader.weights.charge(2 * groups, of: MemoryLayout<kernel_matrix>.stride)
  var matrices: [kernel_matrix] = []
  for group in 0..<groups {
    matrices.append(
      try Matrix.packed(weight, bias, first: group * rows, rows: rows, reader.weights))
  }
  return LayerPlan(
    shape: shape, parameters: weight.count + (bias?.count ?? 0), macs: weight.count,
    effort: 3
  ) { builder in
    let placed = builder.fixed.take(kernel_matrix.self, groups)
    if builder.fixed.isReal { for (i, matrix) in matrices.enumerated() { placed[i] = matrix } }
    return LayerStep(
      builder.fixed.place(
        DenseState(
          kernels: builder.kernels, matrices: UnsafePointer(placed), groups: groups, rows: rows,
          scratch: builder.fixed.take(Float.self, Matrix.paddedRows(rows)),
          activation: activation, input: builder.input, output: builder.output)), multiply
    )
  }
}

private struct DenseState {
  let kernels: UnsafePointer<kernel_table>
  /// One for each group.
  let matrices: UnsafePointer<kernel_matrix>
  let groups: Int
  /// Of each group.
  let rows: Int
  let scratch: UnsafeMutablePointer<Float>
  let activation: Activation
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func multiply(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: DenseState.self).pointee
  let input = state.input.row(Int(frame))
  let output = state.output.row(Int(frame))
  let rows = state.rows
  for group in 0..<state.groups {
    let matrix = state.matrices + group
    let x = input + group &* Int(matrix.pointee.inputs)
    let y = output + group &* rows
    if rows % KERNEL_BLOCK == 0 {
      kernel_dense(state.kernels, matrix, x, y)
    } else {  // the kernel writes whole blocks
      kernel_dense(state.kernels, matrix, x, state.scratch)
      for i in 0..<rows { y[i] = state.scratch[i] }
    }
  }
  state.activation.apply(state.kernels, output, state.output.shape.count)
}
