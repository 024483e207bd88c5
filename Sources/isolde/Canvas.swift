import CCairo
import Glibc

/// A picture in points, drawn with cairo.
final class Canvas {
  enum Place { case left, middle, right }

  private let surface: OpaquePointer?
  private let context: OpaquePointer?

  /// A white picture.
  init(width: Int, height: Int) {
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
    context = cairo_create(surface)
    set(0xffffff)
    cairo_paint(context)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  private func set(_ colour: UInt32) {
    func part(_ shift: UInt32) -> Double { Double(colour >> shift & 255) / 255 }
    cairo_set_source_rgb(context, part(16), part(8), part(0))
  }

  /// A line of one point's width.
  func line(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ colour: UInt32) {
    set(colour)
    cairo_set_line_width(context, 1)
    cairo_move_to(context, x0, y0)
    cairo_line_to(context, x1, y1)
    cairo_stroke(context)
  }

  /// The outline of a rectangle.
  func frame(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: UInt32) {
    set(colour)
    cairo_set_line_width(context, 1)
    cairo_rectangle(context, x - 0.5, y - 0.5, width + 1, height + 1)
    cairo_stroke(context)
  }

  /// One line of text; `y` is its base line. Returns its width.
  @discardableResult
  func text(
    _ text: String, _ x: Double, _ y: Double, size: Double = 15, colour: UInt32 = 0x303040,
    bold: Bool = false, at place: Place = .left, upwards: Bool = false
  ) -> Double {
    cairo_select_font_face(
      context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
      bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(context, size)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    let shift: Double =
      switch place {
      case .left: 0
      case .middle: -extents.x_advance / 2
      case .right: -extents.x_advance
      }
    set(colour)
    cairo_save(context)
    cairo_translate(context, x, y)
    if upwards { cairo_rotate(context, -Double.pi / 2) }
    cairo_move_to(context, shift, 0)
    cairo_show_text(context, text)
    cairo_restore(context)
    return extents.x_advance
  }

  /// Fills a rectangle point by point; `colour` is asked for column and row from the top left.
  func points(
    _ x: Int, _ y: Int, width: Int, height: Int, colour: (_ column: Int, _ row: Int) -> UInt32
  ) {
    cairo_surface_flush(surface)
    guard let bytes = cairo_image_surface_get_data(surface) else { return }
    let stride = Int(cairo_image_surface_get_stride(surface))
    for row in 0..<height {
      (bytes + (y + row) * stride + x * 4).withMemoryRebound(to: UInt32.self, capacity: width) {
        for column in 0..<width { $0[column] = colour(column, row) }
      }
    }
    cairo_surface_mark_dirty(surface)
  }

  /// Writes the picture as PNG.
  func write(_ file: PartialFile) throws {
    let status = cairo_surface_write_to_png(surface, file.path)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw Failure(
        file.target, "cannot be written: \(String(cString: cairo_status_to_string(status)))",
        remedy: "make room or choose another place")
    }
  }
}
