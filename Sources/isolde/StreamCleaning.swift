import ArgumentParser
import Glibc

/// Samples without a header: `s16,48000,2`.
struct RawFormat: ExpressibleByArgument {
  let stored: StoredSamples
  let rate: Int
  let channels: Int

  private static let names: [String: StoredSamples] = [
    "s16": .integer(bits: 16), "s24": .integer(bits: 24), "s32": .integer(bits: 32),
    "f32": .float(bits: 32), "f64": .float(bits: 64),
  ]

  init?(argument: String) {
    let parts = argument.lowercased().split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 3, let stored = Self.names[String(parts[0]).trimmingSuffix("le")],
      let rate = Int(parts[1]), let channels = Int(parts[2]), channels > 0
    else { return nil }
    (self.stored, self.rate, self.channels) = (stored, rate, channels)
  }
}

/// A source of samples, read block by block to its end.
protocol SampleSource: AnyObject {
  var path: String { get }
  var rate: Int { get }
  var channels: Int { get }
  var stored: StoredSamples { get }
  /// What the samples hold beyond the nearest `Float`; nil when that is nothing.
  var remainders: Remainders? { get }
  /// Reads samples into the block; returns how many a channel, 0 at the end.
  func read(into block: PlanarBlock) throws -> Int
  /// How the recording differs from its header, known at its end; nil when it does not.
  var discrepancy: String? { get }
  /// Remarks for the user that are not faults of the recording.
  var notes: [String] { get }
  /// Everything but the samples. Of a pipe it is complete only at its end.
  var metadata: Metadata { get }
  /// How many of the samples read so far are NaN or infinite; silence replaces them.
  var notFinite: Int { get }
}

extension SampleSource {
  /// The warning about samples that silence has replaced; nil when there are none.
  var notFiniteWarning: String? {
    guard notFinite > 0 else { return nil }
    return "\(path): \(notFinite.grouped) NaN or infinite samples are replaced by silence"
  }
}

extension SoundReader: SampleSource {}

/// Standard input: WAV, or samples without a header.
final class StandardInput: SampleSource {
  let path = "standard input"
  let rate: Int
  let channels: Int
  let stored: StoredSamples
  /// Made only when needed: until the number of channels has been checked, it can be anything.
  private(set) lazy var remainders = stored.exceedsFloat ? Remainders(channels: channels) : nil
  let notes: [String] = []
  private(set) var notFinite = 0
  var metadata: Metadata { Metadata(wave: stream.chunks, format: stream.format) }
  private let stream: WaveStream
  private var samples = RawSamples.floats([])
  private var count = 0

  init(_ raw: RawFormat?) throws {
    guard isatty(STDIN_FILENO) == 0 else {
      throw Failure(path, "is a terminal", remedy: "pipe a recording into it")
    }
    if let raw {
      stream = WaveStream(
        raw: STDIN_FILENO, rate: raw.rate, channels: raw.channels, stored: raw.stored)
    } else {
      guard let stream = try WaveStream(STDIN_FILENO) else {
        throw Failure(
          path, "is not an uncompressed WAV file",
          remedy: "name the file, or describe samples without a header: --raw s16,48000,2")
      }
      self.stream = stream
    }
    (rate, channels, stored) = (stream.rate, stream.channels, stream.stored)
  }

  func read(into block: PlanarBlock) throws -> Int {
    let count = try stream.read(block.capacity, into: &samples)
    self.count += count
    for i in 0..<count {
      for channel in 0..<channels {
        let value = samples[i * channels + channel]
        let sample = Float(value)
        if !sample.isFinite { notFinite += 1 }
        block[channel][i] = sample
        remainders?.append(value.isFinite ? value - Double(sample) : 0)
      }
    }
    if count == 0 { try stream.readTail() }
    return count
  }

