import CMemory

/// Moves a value to memory of its own; without memory returns nil and destroys the value.
public func place<T: ~Copyable>(_ value: consuming T) -> UnsafeMutablePointer<T>? {
  guard let memory = memory_take(MemoryLayout<T>.size) else { return nil }
  let pointer = memory.bindMemory(to: T.self, capacity: 1)
  pointer.initialize(to: value)
  return pointer
}

/// Destroys a value that `place` has moved and frees its memory.
public func endPlaced<T: ~Copyable>(_ pointer: UnsafeMutablePointer<T>?) {
  guard let pointer else { return }
  pointer.deinitialize(count: 1)
  memory_give(pointer)
}
