import CKernels

/// A matrix by a vector: `Wide` blocks of rows abreast; the matrix is read once, in order.
extension Tile {
  /// - Parameters:
  ///   - at: the first weight.
  ///   - stride: floats from one input's weights to the next.
  ///   - weight: the block of weights at an index.
  @inline(__always)
  fileprivate static func dense(
    _ matrix: borrowing kernel_matrix, _ input: UnsafePointer<Float>, row: Int, at: Int,
    stride: Int, _ output: UnsafeMutablePointer<Float>, weight: (Int) -> Block
  ) {
    let inputs = Int(matrix.inputs)
    let bias = UnsafeRawPointer(matrix.bias + row)
    let size = MemoryLayout<Block>.stride
    var sum = InlineArray<Wide, Block>(repeating: .zero)
    for w in 0..<Wide {
      sum[w] = bias.loadUnaligned(fromByteOffset: w &* size, as: Block.self)
    }
    var at = at
    var k = 0
    while k < inputs {
      let value = Block(repeating: input[k])
      for w in 0..<Wide { sum[w] = multiplyAdd(sum[w], value, weight(at &+ w &* block)) }
      at &+= stride
      k &+= 1
    }
    let target = UnsafeMutableRawPointer(output + row)
    for w in 0..<Wide {
      target.storeBytes(of: sum[w], toByteOffset: w &* size, as: Block.self)
    }
  }
}

/// All rows. Blocks abreast are sums in flight, which hide the latency of a multiply-add, so none is
/// left alone: the last group has up to seven.
@inline(__always)
private func sweep(
  _ matrix: borrowing kernel_matrix, _ input: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, weight: (Int) -> Block
) {
  let blocks = Int(matrix.blocks)
  let inputs = Int(matrix.inputs)
  var b = 0
  while blocks &- b >= 8 {
    let row = b &* block
    Tile<1, 4>.dense(
      matrix, input, row: row, at: row &* inputs, stride: 4 &* block, output, weight: weight)
    b &+= 4
  }
  let row = b &* block
  let at = row &* inputs
  let stride = (blocks &- b) &* block
  switch blocks &- b {
  case 1: Tile<1, 1>.dense(matrix, input, row: row, at: at, stride: stride, output, weight: weight)
  case 2: Tile<1, 2>.dense(matrix, input, row: row, at: at, stride: stride, output, weight: weight)
  case 3: Tile<1, 3>.dense(matrix, input, row: row, at: at, stride: stride, output, weight: weight)
  case 4: Tile<1, 4>.dense(matrix, input, row: row, at: at, stride: stride, output, weight: weight)
  case 5: Tile<1, 5>.dense(matrix, input, row: row, at: at, stride: stride, output, weight: weight)
  case 6: Tile<1, 6>.dense(matrix, input, row: row, at: at, stride: stride, output, weight: weight)
  case 7: Tile<1, 7>.dense(matrix, input, row: row, at: at, stride: stride, output, weight: weight)
  default: break
  }
}

@_noLocks @_noAllocation
func dense(
  _ matrix: borrowing kernel_matrix, _ input: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>
) {
  if let halves = matrix.halves {
    sweep(matrix, input, output) { halves.widened(at: $0) }
  } else if let weights = matrix.weights {
    sweep(matrix, input, output) {
      UnsafeRawPointer(weights + $0).loadUnaligned(as: Block.self)
    }
  }
}
