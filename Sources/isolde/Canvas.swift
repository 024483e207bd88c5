import CCairo
import Glibc

/// A picture in points, drawn with cairo into a file: PNG, SVG or PDF.
final class Canvas {
  enum Place { case left, middle, right }

  /// The format of a picture, by file extension.
  enum Format: String, CaseIterable {
    case png, svg, pdf

    /// Throws when the extension is not that of a picture.
    init(of path: String) throws {
      guard let format = Format(rawValue: Path(path).extension.lowercased()) else {
        throw Failure(
          path, "the extension names no kind of picture",
          remedy: "use one of \(Format.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      self = format
    }
  }

  private let file: PartialFile
  private let format: Format
  private let surface: OpaquePointer?
  private let context: OpaquePointer?

  /// Makes a white picture.
  init(_ file: PartialFile, width: Int, height: Int) throws {
    self.file = file
    format = try Format(of: file.target)
    let place = Unmanaged.passUnretained(file).toOpaque()
    surface =
      switch format {
      case .png: cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
      case .svg:
        cairo_svg_surface_create_for_stream(Self.write, place, Double(width), Double(height))
      case .pdf:
        cairo_pdf_surface_create_for_stream(Self.write, place, Double(width), Double(height))
      }
    if format == .pdf {
      // Clears the creation date, so that the same recordings always make the same file.
      cairo_pdf_surface_set_metadata(
        surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
    }
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

  /// Draws a line, one point wide.
  func line(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double, _ colour: UInt32) {
    curve([(x0, y0), (x1, y1)], colour, width: 1)
  }

  /// Draws straight lines from point to point.
  func curve(_ points: [(x: Double, y: Double)], _ colour: UInt32, width: Double) {
    set(colour)
    cairo_set_line_width(context, width)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_new_path(context)  // text leaves a current point, from which a line would start
    for point in points { cairo_line_to(context, point.x, point.y) }
    cairo_stroke(context)
  }

  /// Strokes a rectangle.
  func frame(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: UInt32) {
    set(colour)
    cairo_set_line_width(context, 1)
    cairo_rectangle(context, x - 0.5, y - 0.5, width + 1, height + 1)
    cairo_stroke(context)
  }

  /// Writes one line of text; `y` is its base line. Returns its width.
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
    let image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
    defer { cairo_surface_destroy(image) }
    guard let bytes = cairo_image_surface_get_data(image) else { return }
    let stride = Int(cairo_image_surface_get_stride(image))
    for row in 0..<height {
      (bytes + row * stride).withMemoryRebound(to: UInt32.self, capacity: width) {
        for column in 0..<width { $0[column] = colour(column, row) }
      }
    }
    cairo_surface_mark_dirty(image)
    cairo_set_source_surface(context, image, Double(x), Double(y))
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)
    cairo_rectangle(context, Double(x), Double(y), Double(width), Double(height))
    cairo_fill(context)
  }

  /// Completes the picture and flushes it to the file.
  func finish() throws {
    var status = cairo_status(context)
    if status == CAIRO_STATUS_SUCCESS, format == .png {
      let place = Unmanaged.passUnretained(file).toOpaque()
      status = cairo_surface_write_to_png_stream(surface, Self.write, place)
    }
    cairo_surface_finish(surface)
    if status == CAIRO_STATUS_SUCCESS { status = cairo_surface_status(surface) }
    guard status == CAIRO_STATUS_SUCCESS else {
      throw Failure(
        file.target, "cannot be written: \(String(cString: cairo_status_to_string(status)))",
        remedy: "make room or choose another place")
    }
  }

  /// Cairo's callback that writes bytes to the file.
  private static let write: cairo_write_func_t = { place, bytes, count in
    guard let place, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
    let file = Unmanaged<PartialFile>.fromOpaque(place).takeUnretainedValue()
    var done = 0
    while done < Int(count) {
      let written = Glibc.write(file.descriptor, bytes + done, Int(count) - done)
      guard written > 0 else { return CAIRO_STATUS_WRITE_ERROR }
      done += written
    }
    return CAIRO_STATUS_SUCCESS
  }
}
