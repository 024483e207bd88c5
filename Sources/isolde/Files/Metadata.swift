import CSndfile

/// A tag, by its name in Vorbis comments: TITLE, ARTIST …
struct Tag: Equatable {
  let name: String
  let value: String
}

/// A chunk of a file other than its samples, by its name in WAV: bext, iXML …
struct Chunk {
  let name: String
  let contents: [UInt8]
  var isBeforeSamples = true
}

/// A marker in a recording.
struct Marker {
  let number: Int
  /// In samples.
  let position: Int
  let label: [UInt8]
}

/// Everything in a recording but its samples: tags, chunks, markers, channel mask.
///
/// Chunks are copied byte by byte, known or not. libsndfile cannot do that: it keeps at most 100 markers without
/// names, ten kinds of tags and headers of 100 kB; and no other library writes WAV, RF64 and FLAC. What describes
/// the old samples is left out (peaks, envelopes, checksums), and the loudness in `bext` is cleared.
struct Metadata {
  /// Chunks of WAV, RF64, BW64 and W64, also those that a FLAC file has kept.
  private(set) var chunks: [Chunk] = []
  private(set) var tags: [Tag] = []
  /// Metadata blocks of FLAC other than format and tags: pictures, cue sheets …
  private(set) var blocks: [(type: Int, contents: [UInt8])] = []
  /// Chunks of AIFF or CAF, for an output of the same kind.
  private(set) var own: [Chunk] = []
  /// Where `own` comes from: "AIFF" or "CAF ".
  private(set) var kind = ""
  /// The channel mask, one bit for each loudspeaker; nil: the file has none.
  private(set) var channelMask: Int?
  /// The 14 bytes after the number of WAV's extensible format, which mark Ambisonics.
  private(set) var formatTail: [UInt8]?
  /// Whether `channelMask` holds all that CAF's chunk `chan` says.
  private var isLayoutKnown = false
  /// Names of chunks that were too large or truncated.
  private(set) var unread: [String] = []

  /// No metadata.
  init() {}

  /// Reads the metadata of a file. Parts larger than 256 MB are left out and listed in `unread`.
  init(_ file: ByteFile, _ layout: Layout?, _ decoder: any Decoder) {
    if let layout {
      kind = layout.kind
      readFormat(layout.kind == "WAVE" || layout.kind == "W64 " ? layout.format : [])
      for part in layout.chunks {
        guard part.size <= 1 << 28 else {
          unread.append(part.name)
          continue
        }
        let contents = file.bytes(part.offset, part.size)
        switch layout.kind {
        case "WAVE", "W64 ":
          add(Chunk(name: part.name, contents: contents, isBeforeSamples: part.isBeforeSamples))
        case "FLAC": addBlock(Int(part.name) ?? 127, contents)
        default: own.append(Chunk(name: part.name, contents: contents))
        }
      }
      if layout.kind == "AIFF" { readAIFF() }
      if layout.kind == "CAF " { readCAFLayout(channels: decoder.channels) }
    }
    if let decoder = decoder as? FFmpegDecoder {
      readFormat(decoder.format)
      if layout == nil || tags.isEmpty { tags = decoder.description.tags }
      if layout == nil { readExtras(decoder) }
    } else if let decoder = decoder as? SndfileDecoder, tags.isEmpty, chunks.isEmpty {
      readStrings(decoder.handle)
    }
    if tags.isEmpty { tags = ID3.tags(file.front) }
  }

  /// The metadata in the chunks of a WAV file.
  init(wave chunks: [Chunk], format: [UInt8]) {
    readFormat(format)
    for chunk in chunks { add(chunk) }
  }

  /// Makes chapters into markers, and notes a cover picture, which is not kept.
  private mutating func readExtras(_ decoder: FFmpegDecoder) {
    let markers = decoder.description.chapters.enumerated().map { index, chapter in
      Marker(
        number: index + 1, position: Int(max(0, min(chapter.start, 1e8)) * Double(decoder.rate)),
        label: Array(chapter.title.utf8))
    }
    if !markers.isEmpty { chunks += Self.waveChunks(of: markers) }
    if decoder.description.hasPicture { unread.append("a picture") }
  }

