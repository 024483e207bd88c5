/// A tooltip: the help of the widget under the pointer.
final class Tooltip: Widget {
  private var lines: [String] = []
  private static let height = 15.0
  private static let longest = 52

  var isShown: Bool { !lines.isEmpty }

  /// Shows it below a point, or above it where there is no room.
  func show(_ words: String, at point: Point, in bounds: Rect) {
    lines = Tooltip.wrapped(words)
    var longest = 0
    for line in lines { longest = max(longest, line.utf8.count) }
    let (width, height) = (Double(longest) * 5.9 + 20, Double(lines.count) * Tooltip.height + 10)
    let below = point.y + 20
    frame = Rect(
      x: max(min(point.x + 8, bounds.right - width - 6), bounds.x + 6),
      y: below + height < bounds.bottom ? below : point.y - height - 8, width: width, height: height
    )
    isDirty = true
  }

  func hide() { lines = [] }

  private static func wrapped(_ words: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in words.utf8.split(separator: UInt8(ascii: " ")) {
      let text = String(decoding: word, as: UTF8.self)
      if !line.isEmpty, line.utf8.count + 1 + text.utf8.count > longest {
        lines.append(line)
        line = text
      } else {
        line += line.isEmpty ? text : " " + text
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    canvas.fill(frame, theme.text, corner: 3)
    var rest = frame.inset(8, 5)
    for line in lines { canvas.write(line, in: rest.cutTop(Tooltip.height), theme.background) }
  }
}
