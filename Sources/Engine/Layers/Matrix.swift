import CKernels

/// Matrices as the `dense` kernel takes them.
enum Matrix {
  /// `parts` runs of `rows` rows of a tensor [...][inputs] from row `first` on. Every part begins at a
  /// whole block of 16 rows, so that a gate of a recurrent unit is a run of the product.
  static func packed(
    _ weight: GGUF.Tensor, _ bias: GGUF.Tensor?, first: Int = 0, parts: Int = 1, rows: Int,
    _ store: WeightStore
  ) throws(ModelError) -> kernel_matrix {
    let inputs = weight.shape[weight.shape.count - 1]
    let stride = paddedRows(rows)
    let blocks = parts * stride / KERNEL_BLOCK
    let count = inputs.saturatingTimes(blocks * KERNEL_BLOCK)
    let biases = try store.take(Float.self, blocks * KERNEL_BLOCK)
    if let bias {
      for part in 0..<parts {
        for row in 0..<rows {
          biases[part * stride + row] = bias.float(first + part * rows + row)
        }
      }
    }
    func pack<T: BitwiseCopyable>(_ value: (Int) -> T) throws(ModelError) -> UnsafePointer<T> {
      let packed = try store.take(T.self, count)
      for part in 0..<parts {
        for row in 0..<rows {
          let source = (first + part * rows + row) * inputs
          for k in 0..<inputs {
            let at = place(row: part * stride + row, input: k, inputs: inputs, blocks: blocks)
            packed[at] = value(source + k)
          }
        }
      }
      return UnsafePointer(packed)
    }
    let isHalf = weight.kind == .float16 && kernels_best_level() > SIMDLevel.baseline.rawValue
    return kernel_matrix(
      weights: isHalf ? nil : try pack(weight.float), halves: isHalf ? try pack(weight.half) : nil,
      bias: biases, blocks: Int32(blocks), inputs: Int32(inputs))
  }

  /// Rows with those that fill the last block.
  static func paddedRows(_ rows: Int) -> Int {
    (rows + KERNEL_BLOCK - 1) / KERNEL_BLOCK * KERNEL_BLOCK
  }

  /// Where kernels.h has the weight: groups of four blocks, then one of the blocks left.
  private static func place(row: Int, input: Int, inputs: Int, blocks: Int) -> Int {
    let last = max(blocks / 4 - 1, 0)
    let group = min(row / (4 * KERNEL_BLOCK), last)
    let first = group * 4 * KERNEL_BLOCK
    let width = group == last ? blocks * KERNEL_BLOCK - first : 4 * KERNEL_BLOCK
    return first * inputs + input * width + row - first
  }
}
