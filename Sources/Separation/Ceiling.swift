import Engine

/// How loud a stem may be: full scale, or as loud as the input was where that is louder.
///
/// Masks only take away, but filter taps of a damaged model can amplify without end. A hop in which any
/// stem is more than a quarter louder is brought within the ceiling; others, whose small overshoot is
/// that of any filter, stay as they are.
///
/// - Memory: `[channels][hops]`, the peak of every hop that has a share in what is synthesised.
struct Ceiling {
  private let peaks: UnsafeMutablePointer<Float>
  private let hops: Int
  private let hop: Int
  /// Place of the next peak.
  private var next = 0

  init(_ plan: Plan, _ state: inout Arena) {
    hop = plan.geometry.hop
    hops =
      plan.delay + plan.geometry.synthesisHops + plan.geometry.windowHops + (plan.taps?.before ?? 0)
    peaks = state.take(Float.self, plan.channels * hops)
  }

  @_noLocks @_noAllocation
  mutating func reset() { next = 0 }

  /// Takes the peak of a channel's newest hop, `[hop]`, in place of the oldest one's.
  @_noLocks @_noAllocation
  func measure(_ channel: Int, _ samples: UnsafePointer<Float>) {
    var peak: UInt32 = 0  // the bits of positive floats have their order
    for i in 0..<hop { peak = max(peak, samples[i].bitPattern & 0x7fff_ffff) }
    peaks[channel &* hops &+ next] = Float(bitPattern: peak)
  }

  /// The next hop is to be measured.
  @_noLocks @_noAllocation
  mutating func advance() { next = next &+ 1 == hops ? 0 : next &+ 1 }

  /// Brings the stems of the hop that leaves next, `[hop]`, within the ceiling: speech, voice, and what is
  /// left between them and the input.
  @_noLocks @_noAllocation
  func limit(
    _ channel: Int, input: UnsafePointer<Float>, speech: UnsafeMutablePointer<Float>,
    voice: UnsafeMutablePointer<Float>
  ) {
    var ceiling: Float = 1
    for i in 0..<hops {
      let peak = peaks[channel &* hops &+ i]
      if peak > ceiling { ceiling = peak }
    }
    var loudest: UInt32 = 0
    for i in 0..<hop {
      let (x, s, v) = (input[i], speech[i], voice[i])
      let ofInput = max((x - s).bitPattern & 0x7fff_ffff, s.bitPattern & 0x7fff_ffff)
      let ofSpeech = max((s - v).bitPattern & 0x7fff_ffff, v.bitPattern & 0x7fff_ffff)
      loudest = max(loudest, max(ofInput, ofSpeech))
    }
    guard Float(bitPattern: loudest) > 1.25 * ceiling else { return }
    for i in 0..<hop {
      let x = input[i]
      let s = speech[i]
      let ofSpeech = Ceiling.within(max(x, 0) - ceiling, s, min(x, 0) + ceiling)
      let v = voice[i]
      let ofVoice = Ceiling.within(max(ofSpeech, 0) - ceiling, v, min(ofSpeech, 0) + ceiling)
      speech[i] = ofSpeech
      voice[i] = ofVoice
    }
  }

  @inline(__always)
  private static func within(_ low: Float, _ x: Float, _ high: Float) -> Float {
    let above = x > low ? x : low
    return above < high ? above : high
  }
}
