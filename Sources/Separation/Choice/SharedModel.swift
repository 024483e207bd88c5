import CLock
import CMemory
import CModelFile
import Engine

/// A model with a count of its users: all streams of the process that use a file share it.
///
/// Any thread may make streams. The lock is never held during file access: when a drive does not respond, only
/// those who asked for it wait.
struct SharedModel: ~Copyable {
  private let model: UnsafeMutablePointer<Model>
  private var users = 1
  private var next: UnsafeMutablePointer<SharedModel>?
  /// The file, if it was the same before and after reading; otherwise the model is not shared.
  private let file: model_file_identity?

  private init(_ model: UnsafeMutablePointer<Model>, _ file: model_file_identity?) {
    self.model = model
    self.file = file
  }

  deinit { endPlaced(model) }

  /// All models in use, guarded by the process-wide lock.
  nonisolated(unsafe) private static var all: UnsafeMutablePointer<SharedModel>?

  /// A shared model and the model itself. Nothing of the first may be read without the lock.
  typealias Use = (shared: UnsafeMutablePointer<SharedModel>, model: UnsafeMutablePointer<Model>)

  /// The model of a file, with one more user; it is read if nobody uses it or the file has changed.
  static func acquire(_ path: UnsafePointer<CChar>) throws(ModelError) -> Use {
    let file = identity(path)
    if let file, let use = join(file) { return use }
    guard let model = place(try Model(path: path)) else { throw .outOfMemory }
    // Two threads that ask at once may both read the file. If it was rewritten meanwhile, nobody knows which
    // version was read.
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
