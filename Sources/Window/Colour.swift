import CSystem

/// An sRGB colour, each component 0 ... 1.
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

  /// This colour mixed with a share of another, 0 ... 1.
  func mixed(with other: Colour, _ share: Double) -> Colour {
    Colour(
      red: red + (other.red - red) * share, green: green + (other.green - green) * share,
      blue: blue + (other.blue - blue) * share)
  }

  /// Relative luminance as defined by WCAG 2, 0 ... 1.
  var luminance: Double {
    func linear(_ part: Double) -> Double {
      part <= 0.04045 ? part / 12.92 : power((part + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Contrast ratio as defined by WCAG 2, 1 ... 21.
  func contrast(with other: Colour) -> Double {
    let (a, b) = (luminance, other.luminance)
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)
  }
}

/// The colours of a window. Colour never stands alone: every part in a stem's colour is also labelled.
struct Theme {
  let background: Colour
  let text: Colour
  /// Secondary text, scales, borders.
  let dim: Colour
  /// Buttons and handles.
  let raised: Colour
  /// Tracks and wells.
  let sunken: Colour
  /// Buttons that are on, and the focus ring.
  let accent: Colour
  private let hasBrightStems: Bool

  /// - Parameters:
  ///   - background: the host's, 0xRRGGBB or WINDOW_NO_COLOUR.
  ///   - text: likewise. Both are used only if their contrast is high enough for reading.
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
    // On a background that is nearly black, wells are lighter instead of darker.
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

  /// The background mixed with a share of the text's colour, 0 ... 1, so that text on it can be read.
  func ground(_ share: Double) -> Colour { Theme.ground(background, text, share) }

  /// Where the text could not be read on the mixture, as on a medium grey, black or white is mixed in instead.
  private static func ground(_ back: Colour, _ front: Colour, _ share: Double) -> Colour {
    let near = back.mixed(with: front, share)
    guard near.contrast(with: front) < 4.5 else { return near }
    return back.mixed(with: Colour(back.luminance < front.luminance ? 0x000000 : 0xFFFFFF), share)
  }
}
