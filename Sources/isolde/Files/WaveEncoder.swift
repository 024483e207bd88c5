/// Writes WAV, and W64, Sony's variant with names of 16 bytes. A WAV file is RIFF as long as it fits, otherwise
/// RF64, which has sizes of 64 bits (EBU Tech 3306).
///
/// Chunks keep their places before or after the samples. W64 gets only `bext` and lists, all before the samples:
/// libsndfile, with which most programs read it, fails at other chunks, and takes whatever follows the samples for
/// samples.
final class WaveEncoder: Encoder {
  let lost: [String]
  private let file: PartialFile
  private let stored: StoredSamples
  private let channels: Int
  private let width: Int
  private let container: SoundFormat.Container
  /// Offset of the chunk ds64, or of the room kept for it; nil: there is no room.
  private var longSizes: Int?
  /// Offset of the number of samples in the chunk `fact`.
  private var count: Int?
  private var samplesOffset = 0
  private var end = 0
  private let trailing: [Chunk]
  private var memory: [UInt8] = []

  init(_ file: PartialFile, _ format: SoundFormat, like source: SoundReader) throws {
    self.file = file
    stored = format.stored
    channels = source.channels
    width = stored.width
    container = format.container
    let metadata = source.metadata
    let isW64 = container == .w64
    let all = metadata.waveChunks
    let chunks = isW64 ? all.filter(W64.isKept) : all
    lost = metadata.lostInWave + (isW64 ? all.filter { !W64.isKept($0) }.map(\.name) : [])
    trailing = isW64 ? [] : chunks.filter { !$0.isBeforeSamples }

    var head = isW64 ? W64.head : [UInt8](name: "RIFF") + [0, 0, 0, 0] + [UInt8](name: "WAVE")
    func add(_ chunk: Chunk) { head += isW64 ? W64.chunk(chunk) : chunk.riff }
    // Leaves room for ds64 unless it cannot be needed.
    let expected = source.expectedCount.map { $0 * channels * width } ?? .max
    if container == .rf64 || container == .wav && expected > 1 << 31 {
      longSizes = head.count
      add(Chunk(name: "JUNK", contents: [UInt8](repeating: 0, count: 28)))
    }
    add(Chunk(name: "fmt ", contents: Self.format(stored, source, width: width)))
    if case .float = stored {
      count = head.count + (isW64 ? W64.headSize : 8)
      add(Chunk(name: "fact", contents: [UInt8](repeating: 0, count: isW64 ? 8 : 4)))
    }
    for chunk in chunks where isW64 || chunk.isBeforeSamples { add(chunk) }
    head +=
      isW64
      ? W64.name("data") + [UInt8](repeating: 0, count: 8) : [UInt8](name: "data") + [0, 0, 0, 0]
    samplesOffset = head.count
    end = head.count
    try file.write(head, at: 0)
  }

  /// The contents of the chunk `fmt `.
  static func format(_ stored: StoredSamples, _ source: SoundReader, width: Int) -> [UInt8] {
    format(
      stored, channels: source.channels, rate: source.rate, metadata: source.metadata, width: width)
  }

