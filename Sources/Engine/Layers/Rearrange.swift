// `shuffle`, `reshape`, `transpose`: the numbers of a frame in another order.

/// `shuffle`: channel c of the output is channel (c mod G) · (C / G) + ⌊c / G⌋ of the input.
///
/// - Shapes: C × B, the same out. State: none. Delay: 0.
/// - Source: PyTorch's `channel_shuffle`.
let shuffleKind = LayerKind("shuffle") { (reader) throws(ModelError) in
  let shape = reader.input
  let groups = try reader.integer("groups", in: 1...Shape.largest)
  guard shape.channels % groups == 0 else {
    throw reader.line.error("\(groups) groups do not divide \(shape.channels) channels")
  }
  return try rearranged(shape, reader.weights) { place in
    let (bin, c) = (place / shape.channels, place % shape.channels)
    return bin * shape.channels + c % groups * (shape.channels / groups) + c / groups
  }
}

/// `reshape`: the same flattened numbers as `channels` × `bins`.
///
/// - Shapes: any to `channels` × `bins` of the same count. State: none. Delay: 0.
let reshapeKind = LayerKind("reshape") { (reader) throws(ModelError) in
  let channels = try reader.integer("channels", in: 1...Shape.largest)
  let bins = try reader.integer("bins", in: 1...Shape.largest)
  let shape = try reader.shape(channels, bins)
  guard shape.count == reader.input.count else {
    throw reader.line.error("\(reader.input.shown) numbers are not \(shape.shown)")
  }
  return try rearranged(shape, reader.weights) { $0 }
}

/// `transpose`: channels become bins, bins channels.
///
/// - Shapes: C × B to B × C. State: none. Delay: 0.
let transposeKind = LayerKind("transpose") { (reader) throws(ModelError) in
  let input = reader.input
  return try rearranged(Shape(channels: input.bins, bins: input.channels), reader.weights) {
    place in
    place % input.bins * input.channels + place / input.bins
  }
}

private struct RearrangeState {
  /// For every number of the output its place in the input.
  let places: UnsafePointer<Int32>
  let input: Ring
  let output: Ring
}

private func rearranged(
  _ shape: Shape, _ store: WeightStore, _ place: (Int) -> Int
) throws(ModelError) -> LayerPlan {
  let places = try store.take(Int32.self, shape.count)
  for i in 0..<shape.count { places[i] = Int32(place(i)) }
  return LayerPlan(shape: shape) { builder in
    LayerStep(
      builder.fixed.place(
        RearrangeState(
          places: UnsafePointer(places), input: builder.input, output: builder.output)), rearrange)
  }
}

@_noLocks @_noAllocation
private func rearrange(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: RearrangeState.self).pointee
  let x = state.input.row(Int(frame))
  let y = state.output.row(Int(frame))
  for i in 0..<state.output.shape.count { y[i] = x[Int(state.places[i])] }
}
