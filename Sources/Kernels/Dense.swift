import CKernels

/// A matrix by a vector: `Wide` vectors of rows abreast; the matrix is read once, in order.
extension Tile {
  /// - Parameters:
  ///   - stride: floats from one input's weights to the next.
  ///   - weight: the vector of weights at an index.
  @inline(__always)
  static func dense(
    _ matrix: borrowing kernel_matrix, _ input: UnsafePointer<Float>, row: Int, stride: Int,
    _ output: UnsafeMutablePointer<Float>, weight: (Int) -> Vector
  ) {
    let inputs = Int(matrix.inputs)
    let lanes = Vector.scalarCount
    let bias = matrix.bias + row
    var sum = InlineArray<Wide, Vector>(repeating: .zero)
    for w in 0..<Wide { sum[w] = bias.vector(at: w &* lanes) }
    var at = row &* inputs
    var k = 0
    while k < inputs {
      let value = Vector(input[k])
      for w in 0..<Wide { sum[w] = multiplyAdd(sum[w], value, weight(at &+ w &* lanes)) }
      at &+= stride
      k &+= 1
    }
    for w in 0..<Wide { (output + row).store(sum[w], at: w &* lanes) }
  }
}

/// All rows: groups of four blocks, then the blocks left.
@inline(__always)
private func sweep(
  _ matrix: borrowing kernel_matrix, _ input: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, weight: (Int) -> Vector
) {
  let blocks = Int(matrix.blocks)
  var b = 0
  while b &+ 4 <= blocks {  // sums in flight hide the latency of a multiply-add
    #if LEVEL_AVX512
    Tile<1, 4>.dense(matrix, input, row: b &* block, stride: 64, output, weight: weight)
    #elseif LEVEL_AVX2
    Tile<1, 8>.dense(matrix, input, row: b &* block, stride: 64, output, weight: weight)
    #else
    Tile<1, 16>.dense(matrix, input, row: b &* block, stride: 64, output, weight: weight)
    #endif
    b &+= 4
  }
  while b < blocks {
    #if LEVEL_AVX512
    Tile<1, 1>.dense(matrix, input, row: b &* block, stride: 16, output, weight: weight)
    #elseif LEVEL_AVX2
    Tile<1, 2>.dense(matrix, input, row: b &* block, stride: 16, output, weight: weight)
    #else
    Tile<1, 4>.dense(matrix, input, row: b &* block, stride: 16, output, weight: weight)
    #endif
    b &+= 1
  }
}

@_noLocks @_noAllocation
func dense(
  _ matrix: borrowing kernel_matrix, _ input: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>
) {
  #if !LEVEL_BASELINE
  if let halves = matrix.halves {
    sweep(matrix, input, output) { halves.widened(at: $0) }
    return
  }
  #endif
  let weights = matrix.weights
  sweep(matrix, input, output) { weights.vector(at: $0) }
}
