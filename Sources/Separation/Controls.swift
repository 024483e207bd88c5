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

/// The controls of a mix, all within their ranges.
public struct Controls: Equatable {
  /// Levels in dB, -60...12; -60 is off.
  public let voice, reverb, ambience: Float
  /// -100...100 %.
  public let sensitivity: Float
  /// What is heard.
  public let listen: Listen
  /// False: the delayed input.
  public let enabled: Bool

  /// Limits every value to its range; what is not a number, or no choice, takes its default.
  @_noLocks @_noAllocation
  public init(
    voice: Float, reverb: Float, ambience: Float, sensitivity: Float, listen: Int32, enabled: Bool
  ) {
    self.voice = Controls.limited(voice, -60, 12, default: 0)
    self.reverb = Controls.limited(reverb, -60, 12, default: -12)
    self.ambience = Controls.limited(ambience, -60, 12, default: -24)
    self.sensitivity = Controls.limited(sensitivity, -100, 100, default: 0)
    self.listen = Listen(rawValue: listen) ?? .mix
    self.enabled = enabled
  }

  private static func limited(
    _ value: Float, _ low: Float, _ high: Float, default standard: Float
  ) -> Float {
    value.isNaN ? standard : min(max(value, low), high)
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
      voice: Controls.factor(voice), reverb: Controls.factor(reverb),
      ambience: Controls.factor(ambience))
  }

  /// The factors of what is heard.
  @_noLocks @_noAllocation
  func heard(_ faders: StemGains) -> StemGains {
    switch listen {
    case .mix: faders
    case .voice: StemGains(voice: 1, reverb: 0, ambience: 0)
    case .reverb: StemGains(voice: 0, reverb: 1, ambience: 0)
    case .ambience: StemGains(voice: 0, reverb: 0, ambience: 1)
    case .removed:
      StemGains(
        voice: 1 - faders.voice, reverb: 1 - faders.reverb, ambience: 1 - faders.ambience)
    }
  }

  private static func factor(_ level: Float) -> Float {
    level <= -60 ? 0 : power_of_ten(level / 20)
  }
}

extension Controls {
  /// The factor on the odds of speech against ambience: ±6 dB for ±100 %.
  @_noLocks @_noAllocation
  static func odds(sensitivity: Float) -> Float {
    let percent = limited(sensitivity, -100, 100, default: 0)
    return percent == 0 ? 1 : power_of_ten(0.6 * percent / 100)
  }
}
