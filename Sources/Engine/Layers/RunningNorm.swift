/// `running_norm`: x − m, where m is a running mean of every element (`over=bin`) or of the frame's mean
/// (`over=frame`), see `RunningMeans`.
///
/// - Shapes: any, the same out. Delay: 0.
/// - State: the means. A frame whose mean is below `hold` leaves them alone: silence before a scene
///   must not make its first word loud.
/// - Tensors: `start`, the means before the first frame, may be missing.
let runningNormKind = LayerKind("running_norm") { (reader) throws(ModelError) in
  let over = reader.option("over")
  let perBin = over.map { $0 == "bin" } ?? false
  guard perBin || over.map({ $0 == "frame" }) ?? false else {
    throw reader.line.error("over= must be bin or frame")
  }
  let count = reader.input.count
  let options = try RunningMeans.Options(&reader, count: perBin ? count : 1)
  let hold = try reader.float("hold", default: -.infinity)
  return LayerPlan(shape: reader.input, macs: 2 * count) { builder in
    let means = RunningMeans(options, count: perBin ? count : 1, &builder.state)
    return LayerStep(
      builder.fixed.place(
        RunningNormState(
          means: means, hold: hold, perBin: perBin, input: builder.input, output: builder.output)),
      subtractMean)
  }
}

private struct RunningNormState {
  let means: RunningMeans
  let hold: Float
  let perBin: Bool
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func subtractMean(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: RunningNormState.self).pointee
  let x = state.input.row(Int(frame))
  let y = state.output.row(Int(frame))
  let count = state.output.shape.count
  let means = state.means
  var sum: Float = 0
  for i in 0..<count { sum += x[i] }
  let level = sum / Float(count)
  if level >= state.hold {
    let rate = means.next()
    if state.perBin {
      for i in 0..<count { means.move(i, to: x[i], by: rate) }
    } else {
      means.move(0, to: level, by: rate)
    }
  }
  if state.perBin {
    for i in 0..<count { y[i] = x[i] - means[i] }
  } else {
    let mean = means[0]
    for i in 0..<count { y[i] = x[i] - mean }
  }
}
