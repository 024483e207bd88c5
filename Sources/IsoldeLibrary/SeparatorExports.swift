import CIsolde
import Engine
import Separation

extension OpaquePointer {
  /// What an `isolde_separator` is.
  fileprivate var separator: UnsafeMutablePointer<Separator> { UnsafeMutablePointer(self) }
}

/// See `isolde.h`.
@c @implementation
public func isolde_separator_new(
  _ model: OpaquePointer, _ rate: Double, _ channels: UInt32,
  _ message: UnsafeMutablePointer<CChar>?
) -> OpaquePointer? {
  do throws(SeparatorError) {
    let separator = try Separator(
      model.model, rate: rate, channels: Int(channels))
    return hold(separator, message)
  } catch {
    fail(error.message, error.kind, model: ISOLDE_UNSUITABLE_MODEL, message)
    return nil
  }
}

/// See `isolde.h`.
@c @implementation
public func isolde_separator_free(_ separator: OpaquePointer?) {
  endPlaced(separator?.separator)
}

/// See `isolde.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_separator_reset(_ separator: OpaquePointer) {
  separator.separator.pointee.reset()
}

/// See `isolde.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_separator_latency(_ separator: OpaquePointer) -> UInt32 {
  UInt32(truncatingIfNeeded: separator.separator.pointee.latency)
}

/// See `isolde.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_separator_mix(
  _ separator: OpaquePointer, _ controls: UnsafePointer<isolde_controls>,
  _ input: UnsafePointer<UnsafePointer<Float>>,
  _ output: UnsafePointer<UnsafeMutablePointer<Float>>, _ count: UInt32
) {
  separator.separator.pointee.mix(
    Controls(controls.pointee), input, to: output, count: Int(count))
}

/// See `isolde.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_separator_split(
  _ separator: OpaquePointer, _ sensitivity: Float, _ enabled: Bool,
  _ input: UnsafePointer<UnsafePointer<Float>>,
  _ voice: UnsafePointer<UnsafeMutablePointer<Float>>,
  _ reverb: UnsafePointer<UnsafeMutablePointer<Float>>,
  _ ambience: UnsafePointer<UnsafeMutablePointer<Float>>, _ count: UInt32
) {
  separator.separator.pointee.split(
    sensitivity: sensitivity, enabled: enabled, input,
    to: Separator.StemOutputs(voice: voice, reverb: reverb, ambience: ambience),
    count: Int(count))
}

/// See `isolde.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_separator_mix_and_split(
  _ separator: OpaquePointer, _ controls: UnsafePointer<isolde_controls>,
  _ input: UnsafePointer<UnsafePointer<Float>>,
  _ output: UnsafePointer<UnsafeMutablePointer<Float>>,
  _ voice: UnsafePointer<UnsafeMutablePointer<Float>>,
  _ reverb: UnsafePointer<UnsafeMutablePointer<Float>>,
  _ ambience: UnsafePointer<UnsafeMutablePointer<Float>>, _ count: UInt32
) {
  separator.separator.pointee.mixAndSplit(
    Controls(controls.pointee), input, to: output,
    Separator.StemOutputs(voice: voice, reverb: reverb, ambience: ambience),
    count: Int(count))
}

/// See `isolde.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_separator_levels(
  _ separator: OpaquePointer, _ levels: UnsafeMutablePointer<Float>
) {
  separator.separator.pointee.levels.write(to: levels)
}
