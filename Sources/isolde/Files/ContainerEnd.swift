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

  /// The size in bytes of another file of the same format that follows the first and that ffmpeg did not read;
  /// 0: there is none.
  ///
  /// - Parameter seconds: the sound that came out of the decoder; some stop silently at the second file.
  static func follower(_ file: ByteFile, _ path: String, decoded seconds: Double) throws -> Int {
    let isMP4 = file.name(4) == "ftyp"
    let mark = file.bytes(0, 4)
    guard let next = isMP4 ? secondMP4(file) : try file.place(of: mark, from: 4),
      let extent = try FFmpeg.Extent(path)
    else { return 0 }
    var start = next
    if extent.seconds < 1.01 * seconds + 0.2, next < extent.end || extent.end == 0 {
      guard !isMP4, extent.end > 0, let later = try file.place(of: mark, from: extent.end) else {
        return 0
      }
      start = later
    }
    let size = file.size - start
    return size < 128 ? 0 : size  // less is an end mark
  }

  /// Where a second MP4, M4A or MOV begins.
  private static func secondMP4(_ file: ByteFile) -> Int? {
    var offset = 0
    for _ in 0..<100_000 {
      let head = file.bytes(offset, 16)
      guard head.count >= 8 else { return nil }
      if offset > 0, fourCharacters(head[4..<8]) == "ftyp" { return offset }
      let isLong = head.big(0, 4) == 1
      let size = isLong ? head.big(8, 8) : head.big(0, 4)
      guard size >= 8, size <= file.size - offset else { return nil }
      offset += size
    }
    return nil
  }
}
