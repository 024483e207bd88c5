/// File names are bytes, of any encoding or none; Swift's strings are Unicode.
///
/// A byte that is no part of valid UTF-8 becomes the private character U+10FF00 + byte, so that every name
/// has exactly one string, and every string leads back to the bytes.
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

  /// The file name's bytes; for a text that is shown, what a terminal shows for the name.
  var pathBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      if let byte = byte(of: scalar) { bytes.append(byte) } else { bytes += String(scalar).utf8 }
    }
    return bytes
  }

  /// Calls `body` with the name as the system takes it.
  func withPath<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try body(pathBytes.map { CChar(bitPattern: $0) } + [0])
  }
}

private let firstEscape: UInt32 = 0x10_FF00

private func byte(of scalar: Unicode.Scalar) -> UInt8? {
  scalar.value >= firstEscape + 0x80 ? UInt8(truncatingIfNeeded: scalar.value) : nil
}

extension Unicode.Scalar {
  /// The byte that it stands for in a file name that is no UTF-8; nil for all others.
  var undecodedByte: UInt8? { byte(of: self) }
}

private func scalar(of byte: UInt8) -> Unicode.Scalar {
  Unicode.Scalar(firstEscape + UInt32(byte)) ?? "?"
}

/// Bytes of the character that begins with `lead`; 0 when none does.
private func utf8Length(_ lead: UInt8) -> Int {
  switch lead {
  case 0..<0x80: 1
  case 0xC2..<0xE0: 2
  case 0xE0..<0xF0: 3
  case 0xF0..<0xF5: 4
  default: 0
  }
}
