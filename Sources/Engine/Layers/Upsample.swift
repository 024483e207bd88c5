import Timing

/// `upsample`: `factor` times as many frames and bins, the nearest or on a line between two.
///
/// - Shapes: C × B to C × (B · factor). A time factor of s makes s frames from one.
/// - Delay: `nearest` 0; `linear` ⌊s / 2⌋ frames of its output, for the frame that comes next.
/// - State: one frame before the newest, in the ring of its input.
/// - Source: PyTorch's `interpolate` with align_corners=False; beyond the ends the outermost frame and
///   bin.
let upsampleKind = LayerKind("upsample") { (reader) throws(ModelError) in
  let input = reader.input
  let factor = try reader.pair("factor")
  let mode = reader.option("mode")
  let isLinear = mode.map { $0 == "linear" } ?? false
  guard isLinear || mode.map({ $0 == "nearest" }) ?? true else {
    throw reader.line.error("mode= must be nearest or linear")
  }
  let shape = try reader.shape(input.channels, input.bins * factor.frequency)
  let isLinearInTime = isLinear && factor.time > 1
  let crop = isLinearInTime ? factor.time / 2 : 0
  let bins = try reader.weights.take(Between.self, shape.bins)
  for bin in 0..<shape.bins {
    bins[bin] = Between(bin, factor.frequency, isLinear: isLinear, limit: input.bins - 1)
  }
  return LayerPlan(
    shape: shape,
    reach: .spread(
      factor: factor.time, kernel: isLinearInTime ? 2 * factor.time : factor.time, crop: crop),
    macs: 4 * shape.count
  ) { builder in
    LayerStep(
      builder.fixed.place(
        UpsampleState(
          factor: factor.time, isLinearInTime: isLinearInTime, bins: UnsafePointer(bins),
          input: builder.input, output: builder.output)), applyUpsample)
  }
}

/// A place between two items: first · (1 − share) + second · share.
private struct Between {
  let first: Int
  let second: Int
  let share: Float

  init(_ place: Int, _ factor: Int, isLinear: Bool, limit: Int) {
    guard isLinear, factor > 1 else {
      self.init(first: place / factor, second: place / factor, share: 0)
      return
    }
    let second = (place + factor / 2) / factor
    self.init(
      first: max(second - 1, 0), second: min(second, limit), share: Between.share(place, factor))
  }

  init(first: Int, second: Int, share: Float) {
    self.first = first
    self.second = second
    self.share = share
  }

  /// How far place (j + ½) / s − ½ lies behind the item before ⌊(j + ⌊s/2⌋) / s⌋.
  @_noLocks @_noAllocation
  static func share(_ place: Int, _ factor: Int) -> Float {
    let second = (place &+ factor / 2) / factor
    return (Float(place) + 0.5) / Float(factor) - 0.5 - Float(second &- 1)
  }
}

private struct UpsampleState {
  let factor: Int
  let isLinearInTime: Bool
  let bins: UnsafePointer<Between>
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func applyUpsample(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: UpsampleState.self).pointee
  let place = Int(frame)
  let shape = state.output.shape
  let newest =
    state.isLinearInTime ? (place &+ state.factor / 2) / state.factor : place / state.factor
  let share = state.isLinearInTime ? Between.share(place, state.factor) : 1
  let late = state.input.row(newest)
  let early = state.input.row(state.isLinearInTime ? max(newest &- 1, 0) : newest)
  var y = state.output.row(place)
  for bin in 0..<shape.bins {
    let between = state.bins[bin]
    let first = between.first &* shape.channels
    let second = between.second &* shape.channels
    for c in 0..<shape.channels {
      let before = early[first &+ c] + between.share * (early[second &+ c] - early[first &+ c])
      let after = late[first &+ c] + between.share * (late[second &+ c] - late[first &+ c])
      y[c] = before + share * (after - before)
    }
    y += shape.channels
  }
}
