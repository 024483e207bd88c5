/// How many samples a channel a file's header announces.
struct StatedLength {
  let count: Int
  /// Samples by which a decoder may differ from it without a fault.
  let tolerance: Int

  /// Nil when the header leaves it open.
  static func of(_ file: ByteFile, _ layout: Layout?, _ decoder: any Decoder) -> StatedLength? {
    if let decoder = decoder as? FFmpegDecoder { return of(file, decoder) }
    if let count = layout?.statedCount { return StatedLength(count: count, tolerance: 0) }
    guard let own = decoder as? SndfileDecoder else { return nil }
    guard let layout, let stated = layout.statedBytes else {
      return MP3Table(file)?.length
    }
    if own.format.isPlain {
      let width = SoundFormat(container: .wav, stored: own.stored).frameSize(own.channels)
      return StatedLength(count: stated / width, tolerance: 0)
    }
    guard stated != layout.bytes, layout.bytes > 0 else { return nil }
    let count = Double(own.count) * Double(stated) / Double(layout.bytes)
    return StatedLength(count: Int(count), tolerance: 0)
  }

  private static func of(_ file: ByteFile, _ decoder: FFmpegDecoder) -> StatedLength? {
    let description = decoder.description
    let format = description.values["format.format_name"]
    if format == "mp3" { return MP3Table(file)?.length }
    guard format != "ogg",
      !description.warnings.contains(where: { $0.contains("Estimating duration") })
    else { return nil }
    // Pictures may go on when the sound has ended: only its own length counts then.
    let isAlone = description.values["format.nb_streams"] == "1"
    let told =
      [description["duration"], description["tags.DURATION"]]
      + (isAlone ? [description.values["format.duration"]] : [])
    guard let seconds = told.compactMap({ $0.flatMap(seconds) }).first else { return nil }
    // Two frames of AAC at half the rate, and times in milliseconds.
    return StatedLength(
      count: Int(seconds * Double(decoder.rate)), tolerance: max(4_096, decoder.rate / 20))
  }

  /// From "1.5" or "00:00:01.5".
  private static func seconds(_ text: String) -> Double? {
    let parts = text.split(separator: ":").map { Double($0) }
    guard !parts.contains(nil) else { return nil }
    return parts.reduce(0) { $0 * 60 + ($1 ?? 0) }
  }
}

extension SndfileFormat {
  /// Integers or floats as they are, not compressed.
  var isPlain: Bool {
    switch stored {
    case .lossy: false
    case .integer, .float: !(0x70...0x7F).contains(encoding)
    }
  }
}

/// The table of an MP3 file's first frame, by Xing, which counts the frames.
struct MP3Table {
  let length: StatedLength

  private static func firstFrame(_ file: ByteFile) -> Int? {
    var start = 0
    while fourCharacters(file.bytes(start, 3)) == "ID3" {
      start += 10 + file.bytes(start + 6, 4).reduce(0) { $0 << 7 | Int($1 & 0x7F) }
    }
    let head = file.bytes(start, 4)
    guard head.count == 4, head[0] == 0xFF, head[1] & 0xE0 == 0xE0, head[1] & 0x06 == 0x02 else {
      return nil
    }
    return start
  }

  /// Nil when there is none.
  init?(_ file: ByteFile) {
    guard let start = Self.firstFrame(file) else { return nil }
    let head = file.bytes(start, 4)
    let isFirst = head[1] & 0x18 == 0x18  // MPEG 1; 2 and 2.5 have half the samples
    let isMono = head[3] & 0xC0 == 0xC0
    let side = isFirst ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
    let table = file.bytes(start + 4 + side, 160)
    guard ["Xing", "Info"].contains(fourCharacters(table.prefix(4))), table.count > 12,
      table[7] & 1 != 0
    else {
      return nil
    }
    let frames = table.big(8, 4)
    guard frames > 0 else { return nil }
    let samples = frames * (isFirst ? 1_152 : 576)
    // Behind flags, bytes, places and quality: the encoder's delay and padding.
    let flags = table.big(4, 4)
    let encoder =
      8 + 4 * (flags & 1) + 4 * (flags >> 1 & 1) + 100 * (flags >> 2 & 1) + 4 * (flags >> 3 & 1)
    let padding = encoder + 24 <= table.count ? table.big(encoder + 21, 3) : 0
    let hidden = padding >> 12 + padding & 0xFFF
    length = StatedLength(count: max(0, samples - hidden), tolerance: 2 * 1_152)
  }
}

/// The pages of an Ogg file.
enum OggPages {
  /// True for an Ogg file whose last page does not say that it is the last.
  static func isCutOff(_ file: ByteFile) -> Bool {
    guard file.name(0) == "OggS" else { return false }
    let length = min(file.size, 70_000)  // a page has at most 65,307 bytes
    let start = file.size - length
    let end = file.bytes(start, length)
    var place = end.count - 27
    while place >= 0 {
      if end[place] == 0x4F, fourCharacters(end[place..<place + 4]) == "OggS", end[place + 4] == 0 {
        let lacing = end[(place + 27)...].prefix(Int(end[place + 26]))
        let size = 27 + Int(end[place + 26]) + lacing.reduce(0) { $0 + Int($1) }
        return end[place + 5] & 4 == 0 || place + size > end.count
      }
      place -= 1
    }
    return true
  }
}
