import CLock
import CMemory
import CModelFile
import Engine

/// A model with the number of its users: all streams of the process that use a file share it.
///
/// Streams are made in any thread. The lock is never held while a file is looked at: on a drive that does not
/// answer only those wait who asked for it.
struct SharedModel: ~Copyable {
  private let model: UnsafeMutablePointer<Model>
  private var users = 1
  private var next: UnsafeMutablePointer<SharedModel>?
  /// The file, when it is the same before and after it was read; others are not shared.
  private let file: model_file_identity?

  private init(_ model: UnsafeMutablePointer<Model>, _ file: model_file_identity?) {
    self.model = model
    self.file = file
  }

  deinit { endPlaced(model) }

  /// All that are in use, under the lock of the process.
  nonisolated(unsafe) private static var all: UnsafeMutablePointer<SharedModel>?

  /// A shared model and the model itself. Nothing of the first may be read without the lock.
  typealias Use = (shared: UnsafeMutablePointer<SharedModel>, model: UnsafeMutablePointer<Model>)

  /// The model of a file, with one user more; read when nobody uses it or the file has changed.
  static func acquire(_ path: UnsafePointer<CChar>) throws(ModelError) -> Use {
    let file = identity(path)
    if let file, let use = join(file) { return use }
    guard let model = place(try Model(path: path)) else { throw .outOfMemory }
    // Two who ask at once may both read the file. Where it was written again meanwhile, nobody knows which
    // one was read.
    var isSame = false
    if var before = file, var after = identity(path) {
      isSame = model_file_is_same(&before, &after)
    }
    guard let shared = place(SharedModel(model, isSame ? file : nil)) else { throw .outOfMemory }
    lock_hold(lock_of_process())
    shared.pointee.next = all
    all = shared
    lock_leave(lock_of_process())
    return (shared, model)
  }

  /// Ends a use; the last one frees the model.
  static func release(_ shared: UnsafeMutablePointer<SharedModel>) {
    lock_hold(lock_of_process())
    shared.pointee.users -= 1
    let isUnused = shared.pointee.users == 0
    if isUnused { remove(shared) }
    lock_leave(lock_of_process())
    if isUnused { endPlaced(shared) }
  }

  private static func identity(_ path: UnsafePointer<CChar>) -> model_file_identity? {
    var file = model_file_identity()
    return model_file_identify(path, &file) ? file : nil
  }

  private static func join(_ wanted: model_file_identity) -> Use? {
    lock_hold(lock_of_process())
    defer { lock_leave(lock_of_process()) }
    var wanted = wanted
    var rest = all
    while let shared = rest {
      if var file = shared.pointee.file, model_file_is_same(&file, &wanted) {
        shared.pointee.users += 1
        return (shared, shared.pointee.model)
      }
      rest = shared.pointee.next
    }
    return nil
  }

  private static func remove(_ shared: UnsafeMutablePointer<SharedModel>) {
    if all == shared {
      all = shared.pointee.next
      return
    }
    var before = all
    while let other = before {
      if other.pointee.next == shared { other.pointee.next = shared.pointee.next }
      before = other.pointee.next
    }
  }
}
