import CKernels

/// `add`, `subtract`, `multiply`: element by element.
///
/// - Shapes: equal, two or more inputs, taken from left to right. State: none. Delay: 0; the graph has
///   aligned the inputs.
var combineKinds: [LayerKind] {
  [
    combine("add", KERNEL_ADD), combine("subtract", KERNEL_SUBTRACT),
    combine("multiply", KERNEL_MULTIPLY),
  ]
}

private struct CombineState {
  let kernels: UnsafePointer<kernel_table>
  let operation: Int32
  let activation: Activation
  let inputs: UnsafePointer<Ring>
  let inputCount: Int
  let output: Ring
}

private func combine(_ name: StaticString, _ operation: kernel_operation) -> LayerKind {
  LayerKind(name, inputs: 2...64) { (reader) throws(ModelError) in
    for shape in reader.inputs {
      guard shape == reader.input else {
        throw reader.line.error("inputs are \(reader.input.shown) and \(shape.shown)")
      }
    }
    let activation = try reader.activation()
    return LayerPlan(shape: reader.input) { builder in
      let inputs = builder.placeInputs()
      return LayerStep(
        builder.fixed.place(
          CombineState(
            kernels: builder.kernels, operation: Int32(operation.rawValue), activation: activation,
            inputs: inputs, inputCount: builder.inputs.count, output: builder.output)),
        combineInputs)
    }
  }
}

extension LayerBuilder {
  /// The inputs' rings in memory that lives as long as the network.
  mutating func placeInputs() -> UnsafePointer<Ring> {
    let rings = fixed.take(Ring.self, inputs.count)
    if fixed.isReal { for (i, ring) in inputs.enumerated() { rings[i] = ring } }
    return UnsafePointer(rings)
  }
}

@_noLocks @_noAllocation
private func combineInputs(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: CombineState.self).pointee
  let output = state.output.row(Int(frame))
  let count = state.output.shape.count
  var left = UnsafePointer(state.inputs[0].row(Int(frame)))
  for i in 1..<state.inputCount {
    let right = state.inputs[i].row(Int(frame))
    kernel_combine(state.kernels, state.operation, left, right, output, Int32(count))
    left = UnsafePointer(output)
  }
  state.activation.apply(state.kernels, output, count)
}
