import CKernels
import CSystem
import Engine

/// The levels of the three stems: RMS over the last 50 ms or so, in whole hops.
///
/// Each hop is measured on output, so a level lags by at most 50 ms and a hop.
struct Meters {
  /// Sums of squares over hop and channels, `[hops]`, a ring; lanes: voice, reverb, background.
  private let energies: UnsafeMutablePointer<SIMD4<Float>>
  private let hops: Int
  private let hop: Int
  private let channels: Int
  private var current = 0
  /// Voice, reverb, background before their faders, linear.
  private(set) var levels = StemGains(voice: 0, reverb: 0, ambience: 0)

  init(_ plan: Plan, _ state: inout Arena) {
    hop = plan.geometry.hop
    channels = plan.channels
    hops = max(Int(plan.rate * 0.05 / Double(hop) + 0.5), 1)
    energies = state.take(SIMD4<Float>.self, hops)
  }

  @_noLocks @_noAllocation
  mutating func reset() {
    current = 0
    levels = StemGains(voice: 0, reverb: 0, ambience: 0)
  }

  /// Adds a channel of the output hop; the last channel ends the hop. All `[hop]`.
  @_noLocks @_noAllocation
  mutating func add(
    _ channel: Int, input: UnsafePointer<Float>, speech: UnsafePointer<Float>,
    voice: UnsafePointer<Float>
  ) {
    var sum = channel == 0 ? SIMD4<Float>.zero : energies[current]
    sum[0] += energy { voice.octet(at: $0) }
    sum[1] += energy { speech.octet(at: $0) - voice.octet(at: $0) }
    sum[2] += energy { input.octet(at: $0) - speech.octet(at: $0) }
    energies[current] = sum
    if channel == channels &- 1 { finishHop() }
  }

  /// The sum of squares over a hop, in eight independent sums. Zeros follow the end of the hop.
  @inline(__always)
  private func energy(_ octet: (Int) -> Octet) -> Float {
    var sums = Octet.zero
    var i = 0
    while i < hop {
      let x = octet(i)
      sums += x * x
      i &+= 8
    }
    let half = sums.lowHalf + sums.highHalf
    return half[0] + half[1] + half[2] + half[3]
  }

  private mutating func finishHop() {
    var sum = SIMD4<Float>.zero
    for i in 0..<hops { sum += energies[i] }
    let mean = kernel_square_root4(sum / Float(hops &* hop &* channels))
    levels = StemGains(voice: mean[0], reverb: mean[1], ambience: mean[2])
    current = current &+ 1 == hops ? 0 : current &+ 1
  }
}

private typealias Octet = SIMD8<Float>

extension UnsafePointer<Float> {
  @inline(__always)
  fileprivate func octet(at index: Int) -> Octet {
    UnsafeRawPointer(self + index).loadUnaligned(as: Octet.self)
  }
}
