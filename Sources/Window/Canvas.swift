import CCairo
import CSystem
import CWindow

/// Draws into the window, in points.
struct Canvas {
  enum Place { case left, middle, right }
  /// Which part of a text that is too long stays.
  enum Kept { case beginning, end }

  private let context: OpaquePointer

  /// - Parameter scale: pixels per point.
  init(context: OpaquePointer, scale: Double) {
    self.context = context
    cairo_identity_matrix(context)
    cairo_scale(context, scale, scale)
  }

  /// Fills a rectangle.
  func fill(_ rect: Rect, _ colour: Colour, corner: Double = 0) {
    set(colour)
    outline(rect, corner)
    cairo_fill(context)
  }

  /// Darkens a rectangle, so that bright text on it can be read.
  func shade(_ rect: Rect) {
    cairo_set_source_rgba(context, 0, 0, 0, 0.55)
    outline(rect, 0)
    cairo_fill(context)
  }

  /// Draws a border inside a rectangle.
  func stroke(_ rect: Rect, _ colour: Colour, corner: Double = 0, width: Double = 1) {
    set(colour)
    cairo_set_line_width(context, width)
    outline(rect.inset(width / 2, width / 2), corner)
    cairo_stroke(context)
  }

  /// Draws an arc of the circle that fits a square, between two angles in radians, clockwise from the right.
  func arc(_ square: Rect, from start: Double, to end: Double, _ colour: Colour, width: Double) {
    set(colour)
    cairo_set_line_width(context, width)
    cairo_new_sub_path(context)
    cairo_arc(context, square.middle.x, square.middle.y, (square.width - width) / 2, start, end)
    cairo_stroke(context)
  }

  /// Draws a line along a radius of the circle that fits a square; `inner` and `outer` are shares of the radius.
  func ray(
    in square: Rect, at angle: Double, from inner: Double, to outer: Double, _ colour: Colour,
    width: Double
  ) {
    let (middle, radius) = (square.middle, square.width / 2)
    let (x, y) = (cosine(angle), sine(angle))
    set(colour)
    cairo_set_line_width(context, width)
    cairo_move_to(context, middle.x + x * radius * inner, middle.y + y * radius * inner)
    cairo_line_to(context, middle.x + x * radius * outer, middle.y + y * radius * outer)
    cairo_stroke(context)
  }

  /// Fills a triangle that points downwards.
  func triangle(_ rect: Rect, _ colour: Colour) {
    set(colour)
    cairo_move_to(context, rect.x, rect.y)
    cairo_line_to(context, rect.right, rect.y)
    cairo_line_to(context, rect.middle.x, rect.bottom)
    cairo_close_path(context)
    cairo_fill(context)
  }

  private func outline(_ rect: Rect, _ corner: Double) {
    guard corner > 0 else {
      cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
      return
    }
    let quarter = Double.pi / 2
    cairo_new_sub_path(context)
    cairo_arc(context, rect.right - corner, rect.y + corner, corner, -quarter, 0)
    cairo_arc(context, rect.right - corner, rect.bottom - corner, corner, 0, quarter)
    cairo_arc(context, rect.x + corner, rect.bottom - corner, corner, quarter, 2 * quarter)
    cairo_arc(context, rect.x + corner, rect.y + corner, corner, 2 * quarter, 3 * quarter)
    cairo_close_path(context)
  }

  /// Writes one line of text, centred vertically in `rect`. A text that is too long is squeezed to three quarters
  /// of its width at most, and then shortened with an ellipsis.
  func write(
    _ text: String, in rect: Rect, _ colour: Colour, size: Double = 11, bold: Bool = false,
    at place: Place = .left, keeps: Kept = .beginning
  ) {
    guard rect.width > 0 else { return }
    set(colour)
    let font = Font(size: size, bold: bold)
    let narrowest = 0.9
    let (text, length) = shortened(text, font, to: rect.width / narrowest, keeps: keeps)
    let squeeze = min(max(rect.width / max(length, 1), narrowest), 1)
    let width = length * squeeze
    let left =
      switch place {
      case .left: rect.x
      case .middle: max(rect.middle.x - width / 2, rect.x)
      case .right: max(rect.right - width, rect.x)
      }
    let start = keeps == .end ? min(left, rect.right - width) : left
    cairo_save(context)
    cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
    cairo_clip(context)
    cairo_translate(context, start, rect.middle.y + size * 0.36)
    cairo_scale(context, squeeze, 1)
    cairo_move_to(context, 0, 0)
    _ = fonts_write(context, text, size, bold, true)
    cairo_restore(context)
  }

  private struct Font {
    let size: Double
    let bold: Bool
  }

  /// In points.
  private func length(of text: String, _ font: Font) -> Double {
    fonts_write(context, text, font.size, font.bold, false)
  }

  /// As many characters as fit, an ellipsis for the rest, and the length of both in points.
  private func shortened(
    _ text: String, _ font: Font, to width: Double, keeps: Kept
  ) -> (String, Double) {
    let whole = length(of: text, font)
    guard whole > width else { return (text, whole) }
    var bytes = [UInt8](text.utf8)[...]
    // Drop most of the excess by an estimate, then measure character by character.
    let most = Int(Double(bytes.count) * min(1.5 * width / whole, 1)) + 8
    while !bytes.isEmpty {
      repeat {
        switch keeps {
        case .beginning: while let byte = bytes.popLast(), byte & 0xC0 == 0x80 {}
        case .end:
          bytes = bytes.dropFirst()
          while let byte = bytes.first, byte & 0xC0 == 0x80 { bytes = bytes.dropFirst() }
        }
      } while bytes.count > most
      let part = String(decoding: bytes, as: UTF8.self)
      let result = keeps == .beginning ? part + "\u{2026}" : "\u{2026}" + part
      let length = length(of: result, font)
      if length <= width { return (result, length) }
    }
    return ("", 0)
  }

  /// Draws a picture of `width` times `height` pixels, stretched to `rect`.
  func paint(_ surface: OpaquePointer?, width: Double, height: Double, in rect: Rect) {
    cairo_save(context)
    cairo_rectangle(context, rect.x, rect.y, rect.width, rect.height)
    cairo_clip(context)
    cairo_translate(context, rect.x, rect.y)
    cairo_scale(context, rect.width / width, rect.height / height)
    cairo_set_source_surface(context, surface, 0, 0)
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_BILINEAR)
    cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD)
    cairo_paint(context)
    cairo_restore(context)
  }

  private func set(_ colour: Colour) {
    cairo_set_source_rgb(context, colour.red, colour.green, colour.blue)
  }
}
