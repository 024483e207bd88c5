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
  let kernel = Matrix.packed(
    weight, bias, rows: 0..<shape.count, reader.weights)
  return LayerPlan(
    shape: shape, parameters: weight.count + (bias?.count ?? 0), macs: weight.count
  ) { builder in
    LayerStep(
      builder.fixed.place(
        DenseState(
          kernels: builder.kernels, kernel: builder.fixed.place(kernel),
          scratch: builder.fixed.take(Float.self, Matrix.rows(of: kernel)),
          activation: activation, input: builder.input, output: builder.output)), multiply
    )
  }
}

/// Matrices as the `dense` kernel takes them.
enum Matrix {
  /// Some rows of a matrix [rows][inputs] in blocks of 16; more axes in front count as rows.
  static func packed(
    _ weight: GGUF.Tensor, _ bias: GGUF.Tensor?, rows: Range<Int>,
    _ store: WeightStore
  ) -> kernel_convolution {
    let inputs = weight.shape[weight.shape.count - 1]
    return ConvolutionPart(
      channels: rows.count, bins: 1, inputOffset: 0, outputOffset: 0, outputStride: rows.count,
      times: 1, taps: 1, run: inputs, tapStride: 0, binStride: 0, store: store,
      bias: bias, firstBias: rows.lowerBound
    ) { row, i in weight.float((rows.lowerBound + row) * inputs + i) }.kernel
  }

  /// What a product of the matrix writes.
  static func rows(of kernel: kernel_convolution) -> Int {
    Int(kernel.blocks) * KERNEL_BLOCK
  }
}

private struct DenseState {
  let kernels: UnsafePointer<kernel_table>
  let kernel: UnsafePointer<kernel_convolution>
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
  kernel_dense(state.kernels, state.kernel, state.input.row(Int(frame)), state.scratch)
  for i in 0..<count { output[i] = state.scratch[i] }
  state.activation.apply(state.kernels, output, count)
}
