/// `running_norm`: x − m, where m is a running mean of every element (`over=bin`) or of the frame's mean
/// (`over=frame`): the true mean at first, an exponential one later.
///
/// - Shapes: any, the same out. Delay: 0.
/// - State: the means, and the number n of frames that went into them. A frame whose mean is below
///   `hold` leaves them alone: silence before a scene must not make its first word loud.
/// - Update: n += 1, m += max(1 / n, `rate`) · (x − m).
let runningNormKind = LayerKind("running_norm") { (reader) throws(ModelError) in
  let rate = try reader.float("rate")
  guard rate > 0, rate <= 1 else { throw reader.line.error("rate=\(rate) is not within 0 to 1") }
  let hold = try reader.float("hold")
  let over = reader.option("over")
  let perBin = over.map { $0 == "bin" } ?? false
  guard perBin || over.map({ $0 == "frame" }) ?? false else {
    throw reader.line.error("over= must be bin or frame")
  }
  let count = reader.input.count
  return LayerPlan(shape: reader.input, macs: 2 * count) { builder in
    let means = builder.state.take(Float.self, perBin ? count : 1)
    let frames = builder.state.take(Int.self, 1)
    return LayerStep(
      builder.fixed.place(
        RunningNormState(
          rate: rate, hold: hold, perBin: perBin, means: means, frames: frames,
          input: builder.input,
          output: builder.output)), subtractMean)
  }
}

private struct RunningNormState {
  let rate: Float
  let hold: Float
  let perBin: Bool
  let means: UnsafeMutablePointer<Float>
  let frames: UnsafeMutablePointer<Int>
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func subtractMean(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: RunningNormState.self).pointee
  let x = state.input.row(Int(frame))
  let y = state.output.row(Int(frame))
  let count = state.output.shape.count
  var sum: Float = 0
  for i in 0..<count { sum += x[i] }
  let level = sum / Float(count)
  if level >= state.hold {
    state.frames.pointee &+= 1
    let rate = max(1 / Float(state.frames.pointee), state.rate)
    if state.perBin {
      for i in 0..<count { state.means[i] += rate * (x[i] - state.means[i]) }
    } else {
      state.means[0] += rate * (level - state.means[0])
    }
  }
  if state.perBin {
    for i in 0..<count { y[i] = x[i] - state.means[i] }
  } else {
    let mean = state.means[0]
    for i in 0..<count { y[i] = x[i] - mean }
  }
}
