import Engine

/// The network's input `noise`: numbers that are new in every frame and the same after every reset.
///
/// - Values: `[n][2]`, spread evenly over ±√1.5, so that a bin has a power of 1 on average.
struct Noise {
  private let row: UnsafeMutablePointer<Float>?
  private let count: Int
  private var state = Noise.seed

  private static var seed: UInt32 { 1 }

  init(_ plan: Plan, _ ports: NetworkPorts) {
    row = ports.noise
    count = 2 * plan.noiseBins
  }

  @_noLocks @_noAllocation
  mutating func reset() { state = Noise.seed }

  /// Writes the next frame: the upper 24 bits of a linear congruential generator, of Numerical Recipes.
  @_noLocks @_noAllocation
  mutating func write() {
    guard let row else { return }
    for i in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      row[i] = Float(Int32(bitPattern: state) >> 8) * (1.224_744_9 / 8_388_608)
    }
  }
}
