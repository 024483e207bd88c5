import CText

/// A piece of the model file's bytes, not copied. Valid as long as the file's bytes are.
///
/// Compared byte by byte: comparing `String`s would link Unicode tables into the plug-in.
public struct Text {
  /// The first byte.
  public let start: UnsafePointer<UInt8>
  /// Bytes.
  public let count: Int

  /// A text of C, without the zero byte at its end.
  public init(cString: UnsafePointer<CChar>) {
    var count = 0
    while cString[count] != 0 { count += 1 }
    self.init(start: UnsafeRawPointer(cString).assumingMemoryBound(to: UInt8.self), count: count)
  }

  /// `count` bytes from `start` on.
  public init(start: UnsafePointer<UInt8>, count: Int) {
    self.start = start
    self.count = count
  }

  /// Whether both are the same, byte by byte.
  public static func == (text: Text, word: StaticString) -> Bool {
    text == Text(start: word.utf8Start, count: word.utf8CodeUnitCount)
  }

  /// Whether both are the same, byte by byte.
  public static func == (a: Text, b: Text) -> Bool {
    guard a.count == b.count else { return false }
    for i in 0..<a.count where a.start[i] != b.start[i] { return false }
    return true
  }

  /// Below 0, 0 or above 0: this text comes before the other, is the same, or comes after it.
  func order(_ other: Text) -> Int {
    for i in 0..<min(count, other.count) where start[i] != other.start[i] {
      return Int(start[i]) - Int(other.start[i])
    }
    return count - other.count
  }

  /// Bytes `range` of this text.
  public subscript(range: Range<Int>) -> Text {
    Text(start: start + range.lowerBound, count: range.count)
  }

  /// For messages: at most 60 bytes, with `?` for anything that is not printable ASCII.
  var shown: String {
    var shown = ""
    for i in 0..<min(count, 60) {
      let byte = start[i]
      shown.unicodeScalars.append(
        UnicodeScalar(byte >= 32 && byte < 127 ? byte : UInt8(ascii: "?")))
    }
    return shown
  }
}

extension Text {
  /// The text of a literal.
  public init(_ word: StaticString) {
    self.init(start: word.utf8Start, count: word.utf8CodeUnitCount)
  }

  /// The same without white space at both ends.
  var trimmed: Text {
    var from = 0
    var to = count
    while from < to, Text.isSpace(start[from]) { from += 1 }
    while from < to, Text.isSpace(start[to - 1]) { to -= 1 }
    return self[from..<to]
  }

  /// Letters, digits, `_` and `.`, at least one.
  var isName: Bool {
    for i in 0..<count {
      switch start[i] {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
        continue
      default: return false
      }
    }
    return count > 0
  }

  /// The character at byte `at`: its bytes, and whether it is fit to be shown.
  public func character(at: Int) -> (length: Int, isShown: Bool) {
    var length = 1
    let isShown = text_is_shown(start + at, count - at, &length)
    return (length, isShown)
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 13 }

  /// Where `byte` stands first at or after `from`; nil when it does not.
  public func firstIndex(of byte: UInt8, from: Int = 0) -> Int? {
    var i = from
    while i < count {
      if start[i] == byte { return i }
      i += 1
    }
    return nil
  }

  /// A whole number of at most seven digits.
  var integer: Int? {
    guard count > 0, count <= 7 else { return nil }
    var value = 0
    for i in 0..<count {
      guard start[i] >= 48, start[i] <= 57 else { return nil }
      value = value * 10 + Int(start[i] - 48)
    }
    return value
  }

  /// A decimal number, `-1.25e-3` for example.
  var number: Double? {
    var i = 0
    var sign = 1.0
    if i < count, start[i] == UInt8(ascii: "-") {
      sign = -1
      i += 1
    }
    var value = 0.0
    var digits = 0
    var scale = 0
    var point = false
    while i < count {
      let byte = start[i]
      if byte == UInt8(ascii: "."), !point {
        point = true
      } else if byte >= 48, byte <= 57, digits < 18 {
        value = value * 10 + Double(byte - 48)
        digits += 1
        if point { scale -= 1 }
      } else {
        break
      }
      i += 1
    }
    guard digits > 0 else { return nil }
    if i < count {
      guard start[i] == UInt8(ascii: "e") || start[i] == UInt8(ascii: "E") else { return nil }
      i += 1
      let negative = i < count && start[i] == UInt8(ascii: "-")
      if negative { i += 1 }
      guard let exponent = self[i..<count].integer, exponent <= 60 else { return nil }
      scale += negative ? -exponent : exponent
    }
    while scale > 0 {
      value *= 10
      scale -= 1
    }
    var divisor = 1.0
    while scale < 0 {
      divisor *= 10
      scale += 1
    }
    return sign * value / divisor
  }
}
