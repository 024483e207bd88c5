import CKernels

/// A matrix by a vector: `Wide` vectors of outputs abreast; the matrix is read once, in order.
extension Tile {
  @inline(__always)
  static func dense(
    _ layer: borrowing kernel_convolution, _ input: UnsafePointer<Float>, outputBlock: Int,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let inputs = Int(layer.run)
    let blockStride = inputs &* block
    let lanes = Vector.scalarCount
    let weight = layer.weights + outputBlock &* blockStride
    let bias = layer.bias + outputBlock &* block
    var sum = InlineArray<Wide, Vector>(repeating: .zero)
    for w in 0..<Wide { sum[w] = bias.vector(at: w &* lanes) }
    var k = 0
    while k < inputs {
      let value = Vector(input[k])
      for w in 0..<Wide {
        let at = (w / vectors) &* blockStride &+ (w % vectors) &* lanes
        sum[w] = multiplyAdd(sum[w], value, weight.vector(at: k &* block &+ at))
      }
      k &+= 1
    }
    let target = output + outputBlock &* block
    for w in 0..<Wide { target.store(sum[w], at: w &* lanes) }
  }
}

@_noLocks @_noAllocation
func dense(
  _ layer: borrowing kernel_convolution, _ input: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>
) {
  let blocks = Int(layer.blocks)
  var o = 0
  #if !LEVEL_BASELINE
  while o &+ 4 <= blocks {  // 4 or 8 sums in flight hide the latency of a multiply-add
    #if LEVEL_AVX512
    Tile<1, 4>.dense(layer, input, outputBlock: o, output)
    #else
    Tile<1, 8>.dense(layer, input, outputBlock: o, output)
    #endif
    o &+= 4
  }
  #endif
  while o < blocks {
    #if LEVEL_AVX512
    Tile<1, 1>.dense(layer, input, outputBlock: o, output)
    #elseif LEVEL_AVX2
    Tile<1, 2>.dense(layer, input, outputBlock: o, output)
    #else
    Tile<1, 4>.dense(layer, input, outputBlock: o, output)
    #endif
    o &+= 1
  }
}
