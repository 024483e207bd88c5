import CIsolde
import Synchronization

/// Guards FFTW's planner, which allows only one thread at a time. The separator uses it, too.
enum Planning {
  private static let lock = Mutex(())

  /// Calls `body` while no other thread plans.
  static func alone<T>(_ body: () throws -> T) rethrows -> T {
    lock._unsafeLock()
    defer { lock._unsafeUnlock() }
    return try body()
  }
}

/// The input and output blocks of a separation.
struct SeparationBlocks {
  let input: PlanarBlock
  let mix: PlanarBlock
  /// Voice, reverb and background.
  let stems: [PlanarBlock]

  init(channels: Int, capacity: Int) {
    func block() -> PlanarBlock { PlanarBlock(channels: channels, capacity: capacity) }
    (input, mix, stems) = (block(), block(), [block(), block(), block()])
  }

  private init(_ blocks: SeparationBlocks, channels: [Int]) {
    input = PlanarBlock(channels, of: blocks.input)
    mix = PlanarBlock(channels, of: blocks.mix)
    stems = blocks.stems.map { PlanarBlock(channels, of: $0) }
  }

  /// The blocks with only some channels, in the same memory.
  func selecting(_ channels: [Int]) -> SeparationBlocks {
    SeparationBlocks(self, channels: channels)
  }
}

/// Separates a recording. Each group of linked channels has its own separator; channels left alone are delayed by the
/// same latency.
///
/// A recording above full scale is separated at a lower level and raised again: the separator would have to scale
/// louder frames down for the network, one by one, and would separate them less well.
///
/// A channel left alone counts as voice, as in the plug-in's bypass, so that the stems always sum to the recording.
final class Separation {
  /// Latency in samples.
  let latency: Int
  private let groups: [(separator: Separator, blocks: SeparationBlocks)]
  private let untouched: [Int]
  private let blocks: SeparationBlocks
  private var delays: [[Float]]
  private var place = 0

  /// - Parameter headroom: the power of two by which the recording exceeds full scale.
  init(
    _ model: Model, _ plan: ChannelPlan, _ blocks: SeparationBlocks, rate: Int, headroom: Float = 1,
    for path: String
  ) throws {
    let groups = try plan.groups.map {
      (
        separator: try Separator(
          model, rate: rate, channels: $0.count, headroom: headroom, for: path),
        blocks: blocks.selecting($0)
      )
    }
    self.groups = groups
    latency = groups.first?.separator.latency ?? 0
    untouched = plan.untouched
    self.blocks = blocks
    let silence = [Float](repeating: 0, count: max(latency, 1))
    delays = Array(repeating: silence, count: plan.untouched.count)
  }

  /// Separates the first `count` samples of the input.
  func run(_ controls: isolde_controls, count: Int) {
    for (separator, blocks) in groups { separator.run(blocks, controls, count: count) }
    for (index, channel) in untouched.enumerated() {
      let (input, mix) = (blocks.input[channel], blocks.mix[channel])
      delays[index].withUnsafeMutableBufferPointer { delay in
        var place = self.place
        for i in 0..<count {
          mix[i] = delay[place]
          delay[place] = input[i]
          place = place + 1 == delay.count ? 0 : place + 1
        }
      }
      for i in 0..<count {
        blocks.stems[0][channel][i] = mix[i]
        blocks.stems[1][channel][i] = 0
        blocks.stems[2][channel][i] = 0
      }
    }
    place = (place + count) % max(latency, 1)
  }
}

/// One separator of libisolde: linked channels in, their mix and stems out.
private final class Separator {
  /// Latency in samples.
  let latency: Int
  private let handle: OpaquePointer
  private let model: Model  // must outlive the handle
  private let headroom: Float

  /// Makes a separator.
  init(_ model: Model, rate: Int, channels: Int, headroom: Float, for path: String) throws {
    self.model = model
    self.headroom = headroom
    handle = try Planning.alone {
      try withMessage(path) {
        isolde_separator_new(model.handle, Double(rate), UInt32(channels), $0)
      }
    }
    latency = Int(isolde_separator_latency(handle))
  }

  deinit { Planning.alone { isolde_separator_free(handle) } }

  /// Writes the mix according to the controls, and voice, reverb and background, which sum to the delayed input.
  func run(_ blocks: SeparationBlocks, _ controls: isolde_controls, count: Int) {
    var controls = controls
    if headroom != 1 { blocks.input.multiply(by: 1 / headroom, count: count) }
    isolde_separator_mix_and_split(
      handle, &controls, blocks.input.readPointers, blocks.mix.pointers, blocks.stems[0].pointers,
      blocks.stems[1].pointers, blocks.stems[2].pointers, UInt32(count))
    if headroom != 1 {
      for block in [blocks.mix] + blocks.stems { block.multiply(by: headroom, count: count) }
    }
  }
}
