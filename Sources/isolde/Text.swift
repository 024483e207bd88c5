extension String {
  /// The string without `suffix`, when it ends in it.
  func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }

  /// The string as one line.
  func replacingLineFeeds() -> String {
    String(map { $0.isNewline ? " " : $0 })
  }

  /// The string with a question mark for every character that would control a terminal; file names can hold any.
  var printable: String {
    var shown = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: shown.append("?")
      default: shown.append(scalar)
      }
    }
    return String(shown)
  }

  /// The string with true minus signs in place of hyphens.
  func replacingMinus() -> String {
    String(map { $0 == "-" ? "\u{2212}" : $0 })
  }

  /// The string filled with spaces to `width` characters.
  func padded(to width: Int, right: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - count))
    return right ? spaces + self : self + spaces
  }
}

extension BinaryInteger {
  /// Decimal digits in groups of three: 4,096.
  var grouped: String {
    let digits = Array(String(magnitude))
    let groups = digits.indices.map { i in
      let rest = digits.count - i
      return i > 0 && rest.isMultiple(of: 3) ? ",\(digits[i])" : "\(digits[i])"
    }
    return (self < 0 ? "-" : "") + groups.joined()
  }
}

extension Double {
  /// Rounded to `places` digits after the point, without an exponent: 85.3. NaN and infinity are "-".
  func fixed(_ places: Int) -> String {
    guard isFinite, magnitude < 1e15 else { return "-" }
    let scale = (0..<places).reduce(1) { product, _ in product * 10 }
    let units = Int((magnitude * Double(scale)).rounded())
    let fraction = String(units % scale)
    let zeros = String(repeating: "0", count: places - (places == 0 ? 0 : fraction.count))
    let sign = self < 0 && units > 0 ? "-" : ""
    return "\(sign)\((units / scale).grouped)" + (places == 0 ? "" : ".\(zeros)\(fraction)")
  }
}

extension Double {
  /// Likewise, without groups of three, for machines: 48000.25.
  func plain(_ places: Int) -> String { fixed(places).filter { $0 != "," } }
}
