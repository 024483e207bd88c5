import CKernels

/// A function of one value, as a layer of its own or at the end of another.
struct Activation {
  /// A `kernel_function`; -1 is none.
  var function: Int32 = -1
  var a: Float = 0
  var b: Float = 0

  static let none = Activation()

  /// The activations without parameters, by the names of `functionKinds`.
  init?(named name: Text) {
    if name == "hard_tanh" {
      self.init(KERNEL_CLAMP, -1, 1)
      return
    }
    for (known, function) in Activation.plain where name == known {
      self.init(function)
      return
    }
    return nil
  }

  init() {}

  init(_ function: kernel_function, _ a: Float = 0, _ b: Float = 0) {
    self.function = Int32(function.rawValue)
    self.a = a
    self.b = b
  }

  static var plain: [(StaticString, kernel_function)] {
    [
      ("relu", KERNEL_RELU), ("elu", KERNEL_ELU), ("sigmoid", KERNEL_SIGMOID),
      ("tanh", KERNEL_TANH), ("silu", KERNEL_SILU), ("softplus", KERNEL_SOFTPLUS),
      ("hard_sigmoid", KERNEL_HARD_SIGMOID), ("hard_swish", KERNEL_HARD_SWISH),
      ("gelu", KERNEL_GELU),
    ]
  }

  @_noLocks @_noAllocation
  func apply(
    _ kernels: UnsafePointer<kernel_table>, _ row: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    if function >= 0 { kernel_map(kernels, function, a, b, row, row, Int32(count)) }
  }
}

/// Functions of one value: `relu`, `leaky_relu`, `elu`, `gelu`, `sigmoid`, `tanh`, `silu`, `softplus`,
/// `hard_sigmoid`, `hard_swish`, `hard_tanh`, `clamp`, `scale`, `log`, `power`.
///
/// - Shapes: any, the same out. State: none. Delay: 0.
/// - Source: PyTorch's functions of these names; `log` is log10(x + floor) · factor.
var functionKinds: [LayerKind] {
  var kinds = [
    LayerKind("leaky_relu") { (reader) throws(ModelError) in
      plan(reader, Activation(KERNEL_LEAKY_RELU, try reader.float("slope", default: 0.01)))
    },
    LayerKind("clamp") { (reader) throws(ModelError) in
      plan(reader, Activation(KERNEL_CLAMP, try reader.float("low"), try reader.float("high")))
    },
    LayerKind("scale") { (reader) throws(ModelError) in
      plan(
        reader,
        Activation(
          KERNEL_SCALE, try reader.float("factor", default: 1),
          try reader.float("offset", default: 0)))
    },
    LayerKind("log") { (reader) throws(ModelError) in
      plan(
        reader,
        Activation(KERNEL_LOG, try reader.float("floor"), try reader.float("factor", default: 1)))
    },
    LayerKind("power") { (reader) throws(ModelError) in
      plan(reader, Activation(KERNEL_POWER, try reader.float("exponent")))
    },
  ]
  kinds.append(
    LayerKind("hard_tanh") { (reader) throws(ModelError) in
      plan(reader, Activation(KERNEL_CLAMP, -1, 1))
    })
  for (name, function) in Activation.plain {
    kinds.append(
      LayerKind(name) { (reader) throws(ModelError) in plan(reader, Activation(function)) })
  }
  return kinds
}

private struct FunctionState {
  let kernels: UnsafePointer<kernel_table>
  let activation: Activation
  let input: Ring
  let output: Ring
}

private func plan(_ reader: LayerReader, _ activation: Activation) -> LayerPlan {
  LayerPlan(shape: reader.input) { builder in
    LayerStep(
      builder.fixed.place(
        FunctionState(
          kernels: builder.kernels, activation: activation, input: builder.input,
          output: builder.output)), applyFunction)
  }
}

@_noLocks @_noAllocation
private func applyFunction(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: FunctionState.self).pointee
  let activation = state.activation
  kernel_map(
    state.kernels, activation.function, activation.a, activation.b, state.input.row(Int(frame)),
    state.output.row(Int(frame)), Int32(state.output.shape.count))
}
