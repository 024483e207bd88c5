import CMemory
import Engine

/// A stream's use of a model, and the path by which it was opened.
struct ModelUse: ~Copyable {
  private let shared: UnsafeMutablePointer<SharedModel>
  /// A zero byte follows it.
  let path: Text

  private init(_ shared: UnsafeMutablePointer<SharedModel>, _ path: Text) {
    self.shared = shared
    self.path = path
  }

  deinit {
    memory_give(UnsafeMutableRawPointer(mutating: path.start))
    SharedModel.release(shared)
  }

  /// The model of a file for a stream, whose owner is a `ModelUse`.
  static func open(_ path: PathText) throws(SeparatorError) -> StreamModel {
    guard let memory = memory_take(path.count + 1) else { throw .outOfMemory }
    path.readC { memory.copyMemory(from: $0, byteCount: path.count) }
    let copy = memory.assumingMemoryBound(to: UInt8.self)
    let found: SharedModel.Use
    do throws(ModelError) {
      found = try SharedModel.acquire(memory.assumingMemoryBound(to: CChar.self))
    } catch {
      memory_give(memory)
      throw SeparatorError(error)
    }
    guard let use = place(ModelUse(found.shared, Text(start: copy, count: path.count)))
    else { throw .outOfMemory }
    return StreamModel(found.model, owner: use) {
      endPlaced($0.assumingMemoryBound(to: ModelUse.self))
    }
  }
}
