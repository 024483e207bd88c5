/// The gates of a GRU:
///
///     r = σ(input r + hidden r), z = σ(input z + hidden z)
///     n = tanh(input n + r · hidden n), state = (1 - z) · n + z · state
///
/// - Parameter stride: floats from one gate's sums to the next; `state` may be written up to the next
///   multiple of the vector's length.
@_noLocks @_noAllocation
func gru(
  _ input: UnsafePointer<Float>, _ hidden: UnsafePointer<Float>, stride: Int,
  _ state: UnsafeMutablePointer<Float>, _ count: Int
) {
  var i = 0
  while i < count {
    let r = sigmoid(input.vector(at: i) + hidden.vector(at: i))
    let z = sigmoid(input.vector(at: stride &+ i) + hidden.vector(at: stride &+ i))
    let n = tanh(
      multiplyAdd(input.vector(at: 2 &* stride &+ i), r, hidden.vector(at: 2 &* stride &+ i)))
    let old = UnsafePointer(state).vector(at: i)
    state.store(multiplyAdd(n, z, old - n), at: i)
    i &+= Vector.scalarCount
  }
}
