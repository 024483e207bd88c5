import CKernels

/// `gru`, `lstm`: gated recurrent units.
///
/// - Shapes: `over=time`: any to `hidden` × 1, on the flattened frame. `over=each`: C × B to `hidden` × B,
///   every bin alone with the same weights. `over=bins`: C × B to `hidden` × B (`direction=both`: 2 ·
///   `hidden`), along the bins of a frame.
/// - State: the hidden vectors (LSTM: and the cells); none with `over=bins`. Delay: 0.
/// - Tensors: `weight_ih` [gates·H][inputs], `weight_hh` [gates·H][H], `bias_ih`, `bias_hh`; gates r, z, n
///   or i, f, g, o. `…_reverse` for the way back. With G groups an axis [G] in front.
/// - Cost: gates · H · (inputs + H) multiply-adds a unit; bound by the memory that holds the weights.
/// - Source: PyTorch's `GRU` and `LSTM` with one layer.
var recurrentKinds: [LayerKind] {
  [
    LayerKind("gru") { (reader) throws(ModelError) in try recurrent(&reader, gates: 3) },
    LayerKind("lstm") { (reader) throws(ModelError) in try recurrent(&reader, gates: 4) },
  ]
}

/// Along what a recurrent unit remembers.
private enum Way {
  case time
  case each
  case bins
}

private func recurrent(_ reader: inout LayerReader, gates: Int) throws(ModelError) -> LayerPlan {
  let input = reader.input
  let hidden = try reader.integer("hidden", in: 1...65_536)
  let groups = try reader.integer("groups", default: 1)
  let way = try reader.way()
  let directions = try reader.directions(way)
  let inputs = way == .time ? input.count : input.channels
  guard inputs % groups == 0, hidden % groups == 0 else {
    throw reader.line.error("\(groups) groups do not divide \(inputs) inputs and \(hidden) outputs")
  }
  var units: [RecurrentUnit] = []
  var parameters = 0
  for isBackward in directions {
    let unit = try RecurrentUnit(
      &reader, gates: gates, groups: groups, inputs: inputs / groups, hidden: hidden / groups,
      isBackward: isBackward)
    parameters += unit.parameters
    units.append(unit)
  }
  let lanes = way == .time ? 1 : input.bins
  let shape = try reader.shape(hidden * units.count, lanes)
  let weights = (gates * hidden).saturatingTimes(inputs + hidden) / groups
  return LayerPlan(
    shape: shape, parameters: parameters, macs: weights.saturatingTimes(units.count * lanes),
    effort: 3
  ) { builder in
    let placed = builder.fixed.take(PlacedUnit.self, units.count)
    for (i, unit) in units.enumerated() {
      let unit = unit.place(&builder, lanes: way == .bins ? 1 : lanes)
      if builder.fixed.isReal { placed[i] = unit }
    }
    let state = RecurrentState(
      kernels: builder.kernels, units: UnsafePointer(placed), unitCount: units.count,
      isWithinFrame: way == .bins, lanes: lanes, inputStride: way == .time ? 0 : input.channels,
      input: builder.input, output: builder.output)
    return LayerStep(builder.fixed.place(state), runRecurrent)
  }
}

extension LayerReader {
  fileprivate mutating func way() throws(ModelError) -> Way {
    guard let text = option("over") else { return .time }
    if text == "time" { return .time }
    if text == "each" { return .each }
    if text == "bins" { return .bins }
    throw line.error("over=\(text.shown) is not time, each or bins")
  }

  /// For each pass whether it goes backward.
  fileprivate mutating func directions(_ way: Way) throws(ModelError) -> [Bool] {
    guard let text = option("direction"), !(text == "forward") else { return [false] }
    guard way == .bins else {
      throw line.error("direction=\(text.shown): allowed only with over=bins")
    }
    if text == "backward" { return [true] }
    if text == "both" { return [false, true] }
    throw line.error("direction=\(text.shown) is not forward, backward or both")
  }
}

/// One direction of a layer: the matrices of all groups, as read from the file.
private struct RecurrentUnit {
  let gates: Int
  let groups: Int
  let inputs: Int
  let hidden: Int
  let isBackward: Bool
  /// [groups][2], of the input and of the hidden vector; every gate begins at a whole block.
  var matrices: [kernel_matrix] = []
  var parameters = 0

