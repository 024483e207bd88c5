import CIsolde

/// A stream, which must release each model exactly once.
final class Stream {
  let pointer: OpaquePointer
  let channels: Int
  let outputs: Int

  /// Begins with a model.
  init(
    _ model: Model, rate: Double = 48_000, channels: Int = 1, task: isolde_task = ISOLDE_TASK_MIX
  ) throws(Refusal) {
    var form = Stream.form(rate, channels, task)
    pointer = try Refusal.unwrap { isolde_stream_new(&form, Stream.hold(model), $0) }
    self.channels = channels
    outputs = task == ISOLDE_TASK_STEMS ? 3 * channels : channels
  }

  /// Begins without one.
  init(
    passing latency: Int, rate: Double = 48_000, channels: Int = 1,
    task: isolde_task = ISOLDE_TASK_MIX
  ) {
    var form = Stream.form(rate, channels, task)
    guard let made = isolde_stream_new_passing(&form, UInt32(latency)) else {
      fatalError("no memory")
    }
    pointer = made
    self.channels = channels
    outputs = task == ISOLDE_TASK_STEMS ? 3 * channels : channels
  }

  deinit { isolde_stream_free(pointer) }

  private static func form(
    _ rate: Double, _ channels: Int, _ task: isolde_task
  ) -> isolde_stream_form {
    isolde_stream_form(rate: rate, channels: UInt32(channels), task: Int32(task.rawValue))
  }

  /// The stream holds the model until it calls `release`.
  private static func hold(_ model: Model) -> isolde_stream_model {
    isolde_stream_model(
      model: model.pointer, owner: Unmanaged.passRetained(model).toOpaque(),
      release: { Unmanaged<Model>.fromOpaque($0).release() })
  }

  var latency: Int { Int(isolde_stream_latency(pointer)) }

  func give(_ model: Model) throws(Refusal) {
    _ = try Refusal.unwrap { isolde_stream_give(pointer, Stream.hold(model), $0) ? true : nil }
  }

  /// The model that runs or is to.
  var newest: Model? {
    isolde_stream_newest(pointer).map { Unmanaged<Model>.fromOpaque($0).takeUnretainedValue() }
  }

  /// A whole signal; models are given before the block that begins at their sample.
  func run(
    _ input: [[Float]], _ controls: isolde_controls = .unity, blocks: Blocks = .of(512),
    giving models: [Int: Model] = [:]
  ) throws -> [[Float]] {
    let source = Channels(input)
    let target = Channels(channels: outputs, count: source.count, filledWith: .nan)
    var start = 0
    var left = models
    for count in blocks.lengths(of: source.count) {
      for (sample, model) in left where sample <= start {
        try give(model)
        left[sample] = nil
      }
      _ = isolde_stream_take(pointer)
      var now = controls
      isolde_stream_run(
        pointer, &now, source.readable(from: start), target.writable(from: start), UInt32(count))
      if isolde_stream_retire(pointer) { isolde_stream_collect(pointer) }
      start += count
    }
    return target.arrays
  }
}
