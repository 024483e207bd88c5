import CSystem
import Engine

/// The faders: mixes the delayed input and the two synthesised stems, sample by sample.
///
/// With the factors v, r, a of voice, reverb and background the output is
/// `a·input + (r - a)·speech + (v - r)·voice`, so with all faders at 0 dB it is the delayed input. The trim
/// multiplies it, but not in bypass.
/// Changes are ramps; they act on the output from the first sample of the block.
struct Mixer {
  private var voice = Ramp(1)
  private var reverb = Ramp(1)
  private var ambience = Ramp(1)
  private var trim = Ramp(1)
  /// 0: the delayed input. 1: the mix.
  private var wet = Ramp(1)
  private var controls: Controls?
  private let task: ModelTask
  /// The faders' factors, for the meters.
  private(set) var faders = StemGains.unity
  /// Samples of a ramp.
  private let faderTime: Int
  private let enabledTime: Int
  /// The factors of a segment: one for each sample while they move, `[hop]`, else `still`.
  private let moving: UnsafeMutablePointer<Factors>
  private var still = Factors.unity
  private var isMoving = false

  init(_ plan: Plan, _ fixed: inout Arena) {
    task = plan.task
    faderTime = Int(plan.rate * 0.005)
    enabledTime = Int(plan.rate * 0.020)
    moving = fixed.take(Factors.self, plan.geometry.hop)
  }

  /// The next controls take effect at once, without a ramp.
  @_noLocks @_noAllocation
  mutating func reset() {
    controls = nil
    faders = .unity
  }

  /// Sets the controls, from the next sample.
  @_noLocks @_noAllocation
  mutating func set(_ new: Controls) {
    if new == controls { return }
    let isFirst = controls == nil
    controls = new
    faders = new.faders
    let target = task == .extend ? new.restored : new.heard(faders)
    let time = isFirst ? 0 : faderTime
    voice.aim(at: target.voice, over: time)
    reverb.aim(at: target.reverb, over: time)
    ambience.aim(at: target.ambience, over: time)
    trim.aim(at: new.trim, over: time)
    wet.aim(at: new.enabled ? 1 : 0, over: isFirst ? 0 : enabledTime)
  }

  /// Samples until a ramp ends. A segment is no longer than this, so that the output does not depend on the
  /// host's block sizes.
  var span: Int {
    let stems = max(max(voice.remaining, reverb.remaining), ambience.remaining)
    let moving = max(stems, max(trim.remaining, wet.remaining))
    return moving > 0 ? moving : .max
  }

  /// Computes the factors of a segment of `count` samples, at most `span` and a hop.
  @_noLocks @_noAllocation
  mutating func begin(_ count: Int) {
    isMoving = span != .max
    guard isMoving else {
      still = factors()
      return
    }
    for i in 0..<count {
      moving[i] = factors()
    }
  }

  /// Writes one channel of the segment. `output` may be the buffer that the input came from.
  @_noLocks @_noAllocation
  func mix(
    _ input: UnsafePointer<Float>, _ speech: UnsafePointer<Float>, _ voice: UnsafePointer<Float>,
    to output: UnsafeMutablePointer<Float>, count: Int
  ) {
    if isMoving {
      for i in 0..<count {
        let f = moving[i]
        output[i] = f.input * input[i] + f.speech * speech[i] + f.voice * voice[i]
      }
    } else if still.isUnity {
      for i in 0..<count { output[i] = input[i] }
    } else {
      let f = still
      for i in 0..<count {
        output[i] = f.input * input[i] + f.speech * speech[i] + f.voice * voice[i]
      }
    }
  }

  /// Writes the stems of one channel of the segment; with the faders at 0 dB they sum to the input. In
  /// bypass the voice is the input and the others are silent. Outputs may be the buffer that the input
  /// came from.
  @_noLocks @_noAllocation
  func split(
    _ input: UnsafePointer<Float>, _ speech: UnsafePointer<Float>, _ voice: UnsafePointer<Float>,
    voice voiceOut: UnsafeMutablePointer<Float>, reverb: UnsafeMutablePointer<Float>,
    ambience: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count {
      let w = isMoving ? moving[i].wet : still.wet
      voiceOut[i] = w * voice[i] + (1 - w) * input[i]
      reverb[i] = w * (speech[i] - voice[i])
      ambience[i] = w * (input[i] - speech[i])
    }
  }

  /// The factors of the next sample.
  @inline(__always)
  private mutating func factors() -> Factors {
    let w = wet.next()
    let t = w * trim.next()
    let v = t * voice.next() + (1 - w)
    let r = t * reverb.next() + (1 - w)
    let a = t * ambience.next() + (1 - w)
    return Factors(input: a, speech: r - a, voice: v - r, wet: w)
  }
}

/// The factors of one output sample.
private struct Factors {
  var input: Float
  var speech: Float
  var voice: Float
  /// 0 in bypass.
  var wet: Float

  static var unity: Factors { Factors(input: 1, speech: 0, voice: 0, wet: 1) }

  /// The output is the delayed input, bit for bit.
  var isUnity: Bool { input == 1 && speech == 0 && voice == 0 }
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

  /// The factors where both estimates are what is added: the recording, and `amount` of it.
  var restored: StemGains {
    let whole = 1 + Controls.factor(values.amount)
    return StemGains(voice: whole, reverb: whole, ambience: 1)
  }

  /// The factor on the output; 1 at 0 dB.
  var trim: Float { values.trim == 0 ? 1 : power_of_ten(values.trim / 20) }

  private static func factor(_ level: Float) -> Float {
    level <= -60 ? 0 : power_of_ten(level / 20)
  }
}
