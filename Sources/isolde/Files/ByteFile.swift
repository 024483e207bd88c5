import Glibc

/// Bytes of a file at any place, without a position of its own.
final class ByteFile {
  let descriptor: Int32
  let size: Int

  /// Nil when it cannot be opened.
  init?(_ path: String) {
    descriptor = path.withPath { open($0, O_RDONLY | O_CLOEXEC) }
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      if descriptor >= 0 { close(descriptor) }
      return nil
    }
    size = Int(status.st_size)
  }

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
      pread(descriptor, memory.map { $0 + done }, count - done, off_t(offset + done))
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