  private mutating func readFormat(_ format: [UInt8]) {
    guard format.count >= 40, format.little(0, 2) == 0xFFFE else { return }
    channelMask = format.little(20, 4)
    formatTail = Array(format[26..<40])
  }

  // ---- WAV --------------------------------------------------------------------------------------

  /// Chunks that describe the old samples, or the file itself.
  private static let ofSamples = [
    "fact", "PEAK", "levl", "md5 ", "MD5 ", "JUNK", "junk", "PAD ", "FLLR", "filr", "ds64", "fmt ",
    "data",
    "ovwf",
  ]

  private mutating func add(_ chunk: Chunk) {
    guard !Self.ofSamples.contains(chunk.name) else { return }
    var chunk = chunk
    if chunk.name == "bext" {
      chunk = Chunk(
        name: "bext", contents: Self.clearingLoudness(chunk.contents),
        isBeforeSamples: chunk.isBeforeSamples)
    }
    chunks.append(chunk)
    if chunk.name == "LIST", fourCharacters(chunk.contents.prefix(4)) == "INFO" {
      for part in Self.parts(chunk.contents.dropFirst(4)) {
        let name = Self.infoNames.first { $0.info == part.name }?.tag ?? part.name
        tags.append(Tag(name: name, value: Self.text(part.contents)))
      }
    }
    if Self.isID3(chunk) {
      for tag in ID3.tags(chunk.contents) where !tags.contains(where: { $0.name == tag.name }) {
        tags.append(tag)
        namesInID3.insert(tag.name)
      }
    }
  }

  /// Names of the tags that stand only in an ID3 chunk.
  private var namesInID3: Set<String> = []

  private static func isID3(_ chunk: Chunk) -> Bool { ["id3 ", "ID3 "].contains(chunk.name) }

  /// Clears the loudness: 7FFF is "not measured" (EBU Tech 3285, supplement 5). Versions 0 and 1 have no loudness.
  private static func clearingLoudness(_ bext: [UInt8]) -> [UInt8] {
    guard bext.count >= 422, bext.little(346, 2) >= 2 else { return bext }
    var bext = bext
    for value in 0..<5 {
      bext.replaceSubrange((412 + 2 * value)..<(414 + 2 * value), with: [0xFF, 0x7F])
    }
    return bext
  }

  /// The chunks within a chunk.
  static func parts(_ bytes: some Collection<UInt8>) -> [Chunk] {
    let bytes = Array(bytes)
    var parts: [Chunk] = []
    var offset = 0
    while offset + 8 <= bytes.count {
      let size = min(bytes.little(offset + 4, 4), bytes.count - offset - 8)
      parts.append(
        Chunk(
          name: fourCharacters(bytes[offset..<offset + 4]),
          contents: Array(bytes[(offset + 8)..<(offset + 8 + size)])))
      offset += 8 + size + size % 2
    }
    return parts
  }

  /// A text without the zeros at its end: UTF-8, or Latin-1 when it is not valid UTF-8.
  private static func text(_ bytes: [UInt8]) -> String {
    let bytes = bytes.prefix { $0 != 0 }
    return String(validating: bytes, as: UTF8.self) ?? fourCharacters(bytes)
  }

  /// Names in WAV's list INFO, and the names of the same tags in Vorbis comments.
  private static let infoNames: [(info: String, tag: String)] = [
    ("INAM", "TITLE"), ("IART", "ARTIST"), ("IPRD", "ALBUM"), ("ICRD", "DATE"), ("ICMT", "COMMENT"),
    ("IGNR", "GENRE"), ("IPRT", "TRACKNUMBER"), ("ITRK", "TRACKNUMBER"), ("IPRT", "TRACK"),
    ("ICOP", "COPYRIGHT"),
    ("ISFT", "ENCODER"), ("ISFT", "SOFTWARE"), ("ILNG", "LANGUAGE"), ("IENG", "ENGINEER"),
    ("ITCH", "ENCODED_BY"),
    ("ISBJ", "SUBJECT"), ("IKEY", "KEYWORDS"), ("ISRC", "SOURCE"), ("IMED", "MEDIUM"),
    ("IARL", "ARCHIVAL_LOCATION"),
    ("ICMS", "COMMISSIONED"), ("IWRI", "WRITER"), ("IPRO", "PRODUCER"), ("ISRF", "SOURCE_FORM"),
    ("ICMT", "DESCRIPTION"),
  ]

