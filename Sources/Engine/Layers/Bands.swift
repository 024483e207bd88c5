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
  let rows = try reader.weights.take(BandRow.self, shape.bins)
  var total = 0
  var longest = 0
  for b in 0..<shape.bins {
    let row = BandRow(first: first.integer(b), count: count.integer(b))
    guard row.first >= 0, row.count >= 0, row.count <= input.bins,
      row.first <= input.bins - row.count
    else { throw reader.line.error("row \(b) reaches beyond the \(input.bins) bins of the input") }
    rows[b] = row
    total = total.saturatingAdd(row.count)
    longest = max(longest, row.count)
  }
  let tensor = try reader.tensor("value", [max(total, 1)])
  let isPaired = longest <= 2 && input.bins >= 2
  let values =
    isPaired
    ? try paired(rows, shape.bins, input.bins, tensor, reader.weights)
    : try reader.weights.floats(tensor)
  return LayerPlan(shape: shape, macs: total.saturatingTimes(input.channels), effort: 40) {
    builder in
    LayerStep(
      builder.fixed.place(
        BandsState(
          rows: UnsafePointer(rows), values: values, isPaired: isPaired, input: builder.input,
          output: builder.output)),
      applyBands)
  }
}

private struct BandRow {
  let first: Int
  let count: Int
}

/// Gives every row two values, of which one may be 0: most of a matrix that goes back to bins lie
/// between two bands, and equal rows need no branch.
private func paired(
  _ rows: UnsafeMutablePointer<BandRow>, _ count: Int, _ bins: Int, _ tensor: GGUF.Tensor,
  _ store: WeightStore
) throws(ModelError) -> UnsafePointer<Float> {
  let values = try store.take(Float.self, 2 * count)
  var next = 0
  for b in 0..<count {
    let row = rows[b]
    let first = min(row.first, bins - 2)
    for i in 0..<row.count { values[2 * b + row.first - first + i] = tensor.float(next + i) }
    rows[b] = BandRow(first: first, count: 2)
    next += row.count
  }
  return UnsafePointer(values)
}

private struct BandsState {
  let rows: UnsafePointer<BandRow>
  let values: UnsafePointer<Float>
  let isPaired: Bool
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func applyBands(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: BandsState.self).pointee
  let input = UnsafePointer(state.input.row(Int(frame)))
  var output = state.output.row(Int(frame))
  let channels = state.output.shape.channels
  if channels == 1 { return applyToSingles(state, input, output) }
  if channels == 2 && state.isPaired { return applyToPairs(state, input, output) }
  var value = state.values
  for b in 0..<state.output.shape.bins {
    let row = state.rows[b]
    let x = input + row.first &* channels
    for c in 0..<channels {
      var sum: Float = 0
      for i in 0..<row.count { sum += value[i] * x[i &* channels &+ c] }
      output[c] = sum
    }
    value += row.count
    output += channels
  }
}

/// One channel, as of energies: in long rows eight sums, each of every eighth bin, do not wait for each
/// other.
@_noLocks @_noAllocation
private func applyToSingles(
  _ state: BandsState, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
) {
  typealias Octet = SIMD8<Float>
  var value = state.values
  for b in 0..<state.output.shape.bins {
    let row = state.rows[b]
    let x = input + row.first
    var sum: Float = 0
    var i = 0
    if row.count >= 8 {
      var sums = Octet.zero
      while i &+ 8 <= row.count {
        sums +=
          UnsafeRawPointer(value + i).loadUnaligned(as: Octet.self)
          * UnsafeRawPointer(x + i).loadUnaligned(as: Octet.self)
        i &+= 8
      }
      let half = sums.lowHalf + sums.highHalf
      let quarter = half.lowHalf + half.highHalf
      sum = quarter[0] + quarter[1]
    }
    while i < row.count {
      sum += value[i] * x[i]
      i &+= 1
    }
    output[b] = sum
    value += row.count
  }
}

/// Two channels, as of a mask with two gains, and two values a row: both at once.
@_noLocks @_noAllocation
private func applyToPairs(
  _ state: BandsState, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
) {
  let sums = UnsafeMutableRawPointer(output)
  for b in 0..<state.output.shape.bins {
    let x = UnsafeRawPointer(input + 2 &* state.rows[b].first).loadUnaligned(as: SIMD4<Float>.self)
    let value = state.values + 2 &* b
    sums.storeBytes(
      of: value[0] * x.lowHalf + value[1] * x.highHalf,
      toByteOffset: b &* MemoryLayout<SIMD2<Float>>.stride, as: SIMD2<Float>.self)
  }
}
