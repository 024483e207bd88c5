import Glibc

/// Random access to the bytes of a file.
///
/// Some files have ID3 tags or zeros before their container. Those are skipped: offsets count from the container on.
final class ByteFile {
  let descriptor: Int32
  private(set) var size: Int
  /// The bytes before the container.
  private(set) var front: [UInt8] = []
  /// Where the container begins in the file.
  private var start = 0

  /// Nil when the file cannot be opened.
  init?(_ path: String) {
    descriptor = path.withPath { open($0, O_RDONLY | O_CLOEXEC) }
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      if descriptor >= 0 { close(descriptor) }
      return nil
    }
    size = Int(status.st_size)
    let front = frontSize()
    guard front > 0, isContainer(front) else { return }
    self.front = bytes(0, front)
    (start, size) = (front, size - front)
  }

  private func frontSize() -> Int {
    var offset = 0
    while fourCharacters(bytes(offset, 3)) == "ID3" {
      offset += 10 + bytes(offset + 6, 4).reduce(0) { $0 << 7 | Int($1 & 0x7F) }
    }
    return offset + bytes(offset, 1 << 16).prefix { $0 == 0 }.count
  }

  /// Whether a sound file of known layout begins at `offset`.
  func isContainer(_ offset: Int) -> Bool {
    let head = bytes(offset, 28)
    let form = fourCharacters(head.dropFirst(8).prefix(4))
    switch fourCharacters(head.prefix(4)) {
    case "RIFF", "RF64", "BW64": return form == "WAVE"
    case "riff": return fourCharacters(head.dropFirst(24)) == "wave"
    case "FORM": return ["AIFF", "AIFC"].contains(form)
    case "caff": return head.big(4, 2) == 1
    case ".snd": return head.big(4, 4) >= 24 && (1...64).contains(head.big(20, 4))
    case "fLaC": return head.count > 8 && head[4] & 0x7F == 0 && head.big(5, 3) == 34
    default: return false
    }
  }

  /// How many of the `count` bytes from `offset` on the file has.
  func held(_ offset: Int, _ count: Int) -> Int { max(0, min(count, size - offset)) }

  deinit { close(descriptor) }

  /// `count` bytes from `offset` on, fewer at the end of the file.
  func bytes(_ offset: Int, _ count: Int) -> [UInt8] {
    guard offset >= 0, offset < size, count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: min(count, size - offset)) { memory, filled in
      filled = read(memory.baseAddress, memory.count, at: offset)
    }
  }

  /// Reads `count` bytes into memory, fewer at the end of the file; returns how many.
  func read(_ memory: UnsafeMutableRawPointer?, _ count: Int, at offset: Int) -> Int {
    let read = try? transfer(count) { done in
      pread(descriptor, memory.map { $0 + done }, count - done, off_t(start + offset + done))
    }
    return read ?? 0
  }

  /// Where the four bytes of `mark` next stand, from `offset` on; nil: nowhere.
  func place(of mark: [UInt8], from offset: Int) throws -> Int? {
    let wanted = UInt32(truncatingIfNeeded: mark.little(0, 4))
    let length = 1 << 20
    for start in stride(from: offset, to: size, by: length) {
      try Interruption.check()
      let found = bytes(start, length + 3).withUnsafeBytes { part in
        (0..<max(0, part.count - 3)).first {
          UInt32(littleEndian: part.loadUnaligned(fromByteOffset: $0, as: UInt32.self)) == wanted
        }
      }
      if let found { return start + found }
    }
    return nil
  }

  /// Four bytes as text; empty at the end of the file.
  func name(_ offset: Int) -> String { fourCharacters(bytes(offset, 4)) }
}

/// Calls `part` with the number of bytes done so far, until `count` are done or it returns none. Throws when a
/// signal asks the program to end.
func transfer(_ count: Int, _ part: (_ done: Int) -> Int) throws -> Int {
  var done = 0
  while done < count {
    let more = part(done)
    if more < 0 && errno == EINTR {
      try Interruption.check()
      continue
    }
    if more <= 0 { break }
    done += more
  }
  return done
}

/// The bytes as characters of Latin-1.
func fourCharacters(_ bytes: some Sequence<UInt8>) -> String {
  String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}

extension Collection<UInt8> {
  /// A little-endian number of `count` bytes at `offset`; missing bytes are 0.
  func little(_ offset: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(byte(offset + $1)) << (8 * $1) }
  }

  /// A big-endian number of `count` bytes at `offset`; missing bytes are 0.
  func big(_ offset: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 << 8 | Int(byte(offset + $1)) }
  }

  /// A little-endian size of 64 bits at `offset`; -1 for one that no file can have.
  func size(_ offset: Int) -> Int { Swift.max(-1, little(offset, 8)) }

  private func byte(_ offset: Int) -> UInt8 {
    offset < count ? self[index(startIndex, offsetBy: offset)] : 0
  }
}

extension [UInt8] {
  /// The lowest `count` bytes of a number, little-endian.
  init(little value: Int, _ count: Int) {
    self = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The lowest `count` bytes of a number, big-endian.
  init(big value: Int, _ count: Int) { self = [UInt8](little: value, count).reversed() }

  /// A four-character code.
  init(name: String) {
    self = Array(name.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
}
