/// Where the parts of a sound file lie: found from its bytes, as headers can be wrong.
///
/// Known for the containers with chunks (WAV, RF64, BW64, W64, AIFF, CAF), for FLAC and for AU.
struct Layout {
  /// A part other than format and samples.
  struct Chunk {
    let name: String
    /// Where its contents begin.
    let offset: Int
    let size: Int
    let isBeforeSamples: Bool
  }

  /// "WAVE", "W64 ", "AIFF", "CAF ", "FLAC" or "AU  ".
  var kind: String
  /// All chunks but format and samples, in order; empty for big-endian WAV.
  var chunks: [Chunk] = []
  /// The contents of WAV's fmt chunk.
  var format: [UInt8] = []
  var samplesOffset = 0
  /// Bytes of samples according to the header; nil when it does not say.
  var statedBytes: Int?
  /// Bytes of samples in the file.
  var bytes = 0
  /// Samples a channel according to the header, in formats that state this instead of bytes.
  var statedCount: Int?
  /// Where the samples of WAV lie: one range, or several data chunks.
  var sampleRanges: [Range<Int>] = []
  /// A header to show libsndfile before `sampleRanges`; nil: the file's own.
  var head: [UInt8]?
  /// Size in bytes of another recording that follows this one; 0: there is none.
  var follower = 0
  /// Bytes to show libsndfile in place of the file's own, so that it reads all samples.
  var patches: [(offset: Int, bytes: [UInt8])] = []
  /// The size of the file to show libsndfile; nil: its own.
  var visibleSize: Int?

  /// Whether the file ends before its header does.
  var isCutOff = false

  /// Bits of a FLAC sample; nil: the file is not FLAC.
  var flacBits: Int? {
    guard kind == "FLAC", format.count > 13 else { return nil }
    return (Int(format[12] & 1) << 4 | Int(format[13] >> 4)) + 1
  }

  /// Nil when the container is not one of those above.
  init?(_ file: ByteFile) {
    let head = file.bytes(0, 40)
    let form = fourCharacters(head.dropFirst(8).prefix(4))
    switch fourCharacters(head.prefix(4)) {
    case "RIFF" where form == "WAVE", "RF64" where form == "WAVE", "BW64" where form == "WAVE":
      kind = "WAVE"
      readWave(file)
    case "riff" where fourCharacters(head.dropFirst(24).prefix(4)) == "wave":
      kind = "W64 "
      readW64(file)
    case "FORM" where form == "AIFF" || form == "AIFC":
      kind = "AIFF"
      readAIFF(file)
    case "caff":
      kind = "CAF "
      readCAF(file)
    case ".snd":
      kind = "AU  "
      readAU(file)
    default:
      guard file.name(0) == "fLaC" else { return nil }
      kind = "FLAC"
      readFLAC(file)
    }
  }

  // ---- WAV, RF64, BW64 --------------------------------------------------------------------------

  private mutating func readWave(_ file: ByteFile) {
    let is64 = file.name(0) != "RIFF"
    var sizes: [String: Int] = [:]  // of ds64
    var fact: [UInt8] = []
    var offset = 12
    while offset + 8 <= file.size {
      let name = file.name(offset)
      guard Self.isName(name), !isFollower(file, offset) else { break }
      var size = file.bytes(offset + 4, 4).little(0, 4)
      if is64, size == 0xFFFF_FFFF, let long = sizes[name] { size = long }
      let contents = offset + 8
      let isBefore = sampleRanges.isEmpty
      switch name {
      case "ds64": sizes.merge(Self.longSizes(file, contents, size)) { $1 }
      case "fmt ": format = file.bytes(contents, min(size, 4_096))
      case "data" where isBefore: size = measureWave(file, contents, stated: size)
      case "data":  // a second one: some recorders begin another when they are paused
        sampleRanges.append(contents..<contents + file.held(contents, size))
        statedBytes = statedBytes.map { $0 + max(0, min(size, 0xFFFF_FFFF)) }
        bytes += file.held(contents, size)
      default:
        let held = file.held(contents, size)
        if held < size { isCutOff = true }
        if name == "fact" { fact = Array(name: name) + file.bytes(offset + 4, 4 + held) }
        chunks.append(
          Chunk(name: name, offset: contents, size: held, isBeforeSamples: isBefore))
      }
      offset = contents + file.held(contents, size)
      // A pad byte follows an odd size; some writers leave it out.
      if size % 2 != 0, !(Self.isKnownName(file.name(offset)) && file.bytes(offset, 1) != [0]) {
        offset += 1
      }
    }
    guard samplesOffset > 0, !format.isEmpty else { return }
    // A header as of a file that was never closed: libsndfile then takes all that follows as samples.
    let padding = [UInt8](repeating: 0, count: format.count % 2)
    head =
      Array(name: "RIFF") + [8, 0, 0, 0] + Array(name: "WAVEfmt ")
      + [UInt8](little: format.count, 4) + format + padding + fact
      + [UInt8](repeating: 0, count: fact.count % 2) + Array(name: "data") + [0, 0, 0, 0]
  }