  /// Tags for a WAV file without a list INFO of its own, as such a list, and the tags that INFO has no name for.
  private var newTags: (info: Chunk?, others: [Tag]) {
    let lists = chunks.filter {
      $0.name == "LIST" && fourCharacters($0.contents.prefix(4)) == "INFO"
    }
    let held = lists.flatMap { Self.parts($0.contents.dropFirst(4)) }
    var names = Set(held.map(\.name))
    var body: [UInt8] = []
    var others: [Tag] = []
    for tag in tags where !namesInID3.contains(tag.name) {
      let name = Self.infoNames.first { $0.tag == tag.name }?.info ?? tag.name
      if held.contains(where: { $0.name == name && Self.text($0.contents) == tag.value }) {
        continue
      }
      let isCode = name.utf8.count == 4 && name.utf8.first == UInt8(ascii: "I")
      if isCode, names.insert(name).inserted {
        body += Chunk(name: name, contents: Array(tag.value.utf8) + [0]).riff
      } else {
        others.append(tag)
      }
    }
    let info = body.isEmpty ? nil : Chunk(name: "LIST", contents: Array(name: "INFO") + body)
    return (info, others)
  }

  /// The chunks for a WAV file.
  var waveChunks: [Chunk] {
    let (info, others) = newTags
    var all = chunks
    if let info { all.append(info) }
    if !others.isEmpty, !all.contains(where: Self.isID3) {
      all.append(Chunk(name: "id3 ", contents: ID3.bytes(others)))
    }
    if kind == "AIFF" { all += aiffChunksForWave }
    return all
  }

  /// What `waveChunks` leaves out.
  var lostInWave: [String] {
    var lost = unread
    if chunks.contains(where: Self.isID3) { lost += newTags.others.map(\.name) }
    lost += blocks.map { Self.blockName($0.type) }
    if kind == "AIFF" { lost += own.filter { !Self.understoodAIFF.contains($0.name) }.map(\.name) }
    if kind == "CAF " { lost += own.filter { !isUnderstoodInCAF($0.name) }.map(\.name) }
    return lost
  }

  // ---- FLAC -------------------------------------------------------------------------------------

  private mutating func addBlock(_ type: Int, _ contents: [UInt8]) {
    switch type {
    case 1, 3: break  // padding; places of the old frames
    case 4: readComments(contents)
    case 2
    where fourCharacters(contents.prefix(4)) == "riff"
      || fourCharacters(contents.prefix(4)) == "w64 ":
      let chunk = contents.dropFirst(4)
      let name = fourCharacters(chunk.prefix(4))
      guard chunk.count >= 8, !["RIFF", "RF64", "BW64", "riff"].contains(name) else { break }
      if name == "fmt " { readFormat(Array(chunk.dropFirst(8))) }
      if name == "data" { isBehindSamples = true }
      let size = min(Array(chunk).little(4, 4), chunk.count - 8)
      let ours = (tags, namesInID3)
      add(
        Chunk(
          name: name, contents: Array(chunk.dropFirst(8).prefix(size)),
          isBeforeSamples: !isBehindSamples))
      (tags, namesInID3) = ours  // FLAC's own tags are the more recent ones
    default: blocks.append((type, contents))
    }
  }

  private var isBehindSamples = false

