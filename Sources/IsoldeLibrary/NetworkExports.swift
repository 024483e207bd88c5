import CIsolde
import Engine

extension OpaquePointer {
  /// What an `isolde_network` is.
  fileprivate var network: UnsafeMutablePointer<Network> { UnsafeMutablePointer(self) }
}

/// See `isolde.h`.
@c @implementation
public func isolde_network_new(
  _ model: OpaquePointer, _ level: Int32, _ message: UnsafeMutablePointer<CChar>?
) -> OpaquePointer? {
  do throws(ModelError) {
    guard let chosen = level < 0 ? SIMDLevel.best : SIMDLevel(rawValue: level) else {
      throw ModelError("no SIMD level \(level); use 0, 1 or 2, or -1 for the best", .argument)
    }
    let network = try Network(model.model, level: chosen)
    return hold(network, message)
  } catch {
    fail(error.message, error.kind, model: ISOLDE_BAD_MODEL, message)
    return nil
  }
}

/// See `isolde.h`.
@c @implementation
public func isolde_network_free(_ network: OpaquePointer?) {
  endPlaced(network?.network)
}

/// See `isolde.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_network_reset(_ network: OpaquePointer) { network.network.pointee.reset() }

/// See `isolde.h`.
@c @implementation
public func isolde_network_level(_ network: OpaquePointer) -> Int32 {
  network.network.pointee.level.rawValue
}

/// See `isolde.h`.
@c @implementation
public func isolde_network_delay(_ network: OpaquePointer) -> UInt32 {
  UInt32(clamping: network.network.pointee.lookAhead)
}

/// See `isolde.h`.
@c @implementation
public func isolde_network_input(
  _ network: OpaquePointer, _ name: UnsafePointer<CChar>
) -> UnsafeMutablePointer<Float>? {
  network.network.pointee.input(Text(cString: name))
}

/// See `isolde.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_network_push(_ network: OpaquePointer) {
  let place = network.network
  place.pointee.begin()
  for step in 0..<place.pointee.stepCount { place.pointee.run(step) }
}

/// See `isolde.h`.
#if !RACES  // ThreadSanitizer keeps counts of references that the optimiser removes
@_noLocks @_noAllocation
#endif
@c @implementation
public func isolde_network_output(
  _ network: OpaquePointer, _ name: UnsafePointer<CChar>
) -> UnsafePointer<Float>? {
  guard let output = network.network.pointee.output(Text(cString: name)) else { return nil }
  return network.network.pointee.row(output)
}
