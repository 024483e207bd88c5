/// The memory of a model's packed weights: taken while the model is loaded, read-only afterwards.
final class WeightStore {
  private var pieces: [UnsafeMutableRawPointer] = []
  /// Bytes taken.
  private(set) var bytes = 0

  deinit {
    for piece in pieces { piece.deallocate() }
  }

  /// `count` values, zeroed, aligned for the widest vector.
  func take<T: BitwiseCopyable>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
    let size = max(count * MemoryLayout<T>.stride, 1)
    let piece = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Arena.alignment)
    piece.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    pieces.append(piece)
    bytes += size
    return piece.bindMemory(to: type, capacity: count)
  }

  /// A copy of some bytes.
  func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let copy = UnsafeMutableRawBufferPointer(
      start: take(UInt8.self, bytes.count), count: bytes.count)
    copy.copyMemory(from: bytes)
    return UnsafeRawBufferPointer(copy)
  }

  /// The tensor's values one after the other.
  func floats(_ tensor: GGUF.Tensor) -> UnsafePointer<Float> {
    let floats = take(Float.self, tensor.count)
    for i in 0..<tensor.count { floats[i] = tensor.float(i) }
    return UnsafePointer(floats)
  }

  /// A text with a zero byte behind it, for C.
  func cString(_ text: Text) -> UnsafePointer<CChar> {
    let string = take(CChar.self, text.count + 1)
    for i in 0..<text.count { string[i] = CChar(bitPattern: text.start[i]) }
    return UnsafePointer(string)
  }
}
