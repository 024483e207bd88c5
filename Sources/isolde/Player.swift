import CIsolde
import Glibc
import Synchronization

/// Plays a recording through the model, in its own thread.
final class Player {
  /// What has changed since the last request.
  struct News {
    /// Columns of the spectrogram.
    var columns: [[UInt8]] = []
    /// Linear RMS of voice, reverb and background after their faders.
    var levels: [Float] = [0, 0, 0]
    /// The sample that is being heard.
    var position = 0
    var isPlaying = true
    /// Path of the model in use, after another one was asked for.
    var model: String?
  }

  private struct State {
    var controls = isolde_controls_default()
    var news = News()
    /// The sample to jump to.
    var target: Int?
    var isEnded = false
  }

  let rate: Int
  /// Samples a channel.
  let length: Int
  /// Warnings about the recording, a line each.
  let warnings: [String]
  /// Channels played: one for mono, two for everything else.
  let heardChannels: Int
  private(set) var model: Model
  /// Delay of what is heard, in samples.
  let latency: Int
  /// The display of its window.
  var display: OpaquePointer?

  private let path: String
  private let stream: OpaquePointer
  private let input: PlanarBlock
  private let mix: PlanarBlock
  private let state = Mutex(State())
  private var reader: SoundReader
  private var output: (any SoundOutput)?
  private var thread = pthread_t()
  private var isStarted = false

  init(_ path: String, _ model: Model) throws {
    self.path = path
    self.model = model
    reader = try SoundReader(path)
    rate = reader.rate
    let survey = try reader.survey()
    length = survey.count
    warnings = (survey.discrepancy.map { ["\(path): \($0)"] } ?? []) + reader.notes
    guard length > 0 else {
      throw Failure(path, "holds no samples", remedy: "there is nothing to view")
    }
    let channels = reader.channels
    heardChannels = min(channels, 2)
    input = PlanarBlock(channels: channels, capacity: 1_024)
    mix = PlanarBlock(channels: channels, capacity: 1_024)
    var form = isolde_stream_form(
      rate: Double(rate), channels: UInt32(channels), task: Int32(ISOLDE_TASK_MIX.rawValue))
    stream = try withMessage(path) { isolde_stream_new(&form, Player.lent(model), $0) }
    latency = Int(isolde_stream_latency(stream))
  }

  deinit { isolde_stream_free(stream) }

  /// The model in the form that a stream takes; the stream keeps it alive.
  private static func lent(_ model: Model) -> isolde_stream_model {
    isolde_stream_model(
      model: model.handle, owner: Unmanaged.passRetained(model).toOpaque(),
      release: { Unmanaged<Model>.fromOpaque($0).release() })
  }

  // MARK: Window's thread

  /// Begins to play; without an output, silently and at normal speed.
  func start(_ output: (any SoundOutput)?) {
    self.output = output
    let player = Unmanaged.passUnretained(self).toOpaque()
    isStarted =
      pthread_create(
        &thread, nil,
        { player in
          player.map { Unmanaged<Player>.fromOpaque($0).takeUnretainedValue().play() }
          return nil
        }, player) == 0
  }

  func end() {
    state.withLock { $0.isEnded = true }
    if isStarted { pthread_join(thread, nil) }
  }

  func takeNews() -> News {
    state.withLock { state in
      defer {
        state.news.columns = []
        state.news.model = nil
      }
      return state.news
    }
  }

  func change(_ body: (inout isolde_controls) -> Void) {
    state.withLock { body(&$0.controls) }
  }

  func toggle() {
    state.withLock { state in
      if !state.news.isPlaying, state.news.position >= length { state.target = 0 }
      state.news.isPlaying.toggle()
    }
  }

  func move(to sample: Int) {
    state.withLock { $0.target = min(max(sample, 0), length) }
  }

  func move(by seconds: Int) {
    state.withLock { state in
      let start = state.target ?? state.news.position
      state.target = min(max(start + seconds * rate, 0), length)
    }
  }

  /// Changes the model. One that cannot be used is reported, and the current one stays.
  func choose(_ path: String) {
    do {
      let other = try Model(path.isEmpty ? Model.path(nil) : path)
      let _: Bool = try withMessage(path) {
        isolde_stream_give(stream, Player.lent(other), $0) ? true : nil
      }
      model = other
    } catch let failure as Failure {
      failure.report()
    } catch {}
    let path = model.path
    state.withLock { $0.news.model = path }
  }

  // MARK: Player's thread

  private func play() {
    var late = latency  // samples fed to the model and not yet heard
    while true {
      let (now, target) = state.withLock { state in
        defer { state.target = nil }
        return (state, state.target)
      }
      if now.isEnded { return }
      if let target { late = go(to: target) }
      guard now.news.isPlaying else {
        usleep(20_000)
        continue
      }
      var count = (try? reader.read(into: input)) ?? 0
      if count == 0 {
        input.silence()
        count = min(late, input.capacity)
        late -= count
      }
      if count > 0 {
        run(now.controls, count)
      } else {
        output?.drain()
        state.withLock { $0.news.isPlaying = false }
      }
      let position = max(reader.position - late, 0)
      state.withLock { $0.news.position = position }
    }
  }

  /// Jumps to a sample.
  private func go(to target: Int) -> Int {
    if target < reader.position, let other = try? SoundReader(path) { reader = other }
    let skipped = PlanarBlock(channels: reader.channels, capacity: 16_384)
    let part = PlanarBlock(channels: reader.channels, capacity: 1_024)
    while reader.position < target {
      let block = target - reader.position >= skipped.capacity ? skipped : part
      guard let count = try? reader.read(into: block), count > 0 else { break }
    }
    isolde_stream_reset(stream)
    return latency
  }

  private func run(_ controls: isolde_controls, _ count: Int) {
    var controls = controls
    _ = isolde_stream_take(stream)
    isolde_stream_watch(stream, true)
    isolde_stream_run(stream, &controls, input.readPointers, mix.pointers, UInt32(count))
    if isolde_stream_retire(stream) { isolde_stream_collect(stream) }
    var levels: [Float] = [0, 0, 0]
    isolde_stream_levels(stream, &levels)
    var columns: [[UInt8]] = []
    var column = [UInt8](repeating: 0, count: Int(COLUMN_SIZE))
    while isolde_stream_column(stream, &column) { columns.append(column) }
    play(count)
    state.withLock { state in
      state.news.levels = levels
      state.news.columns += columns
      state.news.columns.removeFirst(max(state.news.columns.count - 600, 0))  // if nobody asks
    }
  }

  /// Plays the mix. Of more than two channels the odd ones (1, 3 …) go left, the even ones right.
  private func play(_ count: Int) {
    guard let output else {
      usleep(UInt32(count * 1_000_000 / rate))
      return
    }
    var heard = [Float](repeating: 0, count: count * heardChannels)
    for channel in 0..<mix.channels {
      let side = channel % heardChannels
      let beside = (mix.channels - side + heardChannels - 1) / heardChannels
      let share = 1 / Float(beside)
      for i in 0..<count { heard[i * heardChannels + side] += mix[channel][i] * share }
    }
    output.write(heard)
  }
}
