import CWindow

/// A widget with a value that can be typed.
class NumberWidget: Widget {
  var field = NumberField() { didSet { isDirty = true } }

  /// Called when a number was typed.
  func take(_ number: Float) {}

  /// Passes a key to the box; false when the box does not use it.
  func type(_ key: UInt32) -> Bool {
    switch field.type(key) {
    case .unused: return false
    case .typed: break
    case .left(let number): if let number { take(number) }
    }
    return true
  }

  /// A number that was being typed is taken.
  override func leaveFocus() {
    if field.isTyped { _ = type(UInt32(WINDOW_KEY_ENTER)) }
  }
}

/// A box that shows a value, and into which a new one can be typed.
struct NumberField {
  /// What a key did.
  enum Outcome {
    /// The field does not use the key.
    case unused
    /// Typing goes on.
    case typed
    /// Typing has ended, with this number; nil: cancelled, or not a number.
    case left(Float?)
  }

  /// The text typed so far; nil: nothing is being typed.
  private var text: [UInt8]?

  var isTyped: Bool { text != nil }

  mutating func open() { text = text ?? [] }
  mutating func close() { text = nil }

  func draw(_ canvas: Canvas, _ theme: Theme, in box: Rect, _ value: String) {
    canvas.fill(box, theme.sunken, corner: 3)
    if text != nil { canvas.stroke(box, theme.accent, corner: 3) }
    canvas.write(
      text.map { String(decoding: $0, as: UTF8.self) + "|" } ?? value, in: box.inset(4, 0),
      theme.text, size: 12, at: .middle)
  }

  /// Handles a key: one that begins typing, or one of the text.
  mutating func type(_ key: UInt32) -> Outcome {
    guard var text else {
      guard key == UInt32(WINDOW_KEY_ENTER) || NumberField.isOfNumber(key) else { return .unused }
      self.text = key == UInt32(WINDOW_KEY_ENTER) ? [] : [UInt8(key)]
      return .typed
    }
    switch Int(key) {
    case WINDOW_KEY_ENTER:
      self.text = nil
      return .left(NumberField.number(of: text))
    case WINDOW_KEY_ESCAPE:
      self.text = nil
      return .left(nil)
    case WINDOW_KEY_ERASE: _ = text.popLast()
    default:
      guard NumberField.isOfNumber(key), text.count < 8 else { return .unused }
      text.append(UInt8(key))
    }
    self.text = text
    return .typed
  }

  private static func isOfNumber(_ key: UInt32) -> Bool {
    key >= 0x30 && key <= 0x39 || key >= 0x2B && key <= 0x2E  // digits; + , - .
  }

  /// The number in the text; nil when it is not a number.
  private static func number(of typed: [UInt8]) -> Float? {
    var (number, scale, sign) = (Float(0), Float(0), Float(1))
    var digits = 0
    for byte in typed {
      switch byte {
      case UInt8(ascii: "-"):
        guard digits == 0, scale == 0, sign == 1 else { return nil }
        sign = -1
      case UInt8(ascii: "+"): guard digits == 0, scale == 0 else { return nil }
      case UInt8(ascii: "."), UInt8(ascii: ","):
        guard scale == 0 else { return nil }
        scale = 1
      default:
        digits += 1
        number = number * 10 + Float(byte - UInt8(ascii: "0"))
        scale *= 10
      }
    }
    return digits > 0 ? sign * number / max(scale, 1) : nil
  }
}
