import CMemory

/// The memory of a model: its graph's text and its packed weights, taken while it is loaded and
/// read-only afterwards.
///
/// A file may request at most `limit` bytes; more is refused before anything is allocated.
final class WeightStore {
  /// Bytes that may be taken.
  let limit: Int
  /// Bytes taken, and those charged.
  private(set) var bytes = 0
  /// The newest slab; each begins with the address of the one before.
  private var slab: UnsafeMutableRawPointer?
  private var slabUsed = 0
  private var slabSize = 0
  private let watch = MemoryWatch()

  /// Blocks up to a quarter of it share one.
  private static var slabBytes: Int { 1 << 18 }

  init(limit: Int) { self.limit = limit }

  deinit {
    while let last = slab {
      slab = last.load(as: UnsafeMutableRawPointer?.self)
      memory_give(last)
    }
  }

  /// Counts memory that is taken elsewhere, such as Swift's own arrays.
  func charge(_ count: Int, of stride: Int = 1) throws(ModelError) {
    let size = count.saturatingTimes(stride)
    try checkRoom(for: size)
    bytes += size
    try checkMemory()
  }

  /// Uncounts memory that was charged and has been freed.
  func release(_ count: Int) { bytes -= count }

  /// Checks a later allocation, a network's for example, against the limit.
  func checkRoom(for count: Int) throws(ModelError) {
    guard count >= 0, count <= limit - bytes else {
      throw ModelError(
        "takes more than the \(limit >> 20) MiB of memory that a file of its size may take")
    }
  }

  /// Throws if a small allocation by Swift has failed since the store was made.
  func checkMemory() throws(ModelError) { try watch.check() }

  /// `count` values, zeroed, aligned for the widest vector.
  func take<T: BitwiseCopyable>(
    _ type: T.Type, _ count: Int
  ) throws(ModelError) -> UnsafeMutablePointer<T> {
    let before = bytes
    try charge(max(count, 1), of: MemoryLayout<T>.stride)
    let size = Arena.padded(bytes - before)
    return try place(size).bindMemory(to: type, capacity: count)
  }

  private func place(_ size: Int) throws(ModelError) -> UnsafeMutableRawPointer {
    if slabSize - slabUsed < size {
      let isLarge = size > WeightStore.slabBytes / 4
      let room = isLarge ? size : WeightStore.slabBytes
      guard let new = memory_take(Arena.alignment + room) else { throw .outOfMemory }
      if isLarge, let slab {
        // Placed after the newest slab, which may have room left.
        new.storeBytes(
          of: slab.load(as: UnsafeMutableRawPointer?.self), as: UnsafeMutableRawPointer?.self)
        slab.storeBytes(of: new, as: UnsafeMutableRawPointer?.self)
        return new + Arena.alignment
      }
      new.storeBytes(of: slab, as: UnsafeMutableRawPointer?.self)
      slab = new
      slabUsed = 0
      slabSize = room
    }
    guard let slab else { throw .outOfMemory }
    slabUsed += size
    return slab + (Arena.alignment + slabUsed - size)
  }

  /// A copy of a text, which outlives the file.
  func copy(_ text: Text) throws(ModelError) -> Text {
    let copy = try take(UInt8.self, text.count)
    copy.update(from: text.start, count: text.count)
    return Text(start: UnsafePointer(copy), count: text.count)
  }

  /// The tensor's values one after the other.
  func floats(_ tensor: GGUF.Tensor) throws(ModelError) -> UnsafePointer<Float> {
    let floats = try take(Float.self, tensor.count)
    for i in 0..<tensor.count { floats[i] = tensor.float(i) }
    return UnsafePointer(floats)
  }

  /// A text of a file for C, safe to display: invalid UTF-8, control characters and characters that change the
  /// writing direction become `?`. Line feeds and tabs stay.
  func cString(_ text: Text) throws(ModelError) -> UnsafePointer<CChar> {
    let string = try take(CChar.self, text.count + 1)
    var count = 0
    var from = 0
    while from < text.count {
      let (length, isShown) = text.character(at: from)
      if isShown {
        for i in 0..<length { string[count + i] = CChar(bitPattern: text.start[from + i]) }
        count += length
      } else {
        string[count] = CChar(bitPattern: UInt8(ascii: "?"))
        count += 1
      }
      from += length
    }
    return UnsafePointer(string)
  }
}