  /// The sizes of 64 bits in a chunk ds64, by the names of their chunks.
  private static func longSizes(_ file: ByteFile, _ contents: Int, _ size: Int) -> [String: Int] {
    var sizes = ["data": file.bytes(contents + 8, 8).size(0)]
    let table = file.bytes(contents + 24, min(size - 24, 12 * 1_000))
    for entry in 0..<min(table.little(0, 4), table.count / 12) {
      sizes[fourCharacters(table[(4 + 12 * entry)...].prefix(4))] = table.size(8 + 12 * entry)
    }
    return sizes
  }

  /// Whether another recording begins at `offset`, as in joined files.
  private mutating func isFollower(_ file: ByteFile, _ offset: Int) -> Bool {
    guard samplesOffset > 0, file.isContainer(offset) else { return false }
    follower = file.size - offset
    return true
  }

  /// Sets the samples' offset and sizes; returns their size in bytes.
  private mutating func measureWave(_ file: ByteFile, _ start: Int, stated: Int) -> Int {
    let available = file.size - start
    samplesOffset = start
    bytes = available
    defer { sampleRanges = [start..<start + bytes] }
    // Sizes that programs write when they stream and cannot know the length.
    let isOpen = stated == 0xFFFF_FFFF || stated < 0 || (0x7FFF_F000...0x8000_0000).contains(stated)
    statedBytes = isOpen && stated > available || stated < 0 ? nil : stated
    guard stated >= 0, stated < available else { return bytes }
    // The samples end where a chunk, padding or the end of the file follows. Sizes may have wrapped at 4 GiB.
    for end in stride(from: stated, to: available, by: 1 << 32) {
      if Self.isEnd(file, start + end) {
        bytes = end
        break
      }
    }
    return bytes
  }

  /// Whether the samples of WAV can end at `offset`, judged by what follows.
  private static func isEnd(_ file: ByteFile, _ offset: Int) -> Bool {
    let rest = file.size - offset
    if rest < 8 { return true }
    for start in [offset, offset + offset % 2] {
      if isKnownName(file.name(start)) || isKnownTrailer(file.bytes(start, 8))
        || file.isContainer(start)
      {
        return true
      }
      var place = start
      while isName(file.name(place)), place + 8 <= file.size {
        let size = file.bytes(place + 4, 4).little(0, 4)
        place += 8 + size + size % 2
        if place >= file.size - 1, place <= file.size + 1 { return true }
      }
    }
    return rest <= 1 << 20 && file.bytes(offset, rest).allSatisfy { $0 == 0 }
  }