  private mutating func readComments(_ bytes: [UInt8]) {
    var offset = 4 + bytes.little(0, 4)
    let count = bytes.little(offset, 4)
    offset += 4
    for _ in 0..<min(count, bytes.count) where offset + 4 <= bytes.count {
      let length = min(bytes.little(offset, 4), bytes.count - offset - 4)
      let text = bytes[(offset + 4)..<(offset + 4 + length)]
      offset += 4 + length
      guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = String(decoding: text[..<equals], as: UTF8.self).uppercased()
      let value = String(decoding: text[(equals + 1)...], as: UTF8.self)
      if name == "WAVEFORMATEXTENSIBLE_CHANNEL_MASK" {
        channelMask = Int(value.drop { "0xX".contains($0) }, radix: 16) ?? 0
        continue
      }
      tags.append(Tag(name: name, value: value))
    }
  }

  /// The tags as a metadata block of FLAC. `vendor` is the encoder's name.
  func comments(vendor: [UInt8]) -> [UInt8] {
    var all = tags
    if let channelMask {
      all.append(
        Tag(
          name: "WAVEFORMATEXTENSIBLE_CHANNEL_MASK",
          value: "0x" + String(channelMask, radix: 16, uppercase: true)))
    }
    var bytes = [UInt8](little: vendor.count, 4) + vendor + [UInt8](little: all.count, 4)
    for tag in all {
      let text = Array("\(tag.name)=\(tag.value)".utf8)
      bytes += [UInt8](little: text.count, 4) + text
    }
    return bytes
  }

  private static func blockName(_ type: Int) -> String {
    [2: "an application's block", 5: "a cue sheet", 6: "a picture"][type] ?? "block \(type)"
  }

  // ---- AIFF -------------------------------------------------------------------------------------

  private static let aiffNames = [
    ("NAME", "TITLE"), ("AUTH", "ARTIST"), ("(c) ", "COPYRIGHT"), ("ANNO", "COMMENT"),
  ]
  private static let understoodAIFF = [
    "NAME", "AUTH", "(c) ", "ANNO", "MARK", "ID3 ", "iXML", "FVER", "PEAK",
  ]
  private func isUnderstoodInCAF(_ name: String) -> Bool {
    name == "chan" ? isLayoutKnown : name == "info" || Self.ofCAFSamples.contains(name)
  }
  /// Chunks of CAF that describe the old samples.
  private static let ofCAFSamples = ["free", "peak", "pakt", "ovvw", "kuki"]

  private mutating func readAIFF() {
    own.removeAll { ["FVER", "PEAK"].contains($0.name) }
    for chunk in own {
      guard let name = Self.aiffNames.first(where: { $0.0 == chunk.name })?.1 else { continue }
      tags.append(Tag(name: name, value: Self.text(chunk.contents)))
    }
  }

  /// The markers of AIFF, or of WAV's cue chunk and its labels.
  var markers: [Marker] {
    if let mark = own.first(where: { $0.name == "MARK" })?.contents, kind == "AIFF" {
      var markers: [Marker] = []
      var offset = 2
      for _ in 0..<mark.big(0, 2) where offset + 7 <= mark.count {
        let length = min(Int(mark[offset + 6]), mark.count - offset - 7)
        markers.append(
          Marker(
            number: mark.big(offset, 2), position: mark.big(offset + 2, 4),
            label: Array(mark[(offset + 7)..<(offset + 7 + length)])))
        offset += 7 + length + (length + 1) % 2
      }
      return markers
    }
    guard let cue = chunks.first(where: { $0.name == "cue " })?.contents else { return [] }
    var labels: [Int: [UInt8]] = [:]
    for list in chunks
    where list.name == "LIST" && fourCharacters(list.contents.prefix(4)) == "adtl" {
      for part in Self.parts(list.contents.dropFirst(4)) where part.name == "labl" {
        labels[part.contents.little(0, 4)] = Array(part.contents.dropFirst(4).prefix { $0 != 0 })
      }
    }
    return (0..<min(cue.little(0, 4), cue.count / 24)).map { index in
      let number = cue.little(4 + 24 * index, 4)
      return Marker(
        number: number, position: cue.little(24 + 24 * index, 4), label: labels[number] ?? [])
    }
  }

