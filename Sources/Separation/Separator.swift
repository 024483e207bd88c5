import CSystem
import Engine

/// Separates a stream of audio into voice, reverb and background.
///
/// - Shapes: `channels` channels, any number of samples a call. They are linked: one decision for all.
/// - Delay: `latency` samples, constant.
/// - Memory: taken at `init` and zeroed; nothing is allocated after it.
/// - Output: the same bits however the stream is cut into calls.
///
/// `Separator+Stream.swift` moves the samples; `Separator+Work.swift` has the slices of a frame's work,
/// which `Schedule` spreads over the next hop.
public struct Separator: ~Copyable {
  /// Latency in samples.
  public let latency: Int

  let plan: Plan
  var network: Network
  let ports: NetworkPorts
  let transform: Transform
  var parts: Parts
  private let state: Arena
  private let fixed: Arena

  /// Samples received of the current hop.
  var position = 0
  /// The factor of `sensitivity`, taken at the first sample of the hop.
  var odds: Float = 1

  /// - Parameters:
  ///   - model: must outlive the separator.
  ///   - rate: sample rate in Hz, 8,000...192,000.
  ///   - channels: audio channels, 1...64.
  ///   - longest: the maximum latency in samples, checked before any memory is allocated.
  ///   - level: the SIMD level of the kernels.
  public init(
    _ model: UnsafePointer<Model>, rate: Double, channels: Int, longest: Int = .max,
    level: SIMDLevel = .best
  ) throws(SeparatorError) {
    try Requirements.check(model, rate: rate, channels: channels)
    let plan = Plan(model, rate: rate, channels: channels)
    guard plan.latency <= longest else {
      throw SeparatorError(
        message: "its latency of \(plan.latency) samples is above the plug-in's \(longest)")
    }
    let network = try Separator.makeNetwork(model, level)
    let ports = try NetworkPorts(network)

    var stateCount = Arena()
    var fixedCount = Arena()
    _ = Parts(plan, network, ports, state: &stateCount, fixed: &fixedCount)
    try Separator.checkMemory(model, stateCount.used.saturatingAdd(fixedCount.used))
    guard var state = Arena(bytes: stateCount.used), var fixed = Arena(bytes: fixedCount.used)
    else { throw .outOfMemory }
    let parts = Parts(plan, network, ports, state: &state, fixed: &fixed)

    transform = try Transform(parts.scratch, size: plan.geometry.window)
    self.parts = parts
    self.network = network
    self.ports = ports
    self.state = state
    self.fixed = fixed
    self.plan = plan
    latency = plan.latency
  }

  deinit { transform.free() }

  /// Refuses a separator whose `bytes`, together with model and network, exceed the budget of the model's
  /// file.
  private static func checkMemory(
    _ model: UnsafePointer<Model>, _ bytes: Int
  ) throws(SeparatorError) {
    let all = model.pointee.ownBytes.saturatingAdd(model.pointee.networkBytes).saturatingAdd(bytes)
    guard all <= model.pointee.budget else {
      throw SeparatorError(
        message:
          "takes \(all >> 20) MiB of memory, more than the \(model.pointee.budget >> 20) MiB "
          + "that a model file of its size may take")
    }
  }

  private static func makeNetwork(
    _ model: UnsafePointer<Model>, _ level: SIMDLevel
  ) throws(SeparatorError) -> Network {
    do throws(ModelError) {
      return try Network(model, level: level)
    } catch {
      throw SeparatorError(error)
    }
  }

  /// The latency at the model's design rate, in samples; 0 when no separator can use the model.
  public static func latency(of model: UnsafePointer<Model>) -> Int {
    let rate = Double(model.pointee.rate)
    do throws(SeparatorError) {
      try Requirements.check(model, rate: rate, channels: 1)
    } catch {
      return 0
    }
    return Plan(model, rate: rate, channels: 1).latency
  }

  /// Restores the state after `init`.
  @_noLocks @_noAllocation
  public mutating func reset() {
    state.clear()
    network.reset()
    parts.reset()
    position = 0
  }

  /// Turns the computing of columns on or off.
  @_noLocks @_noAllocation
  mutating func watch(_ isWatched: Bool) { parts.columns.watch(isWatched) }

  /// Writes the oldest column not yet taken; false when there is none.
  @_noLocks @_noAllocation
  mutating func takeColumn(_ column: UnsafeMutablePointer<UInt8>) -> Bool {
    parts.columns.take(column)
  }

  /// RMS of the stems after their faders over the last 50 ms or so, linear.
  public var levels: StemGains {
    let level = parts.meters.levels
    let fader = parts.mixer.faders
    return StemGains(
      voice: level.voice * fader.voice, reverb: level.reverb * fader.reverb,
      ambience: level.ambience * fader.ambience)
  }
}