  private static func isName(_ name: String) -> Bool {
    name.unicodeScalars.count == 4
      && name.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) }
  }

  /// Whether it is the name of a chunk that often follows the samples. Others are recognised by a size that fits.
  private static func isKnownName(_ name: String) -> Bool {
    [
      "fmt ", "data", "LIST", "bext", "iXML", "cart", "axml", "bxml", "sxml", "chna", "smpl",
      "inst", "acid",
      "id3 ", "ID3 ", "_PMX", "cue ", "plst", "JUNK", "junk", "PAD ", "FLLR", "filr", "fact",
      "levl", "link", "umid", "minf", "elm1", "regn", "PEAK", "DISP", "qlty", "mext", "afsp",
      "Cr8r", "LGWV", "strc", "SAUR", "md5 ", "MD5 ", "r64m", "ovwf",
    ].contains(name)
  }

  private static func isKnownTrailer(_ bytes: [UInt8]) -> Bool {
    let text = fourCharacters(bytes)
    return ["TAG", "ID3", "APETAGEX", "LYRICS"].contains { text.hasPrefix($0) }
  }

  // ---- W64 --------------------------------------------------------------------------------------

  private mutating func readW64(_ file: ByteFile) {
    var offset = 40
    while offset + 24 <= file.size {
      let head = file.bytes(offset, 24)
      let size = head.size(16) - 24
      let name = fourCharacters(head.prefix(4))
      let contents = offset + 24
      if isFollower(file, offset) { break }
      if name == "data" {
        samplesOffset = contents
        statedBytes = max(size, 0)
        bytes = file.size - contents
        // After the samples comes a chunk, or only the padding to 8 bytes.
        if size >= 0, size <= bytes, size > 0 || bytes < 24 {
          let next = (contents + size + 7) & ~7
          if file.size - next < 24 || Self.isName(file.name(next)) { bytes = size }
          if file.isContainer(next) { follower = file.size - next }
        }
        if size != bytes { patches = [(offset + 16, [UInt8](little: bytes + 24, 8))] }
        visibleSize = contents + bytes  // libsndfile would take all that follows as samples
        if bytes != size { break }
      } else if size < 0 {
        break
      } else if name == "fmt " {
        format = file.bytes(contents, min(size, 4_096))
      } else {
        chunks.append(
          Chunk(
            name: name == "list" ? "LIST" : name, offset: contents,
            size: file.held(contents, size), isBeforeSamples: samplesOffset == 0))
      }
      offset = (contents + file.held(contents, size) + 7) & ~7
    }
  }

  // ---- AIFF -------------------------------------------------------------------------------------

  private mutating func readAIFF(_ file: ByteFile) {
    var offset = 12
    var common = 0
    while offset + 8 <= file.size {
      let name = file.name(offset)
      guard Self.isName(name), !isFollower(file, offset) else { break }
      let size = file.bytes(offset + 4, 4).big(0, 4)
      let contents = offset + 8
      if name == "COMM" {
        common = contents
        format = file.bytes(contents, min(size, 64))
      } else if name == "SSND" {
        samplesOffset = contents + 8
        let available = max(0, file.size - samplesOffset)
        statedBytes = size == 0xFFFF_FFFF ? nil : max(0, size - 8)
        bytes = available
        if size >= 8, size - 8 <= available, size > 8 || available == 0 { bytes = size - 8 }
        if statedBytes != bytes { break }
      } else {
        chunks.append(
          Chunk(
            name: name, offset: contents, size: file.held(contents, size),
            isBeforeSamples: samplesOffset == 0))
      }
      offset = contents + size + size % 2
    }
    guard samplesOffset > 0, common > 0 else { return }
    let frame = format.big(0, 2) * ((format.big(6, 2) + 7) / 8)
    let isPlain =
      format.count < 22 || ["NONE", "sowt", "twos"].contains(fourCharacters(format[18..<22]))
    let count = format.big(2, 4)
    if isPlain, frame > 0 {
      let stated = count * frame
      if stated > 0 { statedBytes = stated }
      if stated > 0, bytes > stated, bytes - stated < 4_096 { bytes = stated }  // padding
      guard stated != bytes else { return }
      patches = [
        (common + 2, [UInt8](big: bytes / frame, 4)),
        (samplesOffset - 12, [UInt8](big: bytes + 8, 4)),
      ]
    }
  }

  // ---- CAF, AU ----------------------------------------------------------------------------------

  private mutating func readCAF(_ file: ByteFile) {
    var offset = 8
    while offset + 12 <= file.size {
      let name = file.name(offset)
      guard Self.isName(name), !isFollower(file, offset) else { return }
      let size = file.bytes(offset + 4, 8).big(0, 8)
      let contents = offset + 12
      if name == "data" {
        samplesOffset = contents + 4
        statedBytes = size < 0 ? nil : max(size - 4, 0)
        bytes = max(0, file.size - samplesOffset)
        if size >= 4, size - 4 <= bytes, isEndOfCAF(file, contents + size) { bytes = size - 4 }
        if size != bytes + 4 { patches = [(offset + 4, [UInt8](big: bytes + 4, 8))] }
        visibleSize = samplesOffset + bytes
        if statedBytes != bytes { return }
      } else if name != "desc" {
        let held = file.held(contents, size)
        if held < size { isCutOff = true }
        chunks.append(
          Chunk(name: name, offset: contents, size: held, isBeforeSamples: samplesOffset == 0))
      }
      guard size >= 0 else { return }
      offset = contents + file.held(contents, size)
    }
  }

  /// Whether the samples of CAF can end at `offset`, judged by what follows.
  private func isEndOfCAF(_ file: ByteFile, _ offset: Int) -> Bool {
    let rest = file.size - offset
    if rest < 12 || file.isContainer(offset) { return true }
    let size = file.bytes(offset + 4, 8).big(0, 8)
    if Self.isName(file.name(offset)), size >= 0, size <= rest - 12 { return true }
    return rest <= 1 << 20 && file.bytes(offset, rest).allSatisfy { $0 == 0 }
  }

  private mutating func readAU(_ file: ByteFile) {
    let head = file.bytes(0, 24)
    samplesOffset = head.big(4, 4)
    let size = head.big(8, 4)
    bytes = max(0, file.size - samplesOffset)
    statedBytes = size == 0xFFFF_FFFF ? nil : size
    if isFollower(file, samplesOffset + size) { bytes = size }  // nothing else may follow
    if size != bytes { patches = [(8, [0xFF, 0xFF, 0xFF, 0xFF])] }
    visibleSize = samplesOffset + bytes
  }

  // ---- FLAC -------------------------------------------------------------------------------------

  /// Makes each metadata block a chunk, named by the number of its type.
  private mutating func readFLAC(_ file: ByteFile) {
    var offset = 4
    while true {
      let head = file.bytes(offset, 4)
      guard head.count == 4 else { return }
      let (type, size) = (Int(head[0] & 0x7F), head.big(1, 3))
      if type == 0 {
        format = file.bytes(offset + 4, 34)
        let count = format.big(13, 5) & 0xF_FFFF_FFFF
        statedCount = count == 0 ? nil : count
        // With a length of 0, unknown, libFLAC decodes to the end of the file.
        let kept = format.count > 13 ? format[13] & 0xF0 : 0
        patches = [(offset + 4 + 13, [kept, 0, 0, 0, 0])]
      } else {
        chunks.append(
          Chunk(name: "\(type)", offset: offset + 4, size: size, isBeforeSamples: true))
      }
      offset += 4 + size
      if head[0] & 0x80 != 0 { break }
    }
    samplesOffset = offset
    bytes = file.size - offset
  }
}
