import ArgumentParser

/// A level or a percentage as people write it: `-12`, `-12 dB`, `+3dB`, `−6`, `1,5`, `off`, `-inf`.
struct Level: ExpressibleByArgument {
  /// The text as written.
  let text: String
  /// The number; -infinity for `off`; nil when the text is not a number.
  let value: Float?

  init(argument: String) {
    text = argument
    var number = argument.lowercased().filter { !$0.isWhitespace }
    for unit in ["db", "%"] where number.hasSuffix(unit) { number.removeLast(unit.count) }
    number = String(
      number.map { character in
        switch character {
        case "\u{2212}", "\u{2013}": "-"
        case ",": "."
        default: character
        }
      })
    if ["off", "-inf", "-infinity", "-\u{221e}", "mute"].contains(number) {
      value = -.infinity
    } else if number.allSatisfy({ "+-.0123456789".contains($0) }) {
      value = Float(number)
    } else {
      value = nil
    }
  }
}
