import Glibc

/// A file that appears under its name only when it is whole.
///
/// It is written beside the target under a hidden name and renamed by `commit()`; it is removed
/// when it is dropped before that, so nobody ever meets half a file.
final class PartialFile {
  let target: String
  /// Where the bytes are until `commit()`.
  let path: String
  let descriptor: Int32
  private var isOpen = true
  private var isCommitted = false

  /// Makes the empty file. An existing target is refused unless `force`.
  init(_ target: String, force: Bool) throws {
    self.target = target
    let place = Path(target)
    path = place.sibling(".\(place.name).\(getpid()).part")
    try Self.check(target, force: force)
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw Failure(
        target, "cannot be written: \(systemError())", remedy: "choose another place by --output")
    }
  }

  private static func check(_ target: String, force: Bool) throws {
    var status = stat()
    guard stat(target, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw Failure(target, "is a folder", remedy: "name a file")
    }
    guard force else {
      throw Failure(
        target, "exists already", remedy: "add --force to replace it or choose another name")
    }
  }

  /// Gives the file its name.
  func commit() throws {
    isOpen = false
    guard fsync(descriptor) == 0, close(descriptor) == 0, rename(path, target) == 0 else {
      throw Failure(
        target, "cannot be written: \(systemError())", remedy: "make room or choose another place")
    }
    isCommitted = true
  }

  deinit {
    if isOpen { close(descriptor) }
    if !isCommitted { unlink(path) }
  }
}
