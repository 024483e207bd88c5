import CKernels

/// All bins for `Wide` vectors of output channels, in tiles of nearly equal length: a short tile at the
/// end would wait for its own sums.
struct Sweep<let Longest: Int, let Wide: Int> {
  @inline(never)
  static func run(
    _ layer: borrowing kernel_convolution, _ rows: Rows, outputBlock: Int, bins: Int,
    _ output: UnsafeMutablePointer<Float>
  ) {
    if bins == 0 { return }
    let tiles = (bins &+ (Longest &- 1)) / Longest
    let longer = bins % tiles
    var bin = 0
    for tile in 0..<tiles {
      let length = bins / tiles &+ (tile < longer ? 1 : 0)
      convolve(layer, rows, bin: bin, length: length, outputBlock: outputBlock, output)
      bin &+= length
    }
  }

  /// `length` is a constant of each tile; those longer than `Longest` are not compiled.
  @inline(__always)
  private static func convolve(
    _ layer: borrowing kernel_convolution, _ rows: Rows, bin: Int, length: Int, outputBlock: Int,
    _ output: UnsafeMutablePointer<Float>
  ) {
    switch length {
    case 1: Tile<1, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 2: Tile<2, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 3 where Longest >= 3:
      Tile<3, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 4 where Longest >= 4:
      Tile<4, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 5 where Longest >= 5:
      Tile<5, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 6 where Longest >= 6:
      Tile<6, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 7 where Longest >= 7:
      Tile<7, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 8 where Longest >= 8:
      Tile<8, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 9 where Longest >= 9:
      Tile<9, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 10 where Longest >= 10:
      Tile<10, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 11 where Longest >= 11:
      Tile<11, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    case 12 where Longest >= 12:
      Tile<12, Wide>.convolve(layer, rows, bin: bin, outputBlock: outputBlock, output)
    default: break
    }
  }
}
