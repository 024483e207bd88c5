/// `bands`: a sparse matrix over bins, for bands and back.
///
/// - Shapes: C × B to C × `bins`. State: none. Delay: 0.
/// - Tensors: `first`, `count` (I32, `bins`): row b covers bins first[b] ..< first[b] + count[b];
///   `value`: the rows one after the other.
/// - Cost: C multiply-adds a value.
let bandsKind = LayerKind("bands") { (reader) throws(ModelError) in
  let input = reader.input
  let shape = try reader.shape(input.channels, try reader.integer("bins", in: 1...Shape.largest))
  let first = try reader.tensor("first", [shape.bins])
  let count = try reader.tensor("count", [shape.bins])
  guard first.kind == .int32, count.kind == .int32 else {
    throw reader.line.error("first and count must be I32 tensors")
  }
  let rows = reader.weights.take(BandRow.self, shape.bins)
  var total = 0
  for b in 0..<shape.bins {
    let row = BandRow(first: first.integer(b), count: count.integer(b))
    guard row.first >= 0, row.count >= 0, row.count <= input.bins,
      row.first <= input.bins - row.count
    else { throw reader.line.error("row \(b) reaches beyond the \(input.bins) bins of the input") }
    rows[b] = row
    total += row.count
  }
  let values = reader.weights.floats(try reader.tensor("value", [max(total, 1)]))
  return LayerPlan(shape: shape, macs: total * input.channels, effort: 40) { builder in
    LayerStep(
      builder.fixed.place(
        BandsState(
          rows: UnsafePointer(rows), values: values, input: builder.input, output: builder.output)),
      applyBands)
  }
}

private struct BandRow {
  let first: Int
  let count: Int
}

private struct BandsState {
  let rows: UnsafePointer<BandRow>
  let values: UnsafePointer<Float>
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func applyBands(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: BandsState.self).pointee
  let input = UnsafePointer(state.input.row(Int(frame)))
  var output = state.output.row(Int(frame))
  let channels = state.output.shape.channels
  if channels == 2 { return applyToPairs(state, input, output) }
  var value = state.values
  for b in 0..<state.output.shape.bins {
    let row = state.rows[b]
    let x = input + row.first &* channels
    if row.count == 2 {  // between two bands: most rows of a matrix that goes back to bins
      for c in 0..<channels { output[c] = value[0] * x[c] + value[1] * x[channels &+ c] }
    } else {
      for c in 0..<channels { output[c] = sum(row.count, value, x + c, channels) }
    }
    value += row.count
    output += channels
  }
}

/// Two channels, as of a mask with two gains: both at once.
@_noLocks @_noAllocation
private func applyToPairs(
  _ state: BandsState, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
) {
  typealias Pair = SIMD2<Float>
  let pairs = UnsafeRawPointer(input)
  let sums = UnsafeMutableRawPointer(output)
  let size = MemoryLayout<Pair>.stride
  var value = state.values
  for b in 0..<state.output.shape.bins {
    let row = state.rows[b]
    var sum = Pair.zero
    for i in 0..<row.count {
      sum += value[i] * pairs.loadUnaligned(fromByteOffset: (row.first &+ i) &* size, as: Pair.self)
    }
    sums.storeBytes(of: sum, toByteOffset: b &* size, as: Pair.self)
    value += row.count
  }
}

@inline(__always)
private func sum(
  _ count: Int, _ value: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ stride: Int
) -> Float {
  var sum: Float = 0
  for i in 0..<count { sum += value[i] * x[i &* stride] }
  return sum
}
