import CKernels

/// One vector of channels of one bin at a time, `Bins` bins abreast to hide the latency.
extension Tile {
  @inline(__always)
  static func depthwise(
    _ layer: borrowing kernel_convolution, _ rows: Rows, bin: Int, channel: Int,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let times = Int(layer.times)
    let taps = Int(layer.taps)
    let tapStride = Int(layer.tap_stride)
    let binStride = Int(layer.bin_stride)
    let outStride = Int(layer.out_stride)
    let channels = Int(layer.blocks) &* block
    let bias = (layer.bias + channel).vector(at: 0)
    var sum = InlineArray<Bins, Vector>(repeating: bias)
    var weight = layer.weights + channel
    var time = 0
    while time < times {
      var x = rows[time] + (bin &* binStride &+ channel)
      var tap = 0
      while tap < taps {
        let factor = weight.vector(at: 0)
        for p in 0..<Bins { sum[p] = multiplyAdd(sum[p], x.vector(at: p &* binStride), factor) }
        x += tapStride
        weight += channels
        tap &+= 1
      }
      time &+= 1
    }
    let target = output + (bin &* outStride &+ channel)
    for p in 0..<Bins { target.store(sum[p], at: p &* outStride) }
  }

  /// All channels of `Bins` bins, then the next bins; returns the first bin not done.
  @inline(__always)
  static func depthwise(
    _ layer: borrowing kernel_convolution, _ rows: Rows, from first: Int, to bins: Int,
    _ output: UnsafeMutablePointer<Float>
  ) -> Int {
    let channels = Int(layer.blocks) &* block
    var bin = first
    while bin &+ Bins <= bins {
      var channel = 0
      while channel < channels {
        depthwise(layer, rows, bin: bin, channel: channel, output)
        channel &+= Vector.scalarCount
      }
      bin &+= Bins
    }
    return bin
  }
}

@_noLocks @_noAllocation
func depthwise(
  _ layer: borrowing kernel_convolution, _ rows: Rows, _ output: UnsafeMutablePointer<Float>,
  bins: Int
) {
  let bin = Tile<8, 1>.depthwise(layer, rows, from: 0, to: bins, output)
  _ = Tile<1, 1>.depthwise(layer, rows, from: bin, to: bins, output)
}
