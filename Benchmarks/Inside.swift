import Engine
import Separation

// The functions of inside.h: those of the core that the library does not export.

extension OpaquePointer {
  fileprivate var network: UnsafeMutablePointer<Network> { UnsafeMutablePointer(self) }
}

/// See `inside.h`.
@c public func separator_at_level(
  _ model: OpaquePointer, _ rate: Double, _ channels: UInt32, _ level: Int32
) -> OpaquePointer? {
  guard let level = SIMDLevel(rawValue: level) else { return nil }
  do throws(SeparatorError) {
    let separator = try Separator(
      UnsafePointer(model), rate: rate, channels: Int(channels), level: level)
    return place(separator).map { OpaquePointer($0) }
  } catch {
    return nil
  }
}

/// See `inside.h`.
@c public func steps_begin(_ network: OpaquePointer) { network.network.pointee.begin() }

/// See `inside.h`.
@c public func steps_run(_ network: OpaquePointer, _ step: Int32) {
  network.network.pointee.run(Int(step))
}

/// See `inside.h`.
@c public func steps_cost(_ network: OpaquePointer, _ step: Int32) -> Int64 {
  Int64(network.network.pointee.cost(Int(step)))
}
