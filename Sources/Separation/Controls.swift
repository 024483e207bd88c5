import CInterface
import CSystem

/// What the mix plays: the control `listen`.
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
  let values: isolde_controls

  /// -100...100 %.
  var sensitivity: Float { values.sensitivity }
  /// False: the delayed input.
  var enabled: Bool { values.enabled }

  /// Limits every value to its range; NaN and unknown choices become the default.
  @_noLocks @_noAllocation
  public init(_ asked: isolde_controls) { values = controls_limited(asked) }

  /// The controls of separate stems.
  @_noLocks @_noAllocation
  init(sensitivity: Float, enabled: Bool) {
    var asked = isolde_controls()  // faders at 0 dB
    asked.sensitivity = sensitivity
    asked.enabled = enabled
    self.init(asked)
  }

  /// Whether all values are equal.
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
  /// The factor on the odds of speech against the background: ±6 dB for ±100 %.
  var odds: Float { values.sensitivity == 0 ? 1 : power_of_ten(0.6 * values.sensitivity / 100) }
}
