import CMemory

/// Moves a value to memory of its own, for C; nil, and a message, when there is none.
func hold<T: ~Copyable>(
  _ value: consuming T, _ message: UnsafeMutablePointer<CChar>?
) -> OpaquePointer? {
  guard let memory = memory_take(MemoryLayout<T>.size) else {
    write("out of memory", to: message)
    return nil
  }
  let place = memory.bindMemory(to: T.self, capacity: 1)
  place.initialize(to: value)
  return OpaquePointer(place)
}

/// Ends what `hold` has placed.
func release<T: ~Copyable>(_ place: UnsafeMutablePointer<T>) {
  place.deinitialize(count: 1)
  memory_give(place)
}
