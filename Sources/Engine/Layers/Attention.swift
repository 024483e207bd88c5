import CKernels
import Timing

/// `attention`: softmax(q · k / √d) · v, for each of `heads` runs of d channels.
///
/// - Shapes: q, k, v of C × B, the same out; C = `heads` · d.
/// - `over=bins`: every bin of a frame looks at all bins of that frame. State: none.
/// - `over=time`: every bin looks at itself in the frames j − `window` + 1 … j, without those before
///   frame 0. State: these frames of k and v, in the rings of the inputs.
/// - Delay: 0. Cost: 2 · C · B · (B or `window`) multiply-adds.
/// - Source: PyTorch's `scaled_dot_product_attention`.
let attentionKind = LayerKind("attention", inputs: 3...3) { (reader) throws(ModelError) in
  let shape = reader.input
  for other in reader.inputs {
    guard other == shape else {
      throw reader.line.error("inputs are \(shape.shown) and \(other.shown)")
    }
  }
  let heads = try reader.integer("heads", default: 1)
  guard shape.channels % heads == 0 else {
    throw reader.line.error("\(heads) heads do not divide \(shape.channels) channels")
  }
  let over = reader.option("over")
  let isOverTime = over.map { $0 == "time" } ?? false
  guard isOverTime || over.map({ $0 == "bins" }) ?? true else {
    throw reader.line.error("over= must be bins or time")
  }
  let window = isOverTime ? try reader.integer("window", in: 1...65_536) : 1
  let reached = isOverTime ? window : shape.bins
  return LayerPlan(
    shape: shape, reach: .window(history: window - 1), macs: 2 * shape.count * reached,
    effort: 40
  ) { builder in
    let inputs = builder.placeInputs()
    return LayerStep(
      builder.fixed.place(
        AttentionState(
          kernels: builder.kernels, inputs: inputs, output: builder.output, heads: heads,
          window: isOverTime ? window : 0, scores: builder.fixed.take(Float.self, reached))),
      attend)
  }
}

private struct AttentionState {
  let kernels: UnsafePointer<kernel_table>
  /// q, k, v.
  let inputs: UnsafePointer<Ring>
  let output: Ring
  let heads: Int
  /// Frames looked at; 0: bins.
  let window: Int
  let scores: UnsafeMutablePointer<Float>
}

@_noLocks @_noAllocation
private func attend(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: AttentionState.self)
  let shape = state.pointee.output.shape
  let width = shape.channels / state.pointee.heads
  let count =
    state.pointee.window == 0 ? shape.bins : min(state.pointee.window, Int(frame) &+ 1)
  let query = state.pointee.inputs[0].row(Int(frame))
  let output = state.pointee.output.row(Int(frame))
  for bin in 0..<shape.bins {
    for head in 0..<state.pointee.heads {
      let place = bin &* shape.channels &+ head &* width
      state.pointee.look(query + place, place, Int(frame), count, width, output + place)
    }
  }
}

extension AttentionState {
  /// Item `i` of those looked at: another bin of the frame, or the same bin of an earlier one.
  @_noLocks @_noAllocation
  private func item(_ ring: Ring, _ i: Int, _ place: Int, _ frame: Int) -> UnsafePointer<Float> {
    let channels = ring.shape.channels
    return UnsafePointer(
      window == 0
        ? ring.row(frame) + (place % channels &+ i &* channels) : ring.row(frame &- i) + place)
  }

  /// One query: its scores, their softmax, the mean of the values.
  @_noLocks @_noAllocation
  fileprivate func look(
    _ query: UnsafePointer<Float>, _ place: Int, _ frame: Int, _ count: Int, _ width: Int,
    _ output: UnsafeMutablePointer<Float>
  ) {
    let scale = 1 / kernel_square_root(Float(width))
    for i in 0..<count {
      let key = item(inputs[1], i, place, frame)
      var sum: Float = 0
      for c in 0..<width { sum += query[c] * key[c] }
      scores[i] = sum * scale
    }
    softmax(kernels, scores, count)
    for c in 0..<width { output[c] = 0 }
    for i in 0..<count {
      let value = item(inputs[2], i, place, frame)
      for c in 0..<width { output[c] += scores[i] * value[c] }
    }
  }
}

/// e^x over their sum, in place.
@_noLocks @_noAllocation
func softmax(
  _ kernels: UnsafePointer<kernel_table>, _ values: UnsafeMutablePointer<Float>, _ count: Int
) {
  var largest = values[0]
  for i in 1..<max(count, 1) where values[i] > largest { largest = values[i] }
  for i in 0..<count { values[i] -= largest }
  kernel_map(kernels, Int32(KERNEL_EXP.rawValue), 0, 0, values, values, Int32(count))
  var sum: Float = 0
  for i in 0..<count { sum += values[i] }
  for i in 0..<count { values[i] /= sum }
}
