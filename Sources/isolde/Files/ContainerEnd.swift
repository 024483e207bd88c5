/// Finds the true end of a container. ffmpeg does not report it: it estimates the length of a truncated file, and
/// reads only the first of several joined files.
enum ContainerEnd {
  /// Whether an AVI, WMA or similar file is shorter than its header says.
  static func isCutOff(_ file: ByteFile) -> Bool {
    switch file.name(0) {
    case "RIFF" where file.name(8) == "AVI ":
      return 8 + file.bytes(4, 4).little(0, 4) > file.size
    case "0&\u{B2}u":
      let head = file.bytes(0, 1 << 16)
      let place = head.firstRange(of: fileProperties)?.lowerBound
      return place.map { head.dropFirst($0).size(40) > file.size } ?? false
    default: return false
    }
  }

  private static let fileProperties: [UInt8] = [
    0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11, 0x8E, 0xE4, 0, 0xC0, 0x0C, 0x20, 0x53, 0x65,
  ]

  /// The size in bytes of a second MP4, M4A or MOV that follows the first; 0: there is none.
  static func follower(_ file: ByteFile) -> Int {
    guard file.name(4) == "ftyp" else { return 0 }
    var offset = 0
    for _ in 0..<100_000 {
      let head = file.bytes(offset, 16)
      guard head.count >= 8 else { return 0 }
      if offset > 0, fourCharacters(head[4..<8]) == "ftyp" { return file.size - offset }
      let isLong = head.big(0, 4) == 1
      let size = isLong ? head.big(8, 8) : head.big(0, 4)
      guard size >= 8, size <= file.size - offset else { return 0 }
      offset += size
    }
    return 0
  }
}