  init(
    _ reader: inout LayerReader, gates: Int, groups: Int, inputs: Int, hidden: Int, isBackward: Bool
  ) throws(ModelError) {
    self.gates = gates
    self.groups = groups
    self.inputs = inputs
    self.hidden = hidden
    self.isBackward = isBackward
    let front = groups > 1 ? [groups] : []
    let rows = gates * hidden
    let isReverse = isBackward && reader.file.tensor(reader.line.name, "weight_ih_reverse") != nil
    let ofInput = try reader.tensor(
      isReverse ? "weight_ih_reverse" : "weight_ih", front + [rows, inputs])
    let ofHidden = try reader.tensor(
      isReverse ? "weight_hh_reverse" : "weight_hh", front + [rows, hidden])
    let inputBias = try reader.optionalTensor(
      isReverse ? "bias_ih_reverse" : "bias_ih", front + [rows])
    let hiddenBias = try reader.optionalTensor(
      isReverse ? "bias_hh_reverse" : "bias_hh", front + [rows])
    for group in 0..<groups {
      for (weight, bias) in [(ofInput, inputBias), (ofHidden, hiddenBias)] {
        matrices.append(
          try Matrix.packed(
            weight, bias, first: group * rows, parts: gates, rows: hidden, reader.weights))
      }
    }
    parameters = ofInput.count + ofHidden.count + (inputBias?.count ?? 0) + (hiddenBias?.count ?? 0)
  }

  func place(_ builder: inout LayerBuilder, lanes: Int) -> PlacedUnit {
    let placed = builder.fixed.take(kernel_matrix.self, matrices.count)
    if builder.fixed.isReal { for (i, matrix) in matrices.enumerated() { placed[i] = matrix } }
    let stride = Matrix.paddedRows(hidden)
    let size = gates == 4 ? 2 * stride : stride
    return PlacedUnit(
      gates: gates, groups: groups, inputs: inputs, hidden: hidden, isBackward: isBackward,
      matrices: UnsafePointer(placed), stride: stride,
      sums: builder.fixed.take(Float.self, 2 * gates * stride),
      memory: builder.state.take(Float.self, (groups * size).saturatingTimes(lanes)),
      memorySize: size)
  }
}

/// One direction of a layer at run time.
private struct PlacedUnit {
  let gates: Int
  let groups: Int
  let inputs: Int
  let hidden: Int
  let isBackward: Bool
  /// [groups][2]
  let matrices: UnsafePointer<kernel_matrix>
  /// Floats from one gate's sums to the next.
  let stride: Int
  /// [2][gates][stride], the products with the input and with the hidden vector.
  let sums: UnsafeMutablePointer<Float>
  /// [lanes][groups][memorySize]: the hidden vector, for an LSTM the cell behind it.
  let memory: UnsafeMutablePointer<Float>
  let memorySize: Int

  /// One step of the lane whose memory stands at `memory`.
  @_noLocks @_noAllocation
  func step(
    _ kernels: UnsafePointer<kernel_table>, _ memory: UnsafeMutablePointer<Float>,
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
  ) {
    for group in 0..<groups {
      let state = memory + group &* memorySize
      let ofHidden = sums + gates &* stride
      kernel_dense(kernels, matrices + 2 &* group, input + group &* inputs, sums)
      kernel_dense(kernels, matrices + (2 &* group &+ 1), state, ofHidden)
      if gates == 3 {
        kernel_gru(kernels, sums, ofHidden, Int32(stride), state, Int32(hidden))
      } else {
        kernel_lstm(kernels, sums, ofHidden, Int32(stride), state, state + stride, Int32(hidden))
      }
      for k in 0..<hidden { output[group &* hidden &+ k] = state[k] }
    }
  }
}

private struct RecurrentState {
  let kernels: UnsafePointer<kernel_table>
  let units: UnsafePointer<PlacedUnit>
  let unitCount: Int
  /// Along the bins: every frame begins with an empty memory, which the lanes share.
  let isWithinFrame: Bool
  let lanes: Int
  let inputStride: Int
  let input: Ring
  let output: Ring
}

@_noLocks @_noAllocation
private func runRecurrent(_ context: UnsafeMutableRawPointer, _ frame: Int64) {
  let state = context.assumingMemoryBound(to: RecurrentState.self)
  let input = state.pointee.input.row(Int(frame))
  let output = state.pointee.output.row(Int(frame))
  let channels = state.pointee.output.shape.channels
  let lanes = state.pointee.lanes
  for u in 0..<state.pointee.unitCount {
    let unit = state.pointee.units + u
    let size = unit.pointee.groups &* unit.pointee.memorySize
    if state.pointee.isWithinFrame { for i in 0..<size { unit.pointee.memory[i] = 0 } }
    let first = u &* unit.pointee.groups &* unit.pointee.hidden
    for step in 0..<lanes {
      let lane = unit.pointee.isBackward ? lanes &- 1 &- step : step
      let memory = unit.pointee.memory + (state.pointee.isWithinFrame ? 0 : lane &* size)
      unit.pointee.step(
        state.pointee.kernels, memory, input + lane &* state.pointee.inputStride,
        output + (lane &* channels &+ first))
    }
  }
}
