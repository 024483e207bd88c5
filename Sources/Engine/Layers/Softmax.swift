import CKernels

/// `softmax`: e^x over their sum, per bin over the channels.
///
/// - Shapes: C × B, the same out. State: none. Delay: 0.
/// - Source: PyTorch's `softmax` over the channel axis.
let softmaxKind = LayerKind("softmax") { (reader) throws(ModelError) in
  LayerPlan(shape: reader.input) { builder in
    LayerStep(
      builder.fixed.place(
        SoftmaxState(kernels: builder.kernels, input: builder.input, output: builder.output)),
      applySoftmax)
  }
}

private struct SoftmaxState {
  let kernels: UnsafePointer<kernel_table>
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func applySoftmax(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: SoftmaxState.self).pointee
  let x = state.input.row(Int(frame))
  let y = state.output.row(Int(frame))
  let shape = state.output.shape
  for i in 0..<shape.count { y[i] = x[i] }
  for bin in 0..<shape.bins { softmax(state.kernels, y + bin &* shape.channels, shape.channels) }
}
