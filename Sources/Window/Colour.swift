import CSystem

/// A colour of the screen, 0 ... 1 a part, sRGB.
struct Colour {
  var red: Double
  var green: Double
  var blue: Double

  /// - Parameter hex: 0xRRGGBB.
  init(_ hex: UInt32) {
    func part(_ shift: UInt32) -> Double { Double(hex >> shift & 255) / 255 }
    red = part(16)
    green = part(8)
    blue = part(0)
  }

  private init(red: Double, green: Double, blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// This colour with a share of another, 0 ... 1.
  func mixed(with other: Colour, _ share: Double) -> Colour {
    Colour(
      red: red + (other.red - red) * share, green: green + (other.green - green) * share,
      blue: blue + (other.blue - blue) * share)
  }

  /// Relative luminance of WCAG 2, 0 ... 1.
  var luminance: Double {
    func linear(_ part: Double) -> Double {
      part <= 0.04045 ? part / 12.92 : power((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Contrast of WCAG 2, 1 ... 21.
  func contrast(with other: Colour) -> Double {
    let (a, b) = (luminance, other.luminance)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }
}

/// The colours of a window; each part of a stem's colour has its name beside it.
struct Theme {
  let background: Colour
  let text: Colour
  /// Quiet text, scales, borders.
  let dim: Colour
  /// What can be taken hold of.
  let raised: Colour
  /// Tracks and wells.
  let sunken: Colour
  /// What is on, and where the keys go.
  let accent: Colour
  private let hasBrightStems: Bool

  /// - Parameters:
  ///   - background: the host's, 0xRRGGBB or WINDOW_NO_COLOUR.
  ///   - text: likewise; both count only when one can be read on the other.
  init(background: UInt32, text: UInt32) {
    var (back, front) = (Colour(0x24272B), Colour(0xE8E8E8))
    if background <= 0xFFFFFF, text <= 0xFFFFFF,
      Colour(background).contrast(with: Colour(text)) >= 4.5
    {
      (back, front) = (Colour(background), Colour(text))
    }
    self.background = back
    self.text = front
    let isDark = back.luminance < front.luminance
    var share = 0.4
    while share > 0, front.mixed(with: back, share).contrast(with: back) < 4.5 { share -= 0.1 }
    dim = front.mixed(with: back, max(share, 0))
    raised = Theme.ground(back, front, 0.2)
    // A ground that is nearly black cannot be sunk into.
    sunken =
      isDark && back.contrast(with: Colour(0x000000)) > 1.2
      ? back.mixed(with: Colour(0x000000), 0.5) : Theme.ground(back, front, isDark ? 0.15 : 0.1)
    accent = isDark ? Colour(0xF5F5F5) : Colour(0x101010)
    hasBrightStems =
      back.contrast(with: Colour(UInt32(STEM_COLOUR_VOICE)))
      > back.contrast(with: Colour(Theme.darkVoice))
  }

  private static let darkVoice: UInt32 = 0xA85A00

  func colour(of stem: Stem) -> Colour {
    switch stem {
    case .voice: Colour(hasBrightStems ? UInt32(STEM_COLOUR_VOICE) : Theme.darkVoice)
    case .reverb: Colour(hasBrightStems ? UInt32(STEM_COLOUR_REVERB) : 0x0072B2)
    case .background: Colour(hasBrightStems ? UInt32(STEM_COLOUR_BACKGROUND) : 0x666666)
    }
  }

  /// What stands out from the background by a share of the text's colour, 0 ... 1, and carries text.
  func ground(_ share: Double) -> Colour { Theme.ground(background, text, share) }

  /// The other way where text could not be read on it, as on a medium grey.
  private static func ground(_ back: Colour, _ front: Colour, _ share: Double) -> Colour {
    let near = back.mixed(with: front, share)
    guard near.contrast(with: front) < 4.5 else { return near }
    return back.mixed(with: Colour(back.luminance < front.luminance ? 0x000000 : 0xFFFFFF), share)
  }
}