  static func format(
    _ stored: StoredSamples, channels: Int, rate: Int, metadata: Metadata, width: Int
  ) -> [UInt8] {
    let isFloat = if case .float = stored { true } else { false }
    let code = isFloat ? 3 : 1
    let isExtensible = metadata.channelMask != nil
    let plain =
      [UInt8](little: isExtensible ? 0xFFFE : code, 2) + [UInt8](little: channels, 2)
      + [UInt8](little: rate, 4)
      + [UInt8](little: rate * channels * width, 4) + [UInt8](little: channels * width, 2)
      + [UInt8](little: 8 * width, 2)
    guard let mask = metadata.channelMask else { return plain }
    let tail =
      metadata.formatTail ?? [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    return plain + [UInt8](little: 22, 2) + [UInt8](little: 8 * width, 2) + [UInt8](little: mask, 4)
      + [UInt8](little: code, 2) + tail
  }

  func write(_ samples: [Double]) throws {
    let size = samples.count * width
    if memory.count != size { memory = [UInt8](repeating: 0, count: size) }
    memory.withUnsafeMutableBytes { bytes in
      switch stored {
      case .float(bits: 64):
        for i in samples.indices {
          bytes.storeBytes(
            of: samples[i].bitPattern.littleEndian, toByteOffset: 8 &* i, as: UInt64.self)
        }
      case .float:
        for i in samples.indices {
          let bits = Float(samples[i]).bitPattern.littleEndian
          bytes.storeBytes(of: bits, toByteOffset: 4 &* i, as: UInt32.self)
        }
      case .integer, .lossy:
        let scale = Double(1 << (8 * width - 1))
        let middle: Int32 = width == 1 ? 128 : 0
        var place = 0
        for sample in samples {
          let value = Int32(sample * scale) &+ middle
          for byte in 0..<width {
            bytes[place] = UInt8(truncatingIfNeeded: value >> Int32(truncatingIfNeeded: 8 &* byte))
            place &+= 1
          }
        }
      }
    }
    try file.write(memory, at: end)
    end += memory.count
  }

  func finish() throws {
    let size = end - samplesOffset
    let samples = size / (channels * width)
    if container == .w64 {
      try file.write([UInt8](repeating: 0, count: (8 - end % 8) % 8), at: end)
      try file.write([UInt8](little: (end + 7) & ~7, 8), at: 16)
      try file.write([UInt8](little: size + W64.headSize, 8), at: samplesOffset - 8)
      if let count { try file.write([UInt8](little: samples, 8), at: count) }
      return
    }
    var rest: [UInt8] = size % 2 == 1 ? [0] : []
    for chunk in trailing { rest += chunk.riff }
    try file.write(rest, at: end)
    end += rest.count
    let isLong = container == .rf64 || end - 8 > 0xFFFF_FFFE
    guard isLong else {
      try file.write([UInt8](little: end - 8, 4), at: 4)
      try file.write([UInt8](little: size, 4), at: samplesOffset - 4)
      if let count { try file.write([UInt8](little: samples, 4), at: count) }
      return
    }
    guard let longSizes else {
      throw Failure(
        file.target, "grew larger than the 4 GB that WAV can hold",
        remedy: "write a .rf64 or .w64 file")
    }
    let open = [UInt8](repeating: 0xFF, count: 4)
    try file.write([UInt8](name: "RF64") + open, at: 0)
    let sizes = [end - 8, size, samples].flatMap { [UInt8](little: $0, 8) }
    try file.write(Chunk(name: "ds64", contents: sizes + [0, 0, 0, 0]).riff, at: longSizes)
    try file.write(open, at: samplesOffset - 4)
    if let count { try file.write(open, at: count) }
  }
}

/// Sony's W64: WAV with names and sizes of 64 bits and more.
private enum W64 {
  /// Size of a chunk's header in bytes; the chunk's size includes it.
  static let headSize = 24

  static let head: [UInt8] =
    [UInt8](name: "riff") + [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0]
    + [UInt8](repeating: 0, count: 8) + name("wave")

  /// WAV's name in lower case, then 12 bytes that are the same for all names but lists.
  static func name(_ name: String) -> [UInt8] {
    let tail: [UInt8] =
      name == "LIST"
      ? [0x2F, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0, 0]
      : [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A]
    return [UInt8](name: name == "LIST" ? "list" : name) + tail
  }

  static func isKept(_ chunk: Chunk) -> Bool {
    chunk.name == "bext" || fourCharacters(chunk.contents.prefix(4)) == "INFO"
  }

  static func chunk(_ chunk: Chunk) -> [UInt8] {
    let size = chunk.contents.count
    return name(chunk.name) + [UInt8](little: size + headSize, 8) + chunk.contents
      + [UInt8](repeating: 0, count: (8 - size % 8) % 8)
  }
}
