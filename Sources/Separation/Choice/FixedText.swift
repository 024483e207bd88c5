import CModelFile
import Engine

/// A path, of MODEL_FILE_PATH_SIZE bytes: the system cannot open longer ones.
typealias PathText = FixedText<4096>

/// A line with a path in it.
typealias LogLine = FixedText<4608>

/// A text for C, with a zero byte at its end. It needs no allocation, which could fail; text that does not
/// fit is cut off.
struct FixedText<let size: Int> {
  private var bytes = InlineArray<size, CChar>(repeating: 0)
  private(set) var count = 0

  init() {}

  init(_ text: Text) { append(text) }

  mutating func append(_ text: Text) {
    for i in 0..<text.count { append(text.start[i]) }
  }

  mutating func append(_ string: String) {
    for byte in string.utf8 { append(byte) }
  }

  mutating func append(_ byte: UInt8) {
    guard count < size - 1 else { return }
    bytes[count] = CChar(bitPattern: byte)
    count += 1
  }

  /// Appends a text as one line: line breaks and control characters become `?`.
  mutating func append(shown text: Text) {
    var from = 0
    while from < text.count {
      let (length, isShown) = text.character(at: from)
      let first = text.start[from]
      if isShown, first != UInt8(ascii: "\n"), first != UInt8(ascii: "\t") {
        append(text[from..<from + length])
      } else {
        append(UInt8(ascii: "?"))
      }
      from += length
    }
  }

  /// Calls `body` with the text, which is valid during the call.
  func read<R>(_ body: (Text) -> R) -> R {
    readC { body(Text(cString: $0)) }
  }

  /// Calls `body` with the text as a C string.
  func readC<R>(_ body: (UnsafePointer<CChar>) -> R) -> R {
    withUnsafePointer(to: bytes) {
      body(UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
    }
  }
}

extension PathText {
  /// The path of a file without symbolic links; nil when there is no such file.
  init?(resolving path: PathText) {
    self.init()
    let isThere = path.readC { path in
      withUnsafeMutablePointer(to: &bytes) {
        model_file_resolve(path, UnsafeMutableRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
    }
    guard isThere else { return nil }
    while bytes[count] != 0 { count += 1 }
  }
}
