/// An ID3 chunk in WAV or AIFF, for tags that have no other place there.
enum ID3 {
  private static let names = [
    "TIT2": "TITLE", "TPE1": "ARTIST", "TALB": "ALBUM", "TRCK": "TRACKNUMBER", "TDRC": "DATE",
    "TYER": "DATE", "TCON": "GENRE", "TCOP": "COPYRIGHT", "TCOM": "COMPOSER",
    "TPUB": "ORGANIZATION",
    "TSRC": "ISRC",
  ]

  /// Writes tags as user-defined text frames of ID3 2.4.
  static func bytes(_ tags: [Tag]) -> [UInt8] {
    var frames: [UInt8] = []
    for tag in tags {
      let text = Array("\u{3}\(tag.name)\u{0}\(tag.value)".utf8)  // 3: UTF-8
      frames += Array("TXXX".utf8)
      frames += syncSafe(text.count)
      frames += [0, 0]
      frames += text
    }
    return Array("ID3\u{4}\u{0}\u{0}".utf8) + syncSafe(frames.count) + frames
  }

  /// Reads the text frames of ID3 2.3 or 2.4.
  static func tags(_ bytes: [UInt8]) -> [Tag] {
    guard bytes.count > 10, fourCharacters(bytes.prefix(3)) == "ID3", [3, 4].contains(bytes[3]),
      bytes[5] & 0x40 == 0
    else { return [] }
    let isNew = bytes[3] == 4
    var tags: [Tag] = []
    var offset = 10
    while offset + 10 < bytes.count, bytes[offset] != 0 {
      let name = fourCharacters(bytes[offset..<offset + 4])
      let sizes = bytes[(offset + 4)..<(offset + 8)]
      let size = isNew ? sizes.reduce(0) { $0 << 7 | Int($1 & 0x7F) } : Array(sizes).big(0, 4)
      let contents = bytes[(offset + 10)...].prefix(size)
      offset += 10 + size
      guard name.hasPrefix("T"), let encoding = contents.first else { continue }
      var parts = texts(Array(contents.dropFirst()), encoding)
      let isOwn = name == "TXXX" && parts.count > 1
      let tag = isOwn ? parts.removeFirst().uppercased() : names[name]
      if let tag, let value = parts.first, !value.isEmpty {
        tags.append(Tag(name: tag, value: value))
      }
    }
    return tags
  }

  /// Splits a frame into the strings between its zeros.
  private static func texts(_ bytes: [UInt8], _ encoding: UInt8) -> [String] {
    let text: String
    switch encoding {
    case 0: text = fourCharacters(bytes)
    case 1, 2:
      let isBig = encoding == 2 || bytes.starts(with: [0xFE, 0xFF])
      let units = stride(from: 0, to: bytes.count - 1, by: 2).map {
        UInt16(isBig ? bytes.big($0, 2) : bytes.little($0, 2))
      }
      text = String(decoding: units.filter { $0 != 0xFEFF }, as: UTF16.self)
    default: text = String(decoding: bytes, as: UTF8.self)
    }
    return text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
  }

  private static func syncSafe(_ value: Int) -> [UInt8] {
    stride(from: 21, through: 0, by: -7).map { UInt8(value >> $0 & 0x7F) }
  }
}
