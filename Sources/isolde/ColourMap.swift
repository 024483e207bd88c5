import Glibc

/// Colours from nearly black through violet and orange to pale yellow.
///
/// They are computed in OKLCH, where equal steps look equal. Lightness grows evenly with the level, so a step of 10 dB
/// is as visible at the bottom as at the top, also in grey prints.
enum ColourMap {
  /// The colour of a level, 0 ... 1, as 0xRRGGBB.
  static func colour(_ level: Float) -> UInt32 {
    table[Int(min(max(level, 0), 1) * Float(table.count - 1) + 0.5)]
  }

  private static let table: [UInt32] = (0..<256).map { colour(at: Double($0) / 255) }

  /// Hue in degrees and chroma at points of the scale, interpolated linearly.
  private static let path: [(level: Double, hue: Double, chroma: Double)] = [
    (0, 280, 0.03), (0.2, 288, 0.13), (0.45, 350, 0.19), (0.65, 392, 0.17), (0.82, 428, 0.15),
    (1, 465, 0.07),
  ]

  private static func colour(at level: Double) -> UInt32 {
    let next = path.firstIndex { $0.level >= level && $0.level > 0 } ?? path.count - 1
    let (a, b) = (path[next - 1], path[next])
    let part = (level - a.level) / (b.level - a.level)
    let hue = (a.hue + (b.hue - a.hue) * part) * Double.pi / 180
    var chroma = a.chroma + (b.chroma - a.chroma) * part
    let lightness = 0.1 + 0.87 * level
    while true {
      let rgb = linearRGB(lightness, chroma * cos(hue), chroma * sin(hue))
      if chroma < 0.002 || rgb.allSatisfy({ (0...1).contains($0) }) {
        return rgb.map(encoded).reduce(0) { $0 << 8 | $1 }
      }
      chroma *= 0.98  // colours outside sRGB become paler, not darker
    }
  }

  /// Björn Ottosson, "A perceptual color space for image processing", 2020.
  private static func linearRGB(_ lightness: Double, _ a: Double, _ b: Double) -> [Double] {
    let l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3)
    let m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3)
    let s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3)
    return [
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ]
  }

  /// sRGB's curve, 0 ... 255.
  private static func encoded(_ value: Double) -> UInt32 {
    let light = min(max(value, 0), 1)
    let curve = light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
    return UInt32(curve * 255 + 0.5)
  }
}
