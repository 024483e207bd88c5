/// Running means of several values, m += r · (x − m), for `running_norm` and `unit_norm`.
///
/// - `start=counted`: r = max(1 / n, rate), n counting the frames: the plain mean at first, an
///   exponential one later.
/// - `start=weighted`: r = rate / (1 − (1 − rate)^n): from the first frame on the mean of all frames,
///   a frame 1 − rate times as heavy as the next.
/// - With a tensor `start` [count] m begins there, and r = rate. State: how far m is from there.
struct RunningMeans {
  private let rate: Float
  private let isWeighted: Bool
  private let start: UnsafePointer<Float>?
  private let distances: UnsafeMutablePointer<Float>
  /// Frames heard.
  private let frames: UnsafeMutablePointer<Int>
  /// 1 − (1 − rate)^n.
  private let weight: UnsafeMutablePointer<Float>

  /// The options of a layer's line.
  struct Options {
    let rate: Float
    let isWeighted: Bool
    let start: UnsafePointer<Float>?

    init(_ reader: inout LayerReader, count: Int) throws(ModelError) {
      rate = try reader.float("rate")
      guard rate > 0, rate <= 1 else {
        throw reader.line.error("rate=\(rate) is not within 0 to 1")
      }
      let option = reader.option("start")
      isWeighted = option.map { $0 == "weighted" } ?? false
      guard isWeighted || option.map({ $0 == "counted" }) ?? true else {
        throw reader.line.error("start= must be counted or weighted")
      }
      let tensor = try reader.optionalTensor("start", [count])
      start = if let tensor { try reader.weights.floats(tensor) } else { nil }
    }
  }

  init(_ options: Options, count: Int, _ state: inout Arena) {
    rate = options.rate
    isWeighted = options.isWeighted
    start = options.start
    distances = state.take(Float.self, count)
    frames = state.take(Int.self, 1)
    weight = state.take(Float.self, 1)
  }

  /// Mean `i`.
  @_noLocks @_noAllocation
  subscript(i: Int) -> Float { (start?[i] ?? 0) + distances[i] }

  /// Counts a frame; its r.
  @_noLocks @_noAllocation
  func next() -> Float {
    if start != nil { return rate }
    if isWeighted {
      weight.pointee += rate * (1 - weight.pointee)
      return rate / weight.pointee
    }
    frames.pointee &+= 1
    return max(1 / Float(frames.pointee), rate)
  }

  /// Moves mean `i` towards a value.
  @_noLocks @_noAllocation
  func move(_ i: Int, to value: Float, by rate: Float) {
    distances[i] += rate * (value - self[i])
  }
}
