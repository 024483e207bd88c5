import CMemory

/// One block of memory, allocated once and cut into pieces that are freed together.
///
/// Two passes over the same code make the size exact: without memory the arena only counts, then an arena of
/// that size is made. Memory is zeroed, which also touches every page before the first
/// callback.
public struct Arena: ~Copyable {
  /// A cache line, and the widest vector, in bytes.
  public static var alignment: Int { MEMORY_ALIGNMENT }

  /// Guard bytes after every piece; AddressSanitizer reports accesses to them.
  private static var redzone: Int {
    #if REDZONES
    alignment
    #else
    0
    #endif
  }

  private let base: UnsafeMutableRawPointer?
  private let capacity: Int
  /// Bytes handed out so far; `.max` when they are more than can be counted.
  public private(set) var used = 0

  /// An arena that counts. What it hands out must not be touched.
  public init() {
    base = nil
    capacity = .max
  }

  /// An arena of that size; nil when there is no memory.
  public init?(bytes: Int) {
    guard let base = memory_take(max(bytes, Arena.alignment)) else { return nil }
    self.base = base
    capacity = bytes
  }

  deinit { memory_give(base) }

  /// Zeroes all that was handed out.
  @_noLocks @_noAllocation
  public func clear() {
    guard let base else { return }
    #if REDZONES
    memory_clear(base, used)
    #else
    let words = base.assumingMemoryBound(to: UInt64.self)
    for i in 0..<used / MemoryLayout<UInt64>.stride { words[i] = 0 }
    #endif
  }

  /// Whether it has memory: false in the counting pass.
  public var isReal: Bool { base != nil }

  /// `count` values, zeroed.
  public mutating func take<T>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
    let start = used
    let bytes = count.saturatingTimes(MemoryLayout<T>.stride)
    used = used.saturatingAdd(Arena.padded(bytes.saturatingAdd(Arena.redzone)))
    precondition(used <= capacity)
    guard let base else { return Arena.nowhere(type) }
    #if REDZONES
    memory_forbid(base + start + bytes, used - start - bytes)
    #endif
    return (base + start).bindMemory(to: type, capacity: count)
  }

  /// `bytes` rounded up to whole cache lines.
  static func padded(_ bytes: Int) -> Int {
    bytes.saturatingAdd(alignment - 1) / alignment * alignment
  }

  /// A place for one value, holding it.
  public mutating func place<T>(_ value: T) -> UnsafeMutablePointer<T> {
    let pointer = take(T.self, 1)
    if isReal { pointer.initialize(to: value) }
    return pointer
  }

  private static func nowhere<T>(_ type: T.Type) -> UnsafeMutablePointer<T> {
    guard let pointer = UnsafeMutablePointer<T>(bitPattern: alignment) else { fatalError() }
    return pointer
  }
}
