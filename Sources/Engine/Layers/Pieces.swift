// `slice`, `crop`, `pad`: a part of a frame, or a frame as a part of a larger one.

/// `slice`: `channels` channels from `first` on.
///
/// - Shapes: C × B to `channels` × B. State: none. Delay: 0.
let sliceKind = LayerKind("slice") { (reader) throws(ModelError) in
  let input = reader.input
  let first = try reader.integer("first", default: 0, in: 0...Shape.largest)
  let channels = try reader.integer("channels", in: 1...Shape.largest)
  guard first + channels <= input.channels else {
    throw reader.line.error(
      "channels \(first) to \(first + channels - 1) of an input of \(input.channels)")
  }
  return pieces(
    Shape(channels: channels, bins: input.bins), skip: first, width: channels,
    stride: input.channels,
    count: input.bins)
}

/// `crop`: `bins` bins from `first` on.
///
/// - Shapes: C × B to C × `bins`. State: none. Delay: 0.
let cropKind = LayerKind("crop") { (reader) throws(ModelError) in
  let input = reader.input
  let first = try reader.integer("first", default: 0, in: 0...Shape.largest)
  let bins = try reader.integer("bins", in: 1...Shape.largest)
  guard first + bins <= input.bins else {
    throw reader.line.error("bins \(first) to \(first + bins - 1) of an input of \(input.bins)")
  }
  return pieces(
    Shape(channels: input.channels, bins: bins), skip: first * input.channels,
    width: bins * input.channels, stride: 0, count: 1)
}

/// `pad`: zeros above the last bin, up to `bins`.
///
/// - Shapes: C × B to C × `bins`. State: none. Delay: 0.
let padKind = LayerKind("pad") { (reader) throws(ModelError) in
  let input = reader.input
  let bins = try reader.integer("bins", in: 1...Shape.largest)
  guard bins >= input.bins else {
    throw reader.line.error("bins=\(bins) is less than the input's \(input.bins)")
  }
  // The bins above are never written: they stay the zeros that the ring was made of.
  return pieces(
    try reader.shape(input.channels, bins), skip: 0, width: input.count, stride: 0, count: 1)
}

/// Copies `count` runs of `width` floats, `stride` floats apart in the input, end to end in the output.
private struct PiecesState {
  let input: Ring
  let output: Ring
  let skip: Int
  let width: Int
  let stride: Int
  let count: Int
}

private func pieces(_ shape: Shape, skip: Int, width: Int, stride: Int, count: Int) -> LayerPlan {
  LayerPlan(shape: shape) { builder in
    LayerStep(
      builder.fixed.place(
        PiecesState(
          input: builder.input, output: builder.output, skip: skip, width: width, stride: stride,
          count: count)), copyPieces)
  }
}

@_noLocks @_noAllocation
private func copyPieces(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: PiecesState.self).pointee
  copyRuns(
    from: state.input.row(Int(frame)) + state.skip, stride: state.stride,
    to: state.output.row(Int(frame)), stride: state.width, width: state.width, count: state.count)
}

/// `count` runs of `width` floats; short ones, as of a frame's features, without a loop each.
@_noLocks @_noAllocation
func copyRuns(
  from: UnsafePointer<Float>, stride fromStride: Int, to: UnsafeMutablePointer<Float>,
  stride toStride: Int, width: Int, count: Int
) {
  switch width {
  case 1:
    for run in 0..<count { to[run &* toStride] = from[run &* fromStride] }
  case 2:
    for run in 0..<count {
      to[run &* toStride] = from[run &* fromStride]
      to[run &* toStride &+ 1] = from[run &* fromStride &+ 1]
    }
  case 3:
    for run in 0..<count {
      to[run &* toStride] = from[run &* fromStride]
      to[run &* toStride &+ 1] = from[run &* fromStride &+ 1]
      to[run &* toStride &+ 2] = from[run &* fromStride &+ 2]
    }
  default:
    for run in 0..<count {
      for i in 0..<width { to[run &* toStride &+ i] = from[run &* fromStride &+ i] }
    }
  }
}
