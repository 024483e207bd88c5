/// +96 dBFS: samples beyond come from a fault. Floats scaled like 16-bit integers pass.
private let limit: Float = 65_536

/// Makes a sample of the host safe: NaN and infinities become 0, others are limited to ±65,536.
///
/// By bits: arithmetic would flush denormals, and the delayed input leaves bit for bit.
@inline(__always)
func cleaned(_ x: Float) -> Float {
  let magnitude = x.bitPattern & 0x7fff_ffff
  let limited = magnitude > limit.bitPattern ? limit.bitPattern : magnitude
  let kept = magnitude >= Float.infinity.bitPattern ? 0 : limited
  return Float(bitPattern: kept | (x.bitPattern & 0x8000_0000))
}
