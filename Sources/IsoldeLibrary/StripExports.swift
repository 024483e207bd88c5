import CIsolde
import Engine
import Separation

extension OpaquePointer {
  /// What an `isolde_strip` is.
  fileprivate var strip: UnsafeMutablePointer<Strip> { UnsafeMutablePointer(self) }
}

/// See `strip.h`.
@c @implementation
public func isolde_strip_new(_ rate: Double) -> OpaquePointer? {
  guard rate > 0, rate < 1e9 else { return nil }
  return place(Strip(rate: rate)).map { OpaquePointer($0) }
}

/// See `strip.h`.
@c @implementation
public func isolde_strip_free(_ strip: OpaquePointer?) {
  endPlaced(strip?.strip)
}

/// See `strip.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_strip_add(
  _ strip: OpaquePointer, _ levels: UnsafePointer<Float>, _ count: UInt32
) -> Bool {
  strip.strip.pointee.add(SIMD4(levels[0], levels[1], levels[2], 0), count: Int(count))
}

/// See `strip.h`.
@c @implementation
public func isolde_strip_draw(
  _ strip: OpaquePointer, _ width: UInt32, _ height: UInt32
) -> UnsafePointer<UInt32>? {
  strip.strip.pointee.draw(width: Int(width), height: Int(height))
}
