/// `concat`: the channels of all inputs one after the other.
///
/// - Shapes: equal bins; channels add up. State: none. Delay: 0; the graph has aligned the inputs.
let concatKind = LayerKind("concat", inputs: 1...64) { (reader) throws(ModelError) in
  var channels = 0
  for shape in reader.inputs {
    guard shape.bins == reader.input.bins else {
      throw reader.line.error("inputs are \(reader.input.shown) and \(shape.shown)")
    }
    channels += shape.channels
  }
  return LayerPlan(shape: try reader.shape(channels, reader.input.bins)) { builder in
    let inputs = builder.placeInputs()
    return LayerStep(
      builder.fixed.place(
        ConcatState(inputs: inputs, inputCount: builder.inputs.count, output: builder.output)),
      concatInputs)
  }
}

private struct ConcatState {
  let inputs: UnsafePointer<Ring>
  let inputCount: Int
  let output: Ring
}

@_noLocks @_noAllocation
private func concatInputs(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: ConcatState.self).pointee
  let output = state.output.row(Int(frame))
  let channels = state.output.shape.channels
  var first = 0
  for i in 0..<state.inputCount {
    let input = state.inputs[i].row(Int(frame))
    let width = state.inputs[i].shape.channels
    copyRuns(
      from: input, stride: width, to: output + first, stride: channels, width: width,
      count: state.output.shape.bins)
    first += width
  }
}
