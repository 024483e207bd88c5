/// A position in points.
struct Point {
  var x: Double
  var y: Double
}

/// A rectangle in points.
struct Rect: Equatable {
  var x = 0.0
  var y = 0.0
  var width = 0.0
  var height = 0.0

  var right: Double { x + width }
  var bottom: Double { y + height }
  var middle: Point { Point(x: x + width / 2, y: y + height / 2) }

  func contains(_ point: Point) -> Bool {
    point.x >= x && point.x < right && point.y >= y && point.y < bottom
  }

  /// The rectangle without a border of `dx` and `dy`.
  func inset(_ dx: Double, _ dy: Double) -> Rect {
    Rect(x: x + dx, y: y + dy, width: max(width - 2 * dx, 0), height: max(height - 2 * dy, 0))
  }

  /// The rectangle with its edges moved to whole pixels; `scale` is pixels per point.
  func snapped(_ scale: Double) -> Rect {
    func snap(_ points: Double) -> Double { (points * scale).rounded() / scale }
    let (left, top) = (snap(x), snap(y))
    return Rect(x: left, y: top, width: snap(right) - left, height: snap(bottom) - top)
  }

  /// Cuts `length` off at the top, and returns it.
  mutating func cutTop(_ length: Double) -> Rect {
    let taken = Rect(x: x, y: y, width: width, height: min(length, height))
    y += taken.height
    height -= taken.height
    return taken
  }

  /// Cuts `length` off at the bottom, and returns it.
  mutating func cutBottom(_ length: Double) -> Rect {
    let taken = min(length, height)
    height -= taken
    return Rect(x: x, y: bottom, width: width, height: taken)
  }

  /// Cuts `length` off at the left, and returns it.
  mutating func cutLeft(_ length: Double) -> Rect {
    let taken = Rect(x: x, y: y, width: min(length, width), height: height)
    x += taken.width
    width -= taken.width
    return taken
  }

  /// Cuts `length` off at the right, and returns it.
  mutating func cutRight(_ length: Double) -> Rect {
    let taken = min(length, width)
    width -= taken
    return Rect(x: right, y: y, width: taken, height: height)
  }
}