  var discrepancy: String? {
    guard let stated = stream.statedBytes else { return nil }
    if stream.excess > stream.frameBytes {
      return
        "\(stream.excess.grouped) bytes follow the samples that its header announces and are not cleaned; "
        + "give the file's name instead of -"
    }
    let missing = stated / stream.frameBytes - count
    return missing > 0
      ? "\(missing.grouped) of the samples that its header announces are missing; what is there is cleaned"
      : nil
  }

  /// The contents of the chunk `fmt `; nil for raw samples.
  var format: [UInt8]? { stream.format.isEmpty ? nil : stream.format }
  /// Bytes of samples according to the header; nil: unknown.
  var statedBytes: Int? { stream.statedBytes }
}

extension RawSamples {
  /// One value; ±1 is full scale.
  subscript(index: Int) -> Double {
    switch self {
    case .integers(let values): Double(values[index]) * 0x1p-31
    case .floats(let values): Double(values[index])
    case .doubles(let values): values[index]
    }
  }
}

/// Cleans a recording while it is being read, and writes the result to standard output at once.
struct StreamCleaning {
  private static let blockLength = 4_096

  private let source: any SampleSource
  private let output: StandardOutput
  private let separation: Separation
  private let blocks: SeparationBlocks
  private let controls: MixOptions

  init(_ command: CleanCommand, _ model: Model) throws {
    let standard = command.files.inputs == ["-"] ? try StandardInput(command.raw) : nil
    source = try standard ?? SoundReader(command.files.inputs[0])
    try Cleaning.check(rate: source.rate, channels: source.channels, of: source.path)
    let plan = try ChannelPlan(
      source.channels, chosen: command.channels?.numbers, unlinked: command.unlink, for: source.path
    )
    blocks = SeparationBlocks(channels: source.channels, capacity: Self.blockLength)
    // The peak of a pipe cannot be known in advance.
    let headroom = try (source as? SoundReader)?.headroom() ?? 1
    separation = try Separation(
      model, plan, blocks, rate: source.rate, headroom: headroom, for: source.path)
    controls = command.mix
    if !controls.isNeutral { source.remainders?.keep(plan.untouched) }
    output = try StandardOutput(source, raw: command.raw != nil, like: standard)
  }

  func run() throws {
    var position = 0
    var end = Int.max
    while position < end {
      var count = end == .max ? try source.read(into: blocks.input) : 0
      if count == 0 {
        if end == .max {
          end = position + separation.latency
          blocks.input.silence()
        }
        count = min(Self.blockLength, end - position)
      }
      separation.run(controls.controls, count: count)
      let range = min(count, max(0, separation.latency - position))..<count
      try output.write(blocks.mix, range)
      position += count
      try Interruption.check()
    }
    try output.finish()
    for note in source.notes { Console.warn(note) }
    if !output.lost.isEmpty {
      let names = output.lost.map { $0.trimmingSuffix(" ") }.joined(separator: ", ")
      Console.warn("standard output: has no place for \(names)")
    }
    if let warning = source.notFiniteWarning { Console.warn(warning) }
    if output.clipped > 0 {
      Console.warn("\(output.clipped.grouped) samples clipped; lower the levels")
    }
    if let discrepancy = source.discrepancy {
      Console.warn("\(source.path): \(discrepancy)")
      throw ExitCode(Isolde.differs)
    }
  }
}

/// Standard output: WAV, with open sizes where they are not known, or samples without a header.
private final class StandardOutput {
  private(set) var clipped = 0
  private let stored: StoredSamples
  private let channels: Int
  private let width: Int
  private let remainders: Remainders?
  /// Size of the header in bytes; 0 for raw samples.
  private var headerSize = 0
  /// Names of chunks that could not be written, known at the end.
  private(set) var lost: [String] = []
  private let source: any SampleSource
  /// Number of chunks in the header.
  private var countBefore = 0
  private var written = 0
  private var memory: [UInt8] = []

