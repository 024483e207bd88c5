import CKernels

/// `body` on every vector of `count` floats. The rest goes through a vector on the stack, so that
/// nothing outside the buffers is touched and every element meets the same arithmetic.
@inline(__always)
private func sweep(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int,
  _ body: (Vector) -> Vector
) {
  let lanes = Vector.scalarCount
  var i = 0
  while i &+ lanes <= count {
    output.store(body(input.vector(at: i)), at: i)
    i &+= lanes
  }
  if i == count { return }
  var rest = Vector(0)
  for k in 0..<(count &- i) { rest[k] = input[i &+ k] }
  rest = body(rest)
  for k in 0..<(count &- i) { output[i &+ k] = rest[k] }
}

@_noLocks @_noAllocation
func map(
  _ function: Int32, _ a: Float, _ b: Float, _ input: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  let va = Vector(a)
  let vb = Vector(b)
  let one = Vector(1)
  switch kernel_function(rawValue: UInt32(bitPattern: function)) {
  case KERNEL_RELU: sweep(input, output, count) { maximum($0, Vector(0)) }
  case KERNEL_LEAKY_RELU where a >= 0 && a <= 1:
    sweep(input, output, count) { maximum($0, $0 * va) }
  case KERNEL_LEAKY_RELU:
    sweep(input, output, count) { choose($0, below: Vector(0), $0 * va, else: $0) }
  case KERNEL_ELU:
    sweep(input, output, count) {
      choose($0, below: Vector(0), expm1(minimum($0, Vector(0))), else: $0)
    }
  case KERNEL_SIGMOID: sweep(input, output, count) { sigmoid($0) }
  case KERNEL_TANH: sweep(input, output, count) { tanh($0) }
  case KERNEL_SILU: sweep(input, output, count) { $0 * sigmoid($0) }
  case KERNEL_SOFTPLUS: sweep(input, output, count) { softplus($0) }
  case KERNEL_HARD_SIGMOID:
    sweep(input, output, count) {
      minimum(maximum($0 / Vector(6) + Vector(0.5), Vector(0)), one)
    }
  case KERNEL_CLAMP: sweep(input, output, count) { minimum(maximum($0, va), vb) }
  case KERNEL_SCALE: sweep(input, output, count) { multiplyAdd(vb, $0, va) }
  case KERNEL_LOG:
    let factor = Vector(b * 0.301_029_996)
    sweep(input, output, count) { log2($0 + va) * factor }
  case KERNEL_POWER:
    sweep(input, output, count) {
      choose(
        Vector(1e-36), below: $0, exp2(log2(maximum($0, Vector(1e-36))) * va), else: Vector(0))
    }
  case KERNEL_EXP: sweep(input, output, count) { exp($0) }
  case KERNEL_GELU:
    sweep(input, output, count) {
      $0 * Vector(0.5) * (one + erf($0 * Vector(0.707_106_78)))
    }
  case KERNEL_HARD_SWISH:
    sweep(input, output, count) {
      $0 * minimum(maximum($0 / Vector(6) + Vector(0.5), Vector(0)), one)
    }
  default: break
  }
}

@_noLocks @_noAllocation
func combine(
  _ operation: Int32, _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  switch kernel_operation(rawValue: UInt32(bitPattern: operation)) {
  case KERNEL_ADD: for i in 0..<count { output[i] = left[i] + right[i] }
  case KERNEL_SUBTRACT: for i in 0..<count { output[i] = left[i] - right[i] }
  case KERNEL_MULTIPLY: for i in 0..<count { output[i] = left[i] * right[i] }
  default: break
  }
}
