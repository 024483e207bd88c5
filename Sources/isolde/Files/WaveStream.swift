import Glibc

/// Decodes WAV from a pipe: the header, then samples until the pipe ends. Sizes in the header are not trusted, as the
/// writer could not know them.
final class WaveStream: Decoder {
  let rate: Int
  let channels: Int
  let stored: StoredSamples
  let complaint: String? = nil
  /// The contents of the chunk `fmt `.
  let format: [UInt8]
  /// Bytes of samples according to the header; nil when it does not say.
  let statedBytes: Int?
  /// All chunks but format and samples. Those after the samples are known once `readTail` was called.
  private(set) var chunks: [Chunk] = []
  /// Number of bytes after the samples that are not chunks.
  private(set) var excess = 0
  private var rest: Int
  private let descriptor: Int32
  private let width: Int
  private var memory: [UInt8] = []

  /// Reads the header. Nil when it is not that of an uncompressed WAV file.
  init?(_ descriptor: Int32) throws {
    self.descriptor = descriptor
    func take(_ count: Int) throws -> [UInt8]? {
      var bytes = [UInt8](repeating: 0, count: count)
      return try readAll(descriptor, &bytes) == count ? bytes : nil
    }
    guard let head = try take(12),
      ["RIFF", "RF64", "BW64"].contains(fourCharacters(head.prefix(4))),
      fourCharacters(head.suffix(4)) == "WAVE"
    else { return nil }
    var format: [UInt8] = []
    var longSize: Int?
    var stated = -1
    while stated < 0 {
      guard let chunk = try take(8) else { return nil }
      let size = chunk.little(4, 4)
      let name = fourCharacters(chunk.prefix(4))
      if name == "data" {
        stated = size
        if size == 0xFFFF_FFFF, let longSize, longSize > 0 { stated = longSize }
      } else {
        guard size < 1 << 26, let contents = try take(size + size % 2) else { return nil }
        switch name {
        case "fmt ": format = contents
        case "ds64": longSize = contents.size(8)
        default: chunks.append(Chunk(name: name, contents: Array(contents.prefix(size))))
        }
      }
    }
    guard format.count >= 16, let stored = Self.stored(format) else { return nil }
    let isOpen = stated == 0 || stated >= 0x7FFF_F000 && longSize != stated
    self.format = format
    self.stored = stored
    statedBytes = isOpen ? nil : stated
    rest = isOpen ? .max : stated
    channels = format.little(2, 2)
    rate = format.little(4, 4)
    width = format.little(14, 2) / 8
    guard channels > 0, format.little(12, 2) == channels * width else { return nil }
  }

  /// Size in bytes of one sample of all channels.
  var frameBytes: Int { channels * width }

  /// Reads samples without a header, until the pipe ends.
  init(raw descriptor: Int32, rate: Int, channels: Int, stored: StoredSamples) {
    self.descriptor = descriptor
    (self.rate, self.channels, self.stored) = (rate, channels, stored)
    (format, statedBytes, rest) = ([], nil, .max)
    width = stored.width
  }

  private static func stored(_ format: [UInt8]) -> StoredSamples? {
    let tag = format.little(0, 2)
    let bits = format.little(14, 2)
    switch tag == 0xFFFE ? format.little(24, 2) : tag {
    case 1 where [8, 16, 24, 32].contains(bits): return .integer(bits: bits)
    case 3 where [32, 64].contains(bits): return .float(bits: bits)
    default: return nil
    }
  }

  /// Reads what follows the samples, to the end, so that the writer of the pipe does not fail.
  func readTail() throws {
    guard let statedBytes else { return }
    var tail: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = try readAll(descriptor, &part), count > 0 {
      if tail.count < 1 << 26 { tail += part.prefix(count) } else { excess += count }
    }
    var place = statedBytes % 2
    while place + 8 <= tail.count {
      let name = fourCharacters(tail[place..<place + 4])
      let size = tail.little(place + 4, 4)
      let isName = name.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) }
      guard isName, size <= tail.count - place - 8 else { break }
      chunks.append(
        Chunk(
          name: name, contents: Array(tail[(place + 8)..<(place + 8 + size)]),
          isBeforeSamples: false))
      place += 8 + size + size % 2
    }
    if place < tail.count { excess += tail.count - place }
  }

  func read(_ count: Int, into samples: inout RawSamples) throws -> Int {
    let frame = channels * width
    let size = min(count * frame, rest)
    if memory.count != size { memory = [UInt8](repeating: 0, count: size) }
    let got = try readAll(descriptor, &memory) / frame
    rest -= rest == .max ? 0 : got * frame
    let values = got * channels
    memory.withUnsafeBytes { bytes in
      switch stored {
      case .float(bits: 64):
        samples = .doubles(
          (0..<values).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) })
      case .float, .lossy:
        samples = .floats(
          (0..<values).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) })
      case .integer:
        samples = .integers(
          (0..<values).map { index in
            var value: UInt32 = 0
            for byte in 0..<width {
              value |= UInt32(bytes[index * width + byte]) << (32 - 8 * (width - byte))
            }
            return Int32(bitPattern: width == 1 ? value ^ 0x8000_0000 : value)
          })
      }
    }
    return got
  }
}

/// Fills the bytes; returns how many, fewer at the end of the file or pipe.
func readAll(_ descriptor: Int32, _ bytes: inout [UInt8]) throws -> Int {
  let size = bytes.count
  return try bytes.withUnsafeMutableBytes { bytes in
    try transfer(size) { done in
      Glibc.read(descriptor, bytes.baseAddress.map { $0 + done }, size - done)
    }
  }
}