  /// Markers as WAV's cue chunk and its labels.
  private static func waveChunks(of markers: [Marker]) -> [Chunk] {
    var cue = [UInt8](little: markers.count, 4)
    var labels = [UInt8](name: "adtl")
    for marker in markers {
      let position = [UInt8](little: marker.position, 4)
      cue += [UInt8](little: marker.number, 4)
      cue += position
      cue += [UInt8](name: "data")
      cue += [UInt8](repeating: 0, count: 8)
      cue += position
      var label = [UInt8](little: marker.number, 4)
      label += marker.label
      label.append(0)
      labels += Chunk(name: "labl", contents: label).riff
    }
    return [Chunk(name: "cue ", contents: cue), Chunk(name: "LIST", contents: labels)]
  }

  private var aiffChunksForWave: [Chunk] {
    let markers = self.markers
    var all = markers.isEmpty ? [] : Self.waveChunks(of: markers)
    for chunk in own where ["iXML", "ID3 "].contains(chunk.name) {
      all.append(Chunk(name: chunk.name == "ID3 " ? "id3 " : chunk.name, contents: chunk.contents))
    }
    return all
  }

  /// The chunks for an AIFF file, and the names of what it cannot hold.
  var aiffChunks: (chunks: [Chunk], lost: [String]) {
    if kind == "AIFF" { return (own, unread) }
    var all: [Chunk] = []
    var lost = lostOutsideWave(understood: ["id3 ", "ID3 ", "iXML", "cue "], holdsTags: true)
    var others: [Tag] = []
    for tag in tags where !namesInID3.contains(tag.name) {
      if let name = Self.aiffNames.first(where: { $0.1 == tag.name })?.0 {
        all.append(Chunk(name: name, contents: Array(tag.value.utf8)))
      } else {
        others.append(tag)
      }
    }
    if chunks.contains(where: Self.isID3) {
      lost += others.map(\.name)
    } else if !others.isEmpty {
      all.append(Chunk(name: "ID3 ", contents: ID3.bytes(others)))
    }
    let markers = self.markers
    if !markers.isEmpty, markers.count < 1 << 16 {
      var body = [UInt8](big: markers.count, 2)
      for (index, marker) in markers.enumerated() {
        let label = marker.label.prefix(255)
        body += [UInt8](big: index + 1, 2)
        body += [UInt8](big: marker.position, 4)
        body.append(UInt8(label.count))
        body += label
        if label.count % 2 == 0 { body.append(0) }
      }
      all.append(Chunk(name: "MARK", contents: body))
    }
    for chunk in chunks where chunk.name == "iXML" || Self.isID3(chunk) {
      all.append(Chunk(name: chunk.name == "iXML" ? "iXML" : "ID3 ", contents: chunk.contents))
    }
    return (all, lost)
  }

  // ---- CAF, and files with tags or nothing ------------------------------------------------------

  /// CAF's numbers of the layouts whose channels are in WAV's order, with WAV's channel masks.
  private static let masksOfLayouts: [Int: Int] = [
    100 << 16 | 1: 0x4, 101 << 16 | 2: 0x3, 102 << 16 | 2: 0x3, 108 << 16 | 4: 0x33,
    113 << 16 | 3: 0x7, 115 << 16 | 4: 0x107, 117 << 16 | 5: 0x37, 121 << 16 | 6: 0x3F,
    125 << 16 | 7: 0x13F, 126 << 16 | 8: 0xFF, 131 << 16 | 3: 0x103, 132 << 16 | 4: 0x33,
    133 << 16 | 3: 0xB, 134 << 16 | 4: 0x10B, 135 << 16 | 5: 0x3B, 136 << 16 | 4: 0xF,
    137 << 16 | 5: 0x10F,
  ]

