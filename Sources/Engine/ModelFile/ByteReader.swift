/// Reads little-endian values from untrusted bytes: every length is checked before use.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  private(set) var position = 0
  /// Longest text in bytes, the graph included: no model needs more, and longer ones would take time to scan.
  private static var longestText: Int { 4 << 20 }

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var left: Int { bytes.count - position }

  /// The next `count` bytes; throws if the file ends before.
  mutating func take(_ count: UInt64) throws(ModelError) -> UnsafeRawPointer {
    guard let base = bytes.baseAddress, count <= UInt64(left) else {
      throw ModelError("the file ends too early: it is damaged or not completely copied")
    }
    defer { position += Int(count) }
    return base + position
  }

  mutating func value<T: BitwiseCopyable>(_ type: T.Type) throws(ModelError) -> T {
    try take(UInt64(MemoryLayout<T>.size)).loadUnaligned(as: type)
  }

  /// A text: its length in 64 bits, then its bytes.
  mutating func text() throws(ModelError) -> Text {
    let count = try value(UInt64.self)
    let start = try take(count)
    guard count <= ByteReader.longestText else {
      throw ModelError("a text of \(count) bytes; the maximum is \(ByteReader.longestText)")
    }
    return Text(start: start.assumingMemoryBound(to: UInt8.self), count: Int(count))
  }

  /// Skips to the next multiple of `alignment`, or to the end of the file.
  mutating func align(to alignment: Int) {
    position = min((position + alignment - 1) / alignment * alignment, bytes.count)
  }
}
