/// WAV: RIFF as long as it fits, else RF64, the same with sizes of 64 bits (EBU Tech 3306).
///
/// Chunks of the recording stand where they stood, before or behind the samples.
final class WaveEncoder: Encoder {
  let lost: [String]
  private let file: PartialFile
  private let stored: StoredSamples
  private let channels: Int
  private let width: Int
  private let isAlways64: Bool
  /// Where ds64 stands or would stand; nil: there is no room for it.
  private var longSizes: Int?
  private var count: Int?
  private var samplesOffset = 0
  private var end = 0
  private let trailing: [Chunk]
  private var memory: [UInt8] = []

  init(_ file: PartialFile, _ format: SoundFormat, like source: SoundReader) throws {
    self.file = file
    stored = format.stored
    channels = source.channels
    width = format.frameSize(1)
    isAlways64 = format.container == .rf64
    let metadata = source.metadata
    lost = metadata.lostInWave
    let chunks = metadata.waveChunks
    trailing = chunks.filter { !$0.isBeforeSamples }
    let leading = chunks.filter(\.isBeforeSamples)

    var head = [UInt8](name: "RIFF") + [0, 0, 0, 0] + [UInt8](name: "WAVE")
    // Room for ds64 unless it is sure not to be needed.
    let expected = source.expectedCount.map { $0 * channels * width } ?? .max
    if isAlways64 || expected > 1 << 31 {
      longSizes = head.count
      head += Chunk(name: "JUNK", contents: [UInt8](repeating: 0, count: 28)).riff
    }
    head += Chunk(name: "fmt ", contents: Self.format(stored, source, width: width)).riff
    if case .float = stored {
      count = head.count + 8
      head += Chunk(name: "fact", contents: [0, 0, 0, 0]).riff
    }
    for chunk in leading { head += chunk.riff }
    head += [UInt8](name: "data") + [0, 0, 0, 0]
    samplesOffset = head.count
    end = head.count
    try file.write(head, at: 0)
  }

  /// The contents of the fmt chunk.
  static func format(_ stored: StoredSamples, _ source: SoundReader, width: Int) -> [UInt8] {
    let isFloat = if case .float = stored { true } else { false }
    let code = isFloat ? 3 : 1
    let (channels, rate, metadata) = (source.channels, source.rate, source.metadata)
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
    memory.removeAll(keepingCapacity: true)
    memory.reserveCapacity(samples.count * width)
    switch stored {
    case .float(bits: 64): for sample in samples { append(sample.bitPattern) }
    case .float: for sample in samples { append(Float(sample).bitPattern) }
    case .integer, .lossy:
      let scale = Double(1 << (8 * width - 1))
      for sample in samples {
        var value = Int32(sample * scale)
        if width == 1 { value += 128 }
        for byte in 0..<width { memory.append(UInt8(truncatingIfNeeded: value >> Int32(8 * byte))) }
      }
    }
    try file.write(memory, at: end)
    end += memory.count
  }

  private func append(_ bits: some FixedWidthInteger) {
    withUnsafeBytes(of: bits.littleEndian) { memory.append(contentsOf: $0) }
  }

  func finish() throws {
    let size = end - samplesOffset
    var rest: [UInt8] = size % 2 == 1 ? [0] : []
    for chunk in trailing { rest += chunk.riff }
    try file.write(rest, at: end)
    end += rest.count
    let samples = size / (channels * width)
    let isLong = isAlways64 || end - 8 > 0xFFFF_FFFE
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
