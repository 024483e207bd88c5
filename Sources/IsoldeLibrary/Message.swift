import CIsolde
import Engine

/// Writes a message into the caller's ISOLDE_MESSAGE_SIZE bytes, cut between characters, with a 0 at its end.
func write(_ message: String, to target: UnsafeMutablePointer<CChar>?) {
  guard let target else { return }
  let room = Int(ISOLDE_MESSAGE_SIZE) - 1
  var count = 0
  for scalar in message.unicodeScalars {
    let bytes = UTF8.encode(scalar)
    guard let bytes, count + bytes.count <= room else { break }
    for byte in bytes {
      target[count] = CChar(bitPattern: byte)
      count += 1
    }
  }
  target[count] = 0
}

/// Reports a failure: the message for people, the status for programs. `model` is the status for faults of the
/// model.
func fail(
  _ message: String, _ kind: ModelError.Kind, model: isolde_status,
  _ target: UnsafeMutablePointer<CChar>?
) {
  switch kind {
  case .missing: status_set(ISOLDE_NOT_FOUND)
  case .unreadable: status_set(ISOLDE_UNREADABLE)
  case .model: status_set(model)
  case .argument: status_set(ISOLDE_BAD_ARGUMENT)
  case .memory: status_set(ISOLDE_OUT_OF_MEMORY)
  }
  write(message, to: target)
}

/// Moves a value to the heap, for C; nil and a message when there is no memory.
func hold<T: ~Copyable>(
  _ value: consuming T, _ message: UnsafeMutablePointer<CChar>?
) -> OpaquePointer? {
  guard let pointer = place(value) else {
    fail(ModelError.outOfMemory.message, .memory, model: ISOLDE_OUT_OF_MEMORY, message)
    return nil
  }
  return OpaquePointer(pointer)
}
