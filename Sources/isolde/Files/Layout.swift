/// Where the parts of a sound file lie, as its bytes show and not only as its header says.
///
/// For containers of chunks: WAV, RF64, BW64, W64, AIFF, CAF; and for FLAC and AU. Others have no layout.
struct Layout {
  /// A part beside format and samples.
  struct Chunk {
    let name: String
    /// Of its contents.
    let offset: Int
    let size: Int
    let isBeforeSamples: Bool
  }

  /// "WAVE", "W64 ", "AIFF", "CAF ", "FLAC" or "AU  ".
  var kind: String
  /// All but format and samples, in order; none where the numbers are big-endian WAV.
  var chunks: [Chunk] = []
  /// The contents of WAV's fmt chunk.
  var format: [UInt8] = []
  var samplesOffset = 0
  /// Bytes of samples that the header announces; nil when it leaves that open.
  var statedBytes: Int?
  /// Bytes of samples that are there.
  var bytes = 0
  /// Samples a channel that the header announces, where it tells this and no bytes.
  var statedCount: Int?
  /// Where the samples of WAV lie: in one place, or several.
  var sampleRanges: [Range<Int>] = []
  /// A header for libsndfile to see before `sampleRanges`; nil: the file's own.
  var head: [UInt8]?
  /// Bytes of another recording behind this one.
  var follower = 0
  /// Bytes that libsndfile must see in place of the file's, so that it reads all samples.
  var patches: [(offset: Int, bytes: [UInt8])] = []
  /// Where the file must end for libsndfile; nil: where it does.
  var visibleSize: Int?

  /// True when the file ends within its header's parts.
  var isCutOff = false

  /// Bits of a sample of FLAC; nil: it is no FLAC.
  var flacBits: Int? {
    guard kind == "FLAC", format.count > 13 else { return nil }
    return (Int(format[12] & 1) << 4 | Int(format[13] >> 4)) + 1
  }

  /// Nil: unknown to this reader.
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
      case "ds64":
        sizes["data"] = file.bytes(contents + 8, 8).size(0)
        let table = file.bytes(contents + 24, min(size - 24, 12 * 1_000))
        for entry in 0..<min(table.little(0, 4), table.count / 12) {
          sizes[fourCharacters(table[(4 + 12 * entry)...].prefix(4))] =
            table.size(8 + 12 * entry)
        }
      case "fmt ": format = file.bytes(contents, min(size, 4_096))
      case "data" where isBefore: size = measureWave(file, contents, stated: size)
      case "data":  // a second one, of a recorder that was paused
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
    // How libsndfile takes a WAV file that nobody has closed: all that follows is samples.
    let padding = [UInt8](repeating: 0, count: format.count % 2)
    head =
      Array(name: "RIFF") + [8, 0, 0, 0] + Array(name: "WAVEfmt ")
      + [UInt8](little: format.count, 4) + format + padding + fact
      + [UInt8](repeating: 0, count: fact.count % 2) + Array(name: "data") + [0, 0, 0, 0]
  }

  /// True when another recording begins behind this one, as when files were joined.
  private mutating func isFollower(_ file: ByteFile, _ offset: Int) -> Bool {
    guard samplesOffset > 0, file.isContainer(offset) else { return false }
    follower = file.size - offset
    return true
  }

  /// Sets offset and sizes of the samples; returns their bytes.
  private mutating func measureWave(_ file: ByteFile, _ start: Int, stated: Int) -> Int {
    let available = file.size - start
    samplesOffset = start
    bytes = available
    defer { sampleRanges = [start..<start + bytes] }
    // Streams: their writers could not know.
    let isOpen = stated == 0xFFFF_FFFF || stated < 0 || (0x7FFF_F000...0x8000_0000).contains(stated)
    statedBytes = isOpen && stated > available || stated < 0 ? nil : stated
    guard stated >= 0, stated < available else { return bytes }
    // Behind the samples come chunks, or padding. Sizes may have wrapped at 4 GiB.
    for end in stride(from: stated, to: available, by: 1 << 32) {
      if Self.isEnd(file, start + end) {
        bytes = end
        break
      }
    }
    return bytes
  }

  /// True when a file of chunks may have its last sample before `offset`.
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

  /// Chunks that occur behind the samples; others are recognised by a size that fits.
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
        // Behind the samples comes a chunk, or nothing but the padding to 8 bytes.
        if size >= 0, size <= bytes, size > 0 || bytes < 24 {
          let next = (contents + size + 7) & ~7
          if file.size - next < 24 || Self.isName(file.name(next)) { bytes = size }
          if file.isContainer(next) { follower = file.size - next }
        }
        if size != bytes { patches = [(offset + 16, [UInt8](little: bytes + 24, 8))] }
        visibleSize = contents + bytes  // libsndfile takes all that follows for samples
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

  /// True when the last sample may lie before `offset`.
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

  /// `chunks` are the metadata blocks, named by their type's number.
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
        // libFLAC decodes to the end of the file when no length is told.
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
