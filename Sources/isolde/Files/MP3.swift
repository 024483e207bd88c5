/// The frames of an MP3 file, after its tags.
struct MP3 {
  private let file: ByteFile
  private let start: Int

  /// Nil when the file has no MP3 frames.
  init?(_ file: ByteFile) {
    var start = 0
    while fourCharacters(file.bytes(start, 3)) == "ID3" {
      start += 10 + file.bytes(start + 6, 4).reduce(0) { $0 << 7 | Int($1 & 0x7F) }
    }
    guard Frame(file.bytes(start, 4)) != nil else { return nil }
    (self.file, self.start) = (file, start)
  }

  /// The length stated by the Xing table in the first frame; nil: there is no table.
  var length: StatedLength? {
    guard let frame = Frame(file.bytes(start, 4)) else { return nil }
    let table = file.bytes(start + 4 + frame.sideBytes, 160)
    guard ["Xing", "Info"].contains(fourCharacters(table.prefix(4))), table.count > 12,
      table[7] & 1 != 0
    else { return nil }
    let frames = table.big(8, 4)
    guard frames > 0 else { return nil }
    // The encoder's delay and padding follow flags, frames, bytes, seek table and quality.
    let flags = table.big(4, 4)
    let encoder = 12 + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
    let hidden = encoder + 24 <= table.count ? table.big(encoder + 21, 3) : 0
    let count = frames * frame.samples - (hidden >> 12) - (hidden & 0xFFF)
    return StatedLength(count: max(0, count), tolerance: 2 * frame.samples)
  }

  /// Whether the last frame is incomplete. Frames are followed only as long as nothing stands between them.
  var isCutOff: Bool {
    var offset = start
    var part: [UInt8] = []
    var partStart = 0
    while offset + 4 <= file.size {
      if offset + 4 > partStart + part.count {
        partStart = offset
        part = file.bytes(offset, 1 << 20)
      }
      let place = offset - partStart
      guard place + 4 <= part.count, let frame = Frame(part[place..<place + 4]) else {
        return false
      }
      offset += frame.size
    }
    return offset > file.size
  }

  /// The header of a frame, its first four bytes.
  private struct Frame {
    /// Size in bytes, header included.
    let size: Int
    /// Samples a channel.
    let samples: Int
    /// Size of the side information, bytes.
    let sideBytes: Int

    private static let rates = [44_100, 48_000, 32_000]
    private static let kilobits = [
      0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ]
    private static let kilobitsOfHalfRates = [
      0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160,
    ]

    /// Nil when the bytes do not begin a frame of layer III.
    init?(_ bytes: some Collection<UInt8>) {
      let head = Array(bytes)
      guard head.count == 4, head[0] == 0xFF, head[1] & 0xE6 == 0xE2 else { return nil }
      // 3: MPEG 1. 2: MPEG 2, at half the rates. 0: MPEG 2.5, at a quarter of them.
      let version = head[1] >> 3 & 3
      let (bits, rate) = (Int(head[2] >> 4), Int(head[2] >> 2 & 3))
      guard version != 1, (1...14).contains(bits), rate < 3 else { return nil }
      let isFirst = version == 3
      let hertz = Self.rates[rate] >> (isFirst ? 0 : version == 2 ? 1 : 2)
      let kilobits = isFirst ? Self.kilobits[bits] : Self.kilobitsOfHalfRates[bits]
      samples = isFirst ? 1_152 : 576
      size = samples / 8 * kilobits * 1_000 / hertz + Int(head[2] >> 1 & 1)
      let isMono = head[3] & 0xC0 == 0xC0
      sideBytes = isFirst ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
    }
  }
}
