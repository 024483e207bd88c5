import Glibc

/// Bytes of a file at any place, without a position of its own.
///
/// ID3 tags and zeros before a container belong to no sound file but occur; the bytes count from behind them.
final class ByteFile {
  let descriptor: Int32
  private(set) var size: Int
  /// What stands before them.
  private(set) var front: [UInt8] = []
  /// Where they begin in the file.
  private var start = 0

  /// Nil when it cannot be opened.
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

  /// True when a sound file of known layout begins there.
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

  /// As many of `count` bytes from `offset` as the file has.
  func held(_ offset: Int, _ count: Int) -> Int { max(0, min(count, size - offset)) }

  deinit { close(descriptor) }

  /// `count` bytes from `offset`, fewer at the end of the file.
  func bytes(_ offset: Int, _ count: Int) -> [UInt8] {
    guard offset >= 0, offset < size, count > 0 else { return [] }
    return [UInt8](unsafeUninitializedCapacity: min(count, size - offset)) { memory, filled in
      filled = read(memory.baseAddress, memory.count, at: offset)
    }
  }

  /// Reads into memory; how many bytes, fewer at the end of the file.
  func read(_ memory: UnsafeMutableRawPointer?, _ count: Int, at offset: Int) -> Int {
    let read = try? transfer(count) { done in
      pread(descriptor, memory.map { $0 + done }, count - done, off_t(start + offset + done))
    }
    return read ?? 0
  }

  /// Four bytes as text; empty at the end of the file.
  func name(_ offset: Int) -> String { fourCharacters(bytes(offset, 4)) }
}

/// Calls `part` with the count of bytes that are done until all are, or until it gives no more. Throws when a
/// signal asks the program to end meanwhile.
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
  /// The number that `count` bytes from `offset` make, the lowest first; missing bytes are 0.
  func little(_ offset: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(byte(offset + $1)) << (8 * $1) }
  }

  /// The same, the highest first.
  func big(_ offset: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 << 8 | Int(byte(offset + $1)) }
  }

  /// The size in 64 bits at `offset`, the lowest byte first; -1 for one that no file can have.
  func size(_ offset: Int) -> Int { Swift.max(-1, little(offset, 8)) }

  private func byte(_ offset: Int) -> UInt8 {
    offset < count ? self[index(startIndex, offsetBy: offset)] : 0
  }
}

extension [UInt8] {
  /// The lowest `count` bytes of a number, the lowest first.
  init(little value: Int, _ count: Int) {
    self = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// The same, the highest first.
  init(big value: Int, _ count: Int) { self = [UInt8](little: value, count).reversed() }

  /// Room for what the standards call a four-character code.
  init(name: String) {
    self = Array(name.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
}
