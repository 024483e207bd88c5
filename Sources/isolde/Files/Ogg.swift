/// The pages of an Ogg file.
enum OggPages {
  /// Whether the last page of an Ogg file lacks the mark of a last page.
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
