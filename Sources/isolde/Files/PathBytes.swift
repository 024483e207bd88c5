/// Converts file names, which are bytes of any encoding, to Swift's strings, which are Unicode, and back.
///
/// A byte outside valid UTF-8 becomes the private character U+10FF00 + byte. So every name has exactly one string,
/// and every string leads back to its name.
extension String {
  /// The string of a file name.
  init(pathBytes bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    self = ""
    var i = 0
    while i < bytes.count {
      let length = utf8Length(bytes[i])
      if length > 0, i + length <= bytes.count,
        let character = String(validating: bytes[i..<i + length], as: UTF8.self),
        character.unicodeScalars.allSatisfy({ byte(of: $0) == nil })
      {
        self += character
        i += length
      } else {
        unicodeScalars.append(scalar(of: bytes[i]))
        i += 1
      }
    }
  }

  /// The file name's bytes. In a message, they make the terminal show the name as it does elsewhere.
  var pathBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      if let byte = byte(of: scalar) { bytes.append(byte) } else { bytes += String(scalar).utf8 }
    }
    return bytes
  }

  /// Calls `body` with the file name as a C string.
  func withPath<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try body(pathBytes.map { CChar(bitPattern: $0) } + [0])
  }
}

private let firstEscape: UInt32 = 0x10_FF00

private func byte(of scalar: Unicode.Scalar) -> UInt8? {
  scalar.value >= firstEscape + 0x80 ? UInt8(truncatingIfNeeded: scalar.value) : nil
}

extension Unicode.Scalar {
  /// The byte outside UTF-8 that this character stands for; nil for all other characters.
  var undecodedByte: UInt8? { byte(of: self) }
}

private func scalar(of byte: UInt8) -> Unicode.Scalar {
  Unicode.Scalar(firstEscape + UInt32(byte)) ?? "?"
}

/// Length in bytes of the UTF-8 character that begins with `lead`; 0 when none does.
private func utf8Length(_ lead: UInt8) -> Int {
  switch lead {
  case 0..<0x80: 1
  case 0xC2..<0xE0: 2
  case 0xE0..<0xF0: 3
  case 0xF0..<0xF5: 4
  default: 0
  }
}
