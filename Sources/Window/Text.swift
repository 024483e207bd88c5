/// A C string as a String; empty for NULL.
func text(_ pointer: UnsafePointer<CChar>?) -> String {
  guard let pointer else { return "" }
  return String(cString: pointer)
}

/// The bytes of a C string, without the 0 at its end.
func bytes(_ pointer: UnsafePointer<CChar>) -> [UInt8] {
  var list: [UInt8] = []
  var next = pointer
  while next.pointee != 0 {
    list.append(UInt8(bitPattern: next.pointee))
    next += 1
  }
  return list
}

/// The bytes as a C string, with a 0 at its end.
func terminated(_ bytes: [UInt8]) -> [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }

/// A number with a true minus sign: "−12.0".
///
/// - Parameter plus: whether positive numbers have a sign, too.
func decimal(_ value: Float, places: Int, plus: Bool = false) -> String {
  guard value.isFinite, abs(value) < 1e9 else { return "?" }
  var unit = 1
  for _ in 0..<places { unit *= 10 }
  let count = Int((abs(value) * Float(unit)).rounded())
  var result = count == 0 ? "" : value < 0 ? "\u{2212}" : plus ? "+" : ""
  result += String(count / unit)
  if places > 0 { result += "." + padded(count % unit, digits: places) }
  return result
}

/// A whole number in groups of three: "4,096".
func grouped(_ value: Int) -> String {
  var (rest, result) = (max(value, 0), "")
  while rest >= 1000 {
    result = "," + padded(rest % 1000, digits: 3) + result
    rest /= 1000
  }
  return String(rest) + result
}

/// With leading zeros.
private func padded(_ value: Int, digits: Int) -> String {
  var (zeros, limit) = ("", 10)
  for _ in 1..<digits {
    if value < limit { zeros += "0" }
    limit *= 10
  }
  return zeros + String(value)
}