  /// Reads CAF's channel layout: a mask like WAV's, a list of channels, or the number of a layout.
  private mutating func readCAFLayout(channels: Int) {
    guard let layout = own.first(where: { $0.name == "chan" })?.contents else { return }
    let tag = layout.big(0, 4)
    let mask: Int?
    switch tag {
    case 1 << 16: mask = layout.big(4, 4)
    case 147 << 16 | channels: mask = 0  // discrete channels
    case 0:
      let places = (0..<min(layout.big(8, 4), layout.count / 20)).map {
        layout.big(12 + 20 * $0, 4)
      }
      let isInOrder = places == places.sorted() && places.allSatisfy { (1...18).contains($0) }
      mask = isInOrder ? places.reduce(0) { $0 | 1 << ($1 - 1) } : nil
    default: mask = Self.masksOfLayouts[tag]
    }
    guard let mask, mask == 0 || mask.nonzeroBitCount == channels else { return }
    isLayoutKnown = true
    if !Self.isOrdinary(mask) { channelMask = mask }
  }

  /// Whether it is plain mono or stereo, which needs no mask.
  private static func isOrdinary(_ mask: Int) -> Bool { mask == 0x4 || mask == 0x3 }

  /// What is lost in a format without a channel mask.
  var lostPlaces: [String] {
    let isTold = channelMask.map { $0 != 0 && !Self.isOrdinary($0) } ?? false
    return isTold ? ["the channel mask"] : []
  }

  /// The chunks for a CAF file, and the names of what it cannot hold.
  var cafChunks: (chunks: [Chunk], lost: [String]) {
    if kind == "CAF " {
      return (own.filter { !Self.ofCAFSamples.contains($0.name) }, unread)
    }
    var body = [UInt8](big: tags.count, 4)
    for text in tags.flatMap({ [$0.name.lowercased(), $0.value] }) {
      body += text.utf8
      body.append(0)
    }
    var all = tags.isEmpty ? [] : [Chunk(name: "info", contents: body)]
    if !lostPlaces.isEmpty, let channelMask {
      let layout = [1 << 16, channelMask, 0].flatMap { [UInt8](big: $0, 4) }
      all.append(Chunk(name: "chan", contents: layout))
    }
    return (all, lostOutsideWave(understood: [], holdsTags: true))
  }

  /// What is lost in a format without chunks: the names of chunks, blocks and, unless it holds them, tags.
  func lostOutsideWave(understood: [String] = [], holdsTags: Bool) -> [String] {
    var lost = unread
    for chunk in chunks where !understood.contains(chunk.name) {
      if chunk.name == "LIST" {
        let type = fourCharacters(chunk.contents.prefix(4))
        if type == "INFO" || (type == "adtl" && understood.contains("cue ")) { continue }
        lost.append(type)
      } else {
        lost.append(chunk.name)
      }
    }
    lost += blocks.map { Self.blockName($0.type) }
    lost += own.filter {
      kind == "CAF " ? !isUnderstoodInCAF($0.name) : !Self.understoodAIFF.contains($0.name)
    }.map(\.name)
    if !holdsTags { lost += tags.map(\.name) }
    return lost
  }

  private mutating func readStrings(_ handle: OpaquePointer) {
    let kinds: [(Int, String)] = [
      (SF_STR_TITLE, "TITLE"), (SF_STR_COPYRIGHT, "COPYRIGHT"), (SF_STR_ARTIST, "ARTIST"),
      (SF_STR_COMMENT, "COMMENT"), (SF_STR_DATE, "DATE"), (SF_STR_ALBUM, "ALBUM"),
      (SF_STR_TRACKNUMBER, "TRACKNUMBER"), (SF_STR_GENRE, "GENRE"),
    ]
    for (number, name) in kinds {
      guard let text = sf_get_string(handle, Int32(number)) else { continue }
      tags.append(Tag(name: name, value: String(cString: text)))
    }
  }
}

extension Chunk {
  /// The chunk as bytes of a WAV file.
  var riff: [UInt8] {
    [UInt8](name: name) + [UInt8](little: contents.count, 4) + contents
      + [UInt8](repeating: 0, count: contents.count % 2)
  }
}
