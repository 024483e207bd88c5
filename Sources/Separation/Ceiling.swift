import Engine

/// Limits stems to full scale, or to the peak of the input where that is higher.
///
/// Masks only attenuate, but the filter taps of a damaged model can amplify without bound. A hop in which
/// any stem exceeds the ceiling by more than a quarter is limited to it. Smaller overshoots, which any
/// filter has, are left alone.
///
/// - Memory: `[channels][hops]`, the peak of every hop that contributes to the output.
struct Ceiling {
  private let peaks: UnsafeMutablePointer<Float>
  private let hops: Int
  private let hop: Int
  /// Index of the next peak.
  private var next = 0

  init(_ plan: Plan, _ state: inout Arena) {
    hop = plan.geometry.hop
    hops =
      plan.delay + plan.geometry.synthesisHops + plan.geometry.windowHops + (plan.taps?.before ?? 0)
    peaks = state.take(Float.self, plan.channels * hops)
  }

  @_noLocks @_noAllocation
  mutating func reset() { next = 0 }

  /// Stores the peak of a channel's newest hop, `[hop]`, over the oldest one's.
  @_noLocks @_noAllocation
  func measure(_ channel: Int, _ samples: UnsafePointer<Float>) {
    var peak: UInt32 = 0  // the bits of positive floats have their order
    for i in 0..<hop { peak = max(peak, samples[i].bitPattern & 0x7fff_ffff) }
    peaks[channel &* hops &+ next] = Float(bitPattern: peak)
  }

  /// Moves on to the next hop.
  @_noLocks @_noAllocation
  mutating func advance() { next = next &+ 1 == hops ? 0 : next &+ 1 }

  /// Limits the stems of the next output hop, `[hop]`: speech, voice, and the differences between them and
  /// the input.
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
