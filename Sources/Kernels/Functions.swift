// Elementary functions on vectors: polynomials, not libm, whose bits may change with the machine.

/// 2 to the x: |x| is limited to 126. Relative error below 2e-7.
@inline(__always)
func exp2(_ x: Vector) -> Vector {
  let limited = minimum(maximum(x, Vector(-126)), Vector(126))
  let magic = Vector(12_582_912)  // 1.5 * 2^23: adding it rounds to the nearest whole number
  let shifted = limited + magic
  let f = limited - (shifted - magic)  // -0.5 ... 0.5
  var p = Vector(1.5403530e-4)
  p = multiplyAdd(Vector(1.3333558e-3), p, f)
  p = multiplyAdd(Vector(9.6181291e-3), p, f)
  p = multiplyAdd(Vector(5.5504109e-2), p, f)
  p = multiplyAdd(Vector(2.4022651e-1), p, f)
  p = multiplyAdd(Vector(6.9314718e-1), p, f)
  p = multiplyAdd(Vector(1), p, f)
  let exponent = unsafeBitCast(shifted, to: IntVector.self) &<< IntVector(repeating: 23)
  return unsafeBitCast(unsafeBitCast(p, to: IntVector.self) &+ exponent, to: Vector.self)
}

/// e to the x.
@inline(__always)
func exp(_ x: Vector) -> Vector { exp2(x * Vector(1.442_695_04)) }

/// Logarithm to base 2 of a positive normal number. Absolute error below 2e-7 for x near 1, relative
/// elsewhere.
@inline(__always)
func log2(_ x: Vector) -> Vector {
  // x = m * 2^e with m in sqrt(1/2) ... sqrt(2), then the series of atanh((m - 1) / (m + 1)).
  let bits = unsafeBitCast(x, to: IntVector.self)
  let offset = bits &- IntVector(repeating: 0x3f35_04f3)
  let e = offset &>> IntVector(repeating: 23)
  let m = unsafeBitCast(bits &- (e &<< IntVector(repeating: 23)), to: Vector.self)
  let s = (m - Vector(1)) / (m + Vector(1))
  let z = s * s
  var p = Vector(0.320_597_9)  // 2 / ln 2 * (1/9)
  p = multiplyAdd(Vector(0.412_198_58), p, z)  // 1/7
  p = multiplyAdd(Vector(0.577_078_02), p, z)  // 1/5
  p = multiplyAdd(Vector(0.961_796_69), p, z)  // 1/3
  p = multiplyAdd(Vector(2.885_390_08), p, z)  // 1
  return multiplyAdd(Vector(e), p, s)
}

@inline(__always)
func sigmoid(_ x: Vector) -> Vector { Vector(1) / (Vector(1) + exp(-x)) }

/// tanh by 1 - 2 / (e^2x + 1), and by its series near 0, where the difference would lose digits.
@inline(__always)
func tanh(_ x: Vector) -> Vector {
  let large = Vector(1) - Vector(2) / (exp(x + x) + Vector(1))
  let z = x * x
  var p = Vector(-0.053_968_254)
  p = multiplyAdd(Vector(0.133_333_33), p, z)
  p = multiplyAdd(Vector(-0.333_333_33), p, z)
  p = multiplyAdd(Vector(1), p, z)
  return choose(z, below: Vector(0.04), p * x, else: large)
}

/// e^x - 1 for x <= 0, by its series near 0.
@inline(__always)
func expm1(_ x: Vector) -> Vector {
  var p = Vector(1 / 720.0)
  p = multiplyAdd(Vector(1 / 120.0), p, x)
  p = multiplyAdd(Vector(1 / 24.0), p, x)
  p = multiplyAdd(Vector(1 / 6.0), p, x)
  p = multiplyAdd(Vector(0.5), p, x)
  p = multiplyAdd(Vector(1), p, x)
  return choose(x, below: Vector(-0.25), exp(x) - Vector(1), else: p * x)
}

/// log(1 + e^x): max(x, 0) + log(1 + e^-|x|).
@inline(__always)
func softplus(_ x: Vector) -> Vector {
  let positive = maximum(x, Vector(0))
  let small = exp(x - positive - positive)
  return positive + log2(Vector(1) + small) * Vector(0.693_147_18)
}

/// The error function; absolute error below 3e-7. Source: Abramowitz and Stegun, 7.1.26.
@inline(__always)
func erf(_ x: Vector) -> Vector {
  let positive = maximum(x, -x)
  let t = Vector(1) / multiplyAdd(Vector(1), positive, Vector(0.327_591_1))
  var p = Vector(1.061_405_429)
  p = multiplyAdd(Vector(-1.453_152_027), p, t)
  p = multiplyAdd(Vector(1.421_413_741), p, t)
  p = multiplyAdd(Vector(-0.284_496_736), p, t)
  p = multiplyAdd(Vector(0.254_829_592), p, t)
  let y = Vector(1) - p * t * exp(-(x * x))
  return choose(x, below: Vector(0), -y, else: y)
}
