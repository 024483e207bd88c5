import CKernels

typealias Rows = UnsafePointer<UnsafePointer<Float>>

/// A register tile: `Bins` bins by `Wide` vectors of output channels, all in registers.
///
/// The loops over the constants `Bins` and `Wide` unroll and the array becomes registers, as long as
/// no trapping operator stands in them: hence `&+` and `&*`. Generic code carries no @_noLocks: it is
/// checked, specialised, through the annotated functions that call it.
struct Tile<let Bins: Int, let Wide: Int> {
  @inline(__always)
  static func convolve(
    _ layer: borrowing kernel_convolution, _ rows: Rows, bin: Int, outputBlock: Int,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let times = Int(layer.times)
    let taps = Int(layer.taps)
    let run = Int(layer.run)
    let tapStride = Int(layer.tap_stride)
    let binStride = Int(layer.bin_stride)
    let outStride = Int(layer.out_stride)
    let blockStride = times &* taps &* run &* block
    let lanes = Vector.scalarCount
    var weight = layer.weights + outputBlock &* blockStride
    let bias = layer.bias + outputBlock &* block
    let target = output + (bin &* outStride &+ outputBlock &* block)

    var sum = InlineArray<Bins, InlineArray<Wide, Vector>>(repeating: .init(repeating: .zero))
    for p in 0..<Bins {
      for w in 0..<Wide { sum[p][w] = bias.vector(at: w &* lanes) }
    }
    var time = 0
    while time < times {
      var x = rows[time] + bin &* binStride
      var tap = 0
      while tap < taps {
        var k = 0
        while k &+ 4 <= run {  // four at a time: the addresses of the bins are worked out once
          add(x + k, binStride, weight, blockStride, to: &sum)
          add(x + (k &+ 1), binStride, weight + block, blockStride, to: &sum)
          add(x + (k &+ 2), binStride, weight + 2 &* block, blockStride, to: &sum)
          add(x + (k &+ 3), binStride, weight + 3 &* block, blockStride, to: &sum)
          weight += 4 &* block
          k &+= 4
        }
        while k < run {
          add(x + k, binStride, weight, blockStride, to: &sum)
          weight += block
          k &+= 1
        }
        x += tapStride
        tap &+= 1
      }
      time &+= 1
    }
    for p in 0..<Bins {
      for w in 0..<Wide { target.store(sum[p][w], at: p &* outStride &+ w &* lanes) }
    }
  }

  /// One input of every bin, times its weights.
  @inline(__always)
  private static func add(
    _ x: UnsafePointer<Float>, _ binStride: Int, _ weight: UnsafePointer<Float>,
    _ blockStride: Int, to sum: inout InlineArray<Bins, InlineArray<Wide, Vector>>
  ) {
    if Bins < Wide {  // what there is less of stays in registers
      var values = InlineArray<Bins, Vector>(repeating: .zero)
      for p in 0..<Bins { values[p] = Vector(x[p &* binStride]) }
      for w in 0..<Wide {
        let factor = weight.vector(at: place(w, blockStride))
        for p in 0..<Bins { sum[p][w] = multiplyAdd(sum[p][w], values[p], factor) }
      }
      return
    }
    for p in 0..<Bins {
      let value = Vector(x[p &* binStride])
      for w in 0..<Wide {
        let factor = weight.vector(at: place(w, blockStride))
        sum[p][w] = multiplyAdd(sum[p][w], value, factor)
      }
    }
  }

  /// Where a vector of weights stands: blocks are far apart, vectors of a block are neighbours.
  @inline(__always)
  private static func place(_ w: Int, _ blockStride: Int) -> Int {
    (w / vectors) &* blockStride &+ (w % vectors) &* Vector.scalarCount
  }
}

@_noLocks @_noAllocation
func convolve(
  _ layer: borrowing kernel_convolution, _ rows: Rows, _ output: UnsafeMutablePointer<Float>,
  bins: Int
) {
  let blocks = Int(layer.blocks)
  var o = 0
  #if LEVEL_AVX512
  // 12 x 2 sums, 2 weights, 1 value: 27 of 32 registers. Few bins take more blocks abreast, as eight sums
  // must be in flight to hide the latency of a multiply-add.
  while bins <= 3 && o &+ 4 <= blocks {
    Sweep<3, 4>.run(layer, rows, outputBlock: o, bins: bins, output)
    o &+= 4
  }
  while o &+ 2 <= blocks && blocks &- o != 3 {
    Sweep<12, 2>.run(layer, rows, outputBlock: o, bins: bins, output)
    o &+= 2
  }
  if blocks &- o == 3 {  // 8 x 3 sums, 3 weights, 1 value
    Sweep<8, 3>.run(layer, rows, outputBlock: o, bins: bins, output)
    return
  }
  while o < blocks {
    Sweep<12, 1>.run(layer, rows, outputBlock: o, bins: bins, output)
    o &+= 1
  }
  #elseif LEVEL_AVX2
  while bins <= 3 && o &+ 2 <= blocks {  // as eight sums must be in flight
    Sweep<3, 4>.run(layer, rows, outputBlock: o, bins: bins, output)
    o &+= 2
  }
  let whole = blocks &- (layer.unused >= 8 ? 1 : 0)
  while o < whole {  // 6 x 2 sums, 2 weights, 1 value: 15 of 16 registers
    Sweep<6, 2>.run(layer, rows, outputBlock: o, bins: bins, output)
    o &+= 1
  }
  if o < blocks { Sweep<12, 1>.run(layer, rows, outputBlock: o, bins: bins, output) }
  #else
  while o < blocks {  // 2 x 4 sums
    Sweep<2, 4>.run(layer, rows, outputBlock: o, bins: bins, output)
    o &+= 1
  }
  #endif
}