  init(_ source: any SampleSource, raw: Bool, like input: StandardInput?) throws {
    guard isatty(STDOUT_FILENO) == 0 else {
      throw Failure(
        "standard output", "is a terminal",
        remedy: "send it to a program or a file, or use --output")
    }
    self.source = source
    stored = source.stored == .lossy ? .integer(bits: 24) : source.stored
    channels = source.channels
    remainders = source.remainders
    width = stored.width
    guard !raw else { return }
    let metadata = source.metadata
    let contents =
      input?.format
      ?? WaveEncoder.format(
        stored, channels: channels, rate: source.rate, metadata: metadata, width: width)
    var format = Chunk(name: "fmt ", contents: contents).riff
    // All chunks come before the samples, as the length may not be known.
    let chunks = metadata.waveChunks
    countBefore = chunks.count
    for chunk in chunks { format += chunk.riff }
    if input == nil { lost = metadata.lostInWave }
    headerSize = 12 + format.count + 8
    let size = input?.statedBytes.flatMap { $0 < 0xFFFF_FFFF - headerSize ? $0 : nil }
    let open = [UInt8](repeating: 0xFF, count: 4)
    var header = [UInt8](name: "RIFF")
    header += size.map { [UInt8](little: $0 + headerSize - 8, 4) } ?? open
    header += [UInt8](name: "WAVE") + format + [UInt8](name: "data")
    header += size.map { [UInt8](little: $0, 4) } ?? open
    try send(header)
  }

  func write(_ block: PlanarBlock, _ range: Range<Int>) throws {
    guard !range.isEmpty else { return }
    memory.removeAll(keepingCapacity: true)
    func store(_ rest: ArraySlice<Double>?) {
      var index = rest?.startIndex ?? 0
      for i in range {
        for channel in 0..<channels {
          append(Double(block[channel][i]) + (rest?[index] ?? 0))
          index += 1
        }
      }
    }
    if let remainders { remainders.take(range.count) { store($0) } } else { store(nil) }
    try send(memory)
    written += memory.count
  }

  private func append(_ sample: Double) {
    func store(_ bits: UInt64) {
      for byte in 0..<width { memory.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * byte))) }
    }
    guard case .integer(let bits) = stored else {
      store(width == 8 ? sample.bitPattern : UInt64(Float(sample).bitPattern))
      return
    }
    let scale = Double(1 << (bits - 1))
    let value = (sample * scale).rounded(.toNearestOrEven)
    if value > scale || value < -scale { clipped += 1 }
    let limited = Int64(min(max(value, -scale), scale - 1))
    store(UInt64(bitPattern: bits == 8 ? limited + 128 : limited))
  }

  private func send(_ bytes: [UInt8]) throws {
    let done = try bytes.withUnsafeBytes { bytes in
      try transfer(bytes.count) { done in
        Glibc.write(STDOUT_FILENO, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      }
    }
    guard done == bytes.count else {
      throw Failure("standard output", "cannot be written: \(systemError())")
    }
  }

  /// Writes the sizes into the header, where standard output is a file.
  func finish() throws {
    guard headerSize > 0 else { return }
    let behind = Array(source.metadata.waveChunks.dropFirst(countBefore))
    var total = headerSize + written + written % 2
    guard total < 0xFFFF_FFFF else {
      lost += behind.map(\.name)
      return
    }
    if written % 2 == 1 { try send([0]) }
    let start = lseek(STDOUT_FILENO, 0, SEEK_CUR) - off_t(total)
    guard start >= 0, fcntl(STDOUT_FILENO, F_GETFL) & O_APPEND == 0 else {
      lost += behind.map(\.name)  // the header of a pipe is already out, and does not count them
      return
    }
    for chunk in behind {
      try send(chunk.riff)
      total += chunk.riff.count
    }
    for (size, offset) in [(total - 8, 4), (written, headerSize - 4)] {
      let bytes = [UInt8](little: size, 4)
      _ = bytes.withUnsafeBytes { pwrite(STDOUT_FILENO, $0.baseAddress, 4, start + off_t(offset)) }
    }
  }
}
