import CKernels

/// `unit_norm`: x / √max(m, `floor`), where m is a running mean of a bin's magnitude √Σ x² over its
/// channels, see `RunningMeans`. With `level` times √(level / M), M being the mean of the bins'
/// max(m, `floor`): a spectrum of any level comes out the same.
///
/// - Shapes: C × B, the same out. Delay: 0. State: the means [B].
/// - Tensors: `start` [B], the means before the first frame, may be missing.
/// - Source: H. Schröter et al., DeepFilterNet; libDF's `band_unit_norm`, with `floor` and `level`
///   added.
let unitNormKind = LayerKind("unit_norm") { (reader) throws(ModelError) in
  let shape = reader.input
  let options = try RunningMeans.Options(&reader, count: shape.bins)
  let floor = try reader.float("floor", default: 1e-9)
  guard floor > 0 else { throw reader.line.error("floor=\(floor) is not above 0") }
  let level = try reader.float("level", default: 0)
  guard level >= 0 else { throw reader.line.error("level=\(level) is below 0") }
  return LayerPlan(shape: shape, macs: 4 * shape.count) { builder in
    let means = RunningMeans(options, count: shape.bins, &builder.state)
    return LayerStep(
      builder.fixed.place(
        UnitNormState(
          means: means, floor: floor, level: level, input: builder.input, output: builder.output)),
      divideByMagnitude)
  }
}

private struct UnitNormState {
  let means: RunningMeans
  let floor: Float
  /// 0: none.
  let level: Float
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func divideByMagnitude(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: UnitNormState.self).pointee
  var x = state.input.row(Int(frame))
  var y = state.output.row(Int(frame))
  let shape = state.output.shape
  let rate = state.means.next()
  var sum: Float = 0
  for bin in 0..<shape.bins {
    var squares: Float = 0
    for c in 0..<shape.channels { squares += x[c] * x[c] }
    state.means.move(bin, to: kernel_square_root(squares), by: rate)
    let mean = max(state.means[bin], state.floor)
    sum += mean
    let scale = 1 / kernel_square_root(mean)
    for c in 0..<shape.channels { y[c] = x[c] * scale }
    x += shape.channels
    y += shape.channels
  }
  guard state.level > 0 else { return }
  let scale = kernel_square_root(state.level * Float(shape.bins) / sum)
  let all = state.output.row(Int(frame))
  for i in 0..<shape.count { all[i] *= scale }
}
