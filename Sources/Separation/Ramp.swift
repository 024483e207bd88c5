/// A value that moves linearly to its target, sample by sample.
struct Ramp {
  private(set) var value: Float
  private(set) var target: Float
  private var step: Float = 0
  /// Samples until the target is reached; 0 when it is.
  private(set) var remaining = 0

  init(_ value: Float) {
    self.value = value
    target = value
  }

  /// - Parameter count: samples to the new target; 0 jumps. A ramp already moving to the same target continues.
  @_noLocks @_noAllocation
  mutating func aim(at target: Float, over count: Int) {
    if count == 0 {
      self = Ramp(target)
    } else if target != self.target {
      self.target = target
      step = (target - value) / Float(count)
      remaining = count
    }
  }

  /// The value of the next sample.
  @_noLocks @_noAllocation
  mutating func next() -> Float {
    if remaining > 0 {
      remaining &-= 1
      value = remaining == 0 ? target : value + step
    }
    return value
  }
}
