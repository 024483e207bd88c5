/// `input`: a frame that comes from outside.
///
/// - Shapes: `channels` × `bins`. Delay: 0.
/// - State: the frame as it was written, until the step takes it into the ring of its readers.
let inputKind = LayerKind("input", inputs: 0...0) { (reader) throws(ModelError) in
  let channels = try reader.integer("channels", default: 1, in: 1...Shape.largest)
  let bins = try reader.integer("bins", in: 1...Shape.largest)
  let shape = try reader.shape(channels, bins)
  return LayerPlan(shape: shape) { builder in
    let staged = builder.state.take(Float.self, shape.count)
    return LayerStep(
      builder.fixed.place(InputState(staged: staged, output: builder.output)), takeInput)
  }
}

struct InputState {
  /// Where the next frame is written from outside.
  let staged: UnsafeMutablePointer<Float>
  let output: Ring
}

@_noLocks @_noAllocation
private func takeInput(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: InputState.self).pointee
  let row = state.output.row(Int(frame))
  for i in 0..<state.output.shape.count { row[i] = state.staged[i] }
}
