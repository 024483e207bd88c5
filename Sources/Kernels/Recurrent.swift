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

/// The gates of an LSTM:
///
///     i = σ(input i + hidden i), f = σ(…), g = tanh(…), o = σ(…)
///     cell = f · cell + i · g, state = o · tanh(cell)
///
/// - Parameter stride: as for the GRU; `state` and `cell` may be written up to the next multiple of the
///   vector's length.
@_noLocks @_noAllocation
func lstm(
  _ input: UnsafePointer<Float>, _ hidden: UnsafePointer<Float>, stride: Int,
  _ state: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>, _ count: Int
) {
  var k = 0
  while k < count {
    let i = sigmoid(input.vector(at: k) + hidden.vector(at: k))
    let f = sigmoid(input.vector(at: stride &+ k) + hidden.vector(at: stride &+ k))
    let g = tanh(input.vector(at: 2 &* stride &+ k) + hidden.vector(at: 2 &* stride &+ k))
    let o = sigmoid(input.vector(at: 3 &* stride &+ k) + hidden.vector(at: 3 &* stride &+ k))
    let c = multiplyAdd(i * g, f, UnsafePointer(cell).vector(at: k))
    cell.store(c, at: k)
    state.store(o * tanh(c), at: k)
    k &+= Vector.scalarCount
  }
}
