import CKernels

/// `body` on every vector of `count` floats. The rest goes through a vector on the stack, so that
/// nothing outside the buffers is touched and every element meets the same arithmetic.
///
/// `body` is a local function marked to be inlined: of closures some would stay calls, which pass
/// vectors in pieces.
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
  case KERNEL_RELU:
    @inline(__always) func f(_ x: Vector) -> Vector { maximum(x, Vector(0)) }
    sweep(input, output, count, f)
  case KERNEL_LEAKY_RELU where a >= 0 && a <= 1:
    @inline(__always) func f(_ x: Vector) -> Vector { maximum(x, x * va) }
    sweep(input, output, count, f)
  case KERNEL_LEAKY_RELU:
    @inline(__always) func f(_ x: Vector) -> Vector { choose(x, below: Vector(0), x * va, else: x) }
    sweep(input, output, count, f)
  case KERNEL_ELU:
    @inline(__always) func f(_ x: Vector) -> Vector {
      choose(x, below: Vector(0), expm1(minimum(x, Vector(0))), else: x)
    }
    sweep(input, output, count, f)
  case KERNEL_SIGMOID:
    @inline(__always) func f(_ x: Vector) -> Vector { sigmoid(x) }
    sweep(input, output, count, f)
  case KERNEL_TANH:
    @inline(__always) func f(_ x: Vector) -> Vector { tanh(x) }
    sweep(input, output, count, f)
  case KERNEL_SILU:
    @inline(__always) func f(_ x: Vector) -> Vector { x * sigmoid(x) }
    sweep(input, output, count, f)
  case KERNEL_SOFTPLUS:
    @inline(__always) func f(_ x: Vector) -> Vector { softplus(x) }
    sweep(input, output, count, f)
  case KERNEL_HARD_SIGMOID:
    @inline(__always) func f(_ x: Vector) -> Vector {
      minimum(maximum(x / Vector(6) + Vector(0.5), Vector(0)), one)
    }
    sweep(input, output, count, f)
  case KERNEL_CLAMP:
    @inline(__always) func f(_ x: Vector) -> Vector { minimum(maximum(x, va), vb) }
    sweep(input, output, count, f)
  case KERNEL_SCALE:
    @inline(__always) func f(_ x: Vector) -> Vector { multiplyAdd(vb, x, va) }
    sweep(input, output, count, f)
  case KERNEL_LOG:
    let factor = Vector(b * 0.301_029_996)
    @inline(__always) func f(_ x: Vector) -> Vector { log2(x + va) * factor }
    sweep(input, output, count, f)
  case KERNEL_POWER:
    @inline(__always) func f(_ x: Vector) -> Vector {
      choose(Vector(1e-36), below: x, exp2(log2(maximum(x, Vector(1e-36))) * va), else: Vector(0))
    }
    sweep(input, output, count, f)
  case KERNEL_EXP:
    @inline(__always) func f(_ x: Vector) -> Vector { exp(x) }
    sweep(input, output, count, f)
  case KERNEL_GELU:
    @inline(__always) func f(_ x: Vector) -> Vector {
      x * Vector(0.5) * (one + erf(x * Vector(0.707_106_78)))
    }
    sweep(input, output, count, f)
  case KERNEL_HARD_SWISH:
    @inline(__always) func f(_ x: Vector) -> Vector {
      x * minimum(maximum(x / Vector(6) + Vector(0.5), Vector(0)), one)
    }
    sweep(input, output, count, f)
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
