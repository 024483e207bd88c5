import CInterface
import CSystem

/// What is heard.
public enum Listen: Int32 {
  /// The three stems through their faders.
  case mix
  /// One stem alone, before its fader.
  case voice, reverb, ambience
  /// The delayed input minus the mix.
  case removed
}

/// The controls of a mix, all within their ranges; `isolde_controls.h` is their table.
public struct Controls: Equatable {
  private let values: isolde_controls

  /// -100...100 %.
  var sensitivity: Float { values.sensitivity }
  /// False: the delayed input.
  var enabled: Bool { values.enabled }

  /// Limits every value to its range; what is not a number, or no choice, takes its default.
  @_noLocks @_noAllocation
  public init(_ asked: isolde_controls) { values = controls_limited(asked) }

  /// Those that separate stems have.
  @_noLocks @_noAllocation
  init(sensitivity: Float, enabled: Bool) {
    var asked = isolde_controls()  // faders at 0 dB
    asked.sensitivity = sensitivity
    asked.enabled = enabled
    self.init(asked)
  }

  /// Whether nothing differs.
  @_noLocks @_noAllocation
  public static func == (a: Controls, b: Controls) -> Bool {
    controls_are_equal(a.values, b.values)
  }
}

/// Linear factors on the three stems.
public struct StemGains {
  /// Factors, or levels.
  public let voice, reverb, ambience: Float

  static var unity: StemGains { StemGains(voice: 1, reverb: 1, ambience: 1) }
}

extension Controls {
  /// The faders' factors.
  var faders: StemGains {
    StemGains(
      voice: Controls.factor(values.voice), reverb: Controls.factor(values.reverb),
      ambience: Controls.factor(values.ambience))
  }

  /// The factors of what is heard.
  @_noLocks @_noAllocation
  func heard(_ faders: StemGains) -> StemGains {
    switch Listen(rawValue: values.listen) ?? .mix {
    case .mix: faders
    case .voice: StemGains(voice: 1, reverb: 0, ambience: 0)
    case .reverb: StemGains(voice: 0, reverb: 1, ambience: 0)
    case .ambience: StemGains(voice: 0, reverb: 0, ambience: 1)
    case .removed:
      StemGains(
        voice: 1 - faders.voice, reverb: 1 - faders.reverb, ambience: 1 - faders.ambience)
    }
  }

  /// The factor on the output; 1 at 0 dB.
  var trim: Float { values.trim == 0 ? 1 : power_of_ten(values.trim / 20) }

  /// The factor on the odds of speech against the background: ±6 dB for ±100 %.
  var odds: Float { values.sensitivity == 0 ? 1 : power_of_ten(0.6 * values.sensitivity / 100) }

  private static func factor(_ level: Float) -> Float {
    level <= -60 ? 0 : power_of_ten(level / 20)
  }
}
