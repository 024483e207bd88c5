import CLinux
import Glibc

/// A file that gets its name only when it is complete, and never replaces another by accident.
///
/// It is written without a name in the target's folder (O_TMPFILE), so nothing of it is left however the program
/// ends. `commit()` gives it its name, and fails if another file has taken that name in the meantime. On file
/// systems without unnamed files, a hidden file beside the target is used, and removed with this object.
final class PartialFile {
  let target: String
  /// Where the file can be opened until `commit()`.
  var path: String { hidden ?? "/proc/self/fd/\(descriptor)" }
  let descriptor: Int32
  /// Permissions that the file gets at the end; nil: those of a new file.
  var permissions: mode_t?

  private let force: Bool
  /// The target, with symbolic links resolved.
  private let place: Path
  /// The name of the hidden file; nil when the file has no name.
  private var hidden: String?

  /// Creates the file, empty. An existing target is refused unless `force` is set.
  init(_ target: String, force: Bool) throws {
    self.target = target
    self.force = force
    try Self.check(Path(target), force: force)
    place = Path(target).resolved
    let unnamed = Self.openUnnamed(place.folder)
    if unnamed >= 0 {
      descriptor = unnamed
      return
    }
    let name = Self.hiddenName(beside: place)
    descriptor = name.withPath { linux_create($0) }
    guard descriptor >= 0 else {
      throw Failure(
        target, "cannot be written: \(systemError())", remedy: "choose another place with --output")
    }
    hidden = name
  }

  private static func check(_ place: Path, force: Bool) throws {
    var status = stat()
    guard place.text.withPath({ lstat($0, &status) }) == 0 else { return }
    if place.isFolder { throw Failure(place.text, "is a folder", remedy: "name a file") }
    guard force else {
      throw Failure(
        place.text, "exists already", remedy: "add --force to replace it or choose another name")
    }
    if let mode = place.status?.st_mode, mode & S_IFMT != S_IFREG {
      throw Failure(place.text, "is not a regular file", remedy: "name a file")
    }
  }

  /// Below 0 when the file system has no unnamed files, or /proc is missing, which is needed to name them.
  private static func openUnnamed(_ folder: String) -> Int32 {
    let descriptor = (folder.isEmpty ? "." : folder).withPath { linux_open_unnamed($0) }
    guard descriptor >= 0 else { return -1 }
    if access("/proc/self/fd/\(descriptor)", F_OK) == 0 { return descriptor }
    close(descriptor)
    return -1
  }

  /// A random name: process numbers are not unique where machines share a folder.
  private static func hiddenName(beside place: Path) -> String {
    place.sibling(".isolde-\(String(UInt64.random(in: 0 ... .max), radix: 36)).part")
  }

  /// Gives the complete file its name.
  func commit() throws {
    if let permissions { fchmod(descriptor, permissions) }
    guard fsync(descriptor) == 0, takeName() else {
      if errno == EEXIST {
        throw Failure(
          target, "appeared during the work and is left as it is",
          remedy: "add --force to replace it or choose another name")
      }
      throw Failure(
        target, "cannot be written: \(systemError())", remedy: "make room or choose another place")
    }
    hidden = nil
  }

  /// False, with `errno` set, when that fails.
  private func takeName() -> Bool {
    let isNamed =
      if let hidden { Self.rename(hidden, to: place.text) } else { link(to: place.text) }
    guard !isNamed, errno == EEXIST, force else { return isNamed }
    if hidden == nil {
      let name = Self.hiddenName(beside: place)
      guard link(to: name) else { return false }
      hidden = name
    }
    return (hidden ?? "").withPath { from in place.text.withPath { Glibc.rename(from, $0) } } == 0
  }

  private func link(to name: String) -> Bool {
    name.withPath { linux_link_unnamed(descriptor, $0) } == 0
  }

  /// Renames without replacing another file, by the means that the file system offers.
  private static func rename(_ from: String, to target: String) -> Bool {
    from.withPath { from in
      target.withPath { target in
        if linux_rename_new(from, target) == 0 { return true }
        guard errno == EINVAL || errno == ENOSYS else { return false }
        if Glibc.link(from, target) == 0 { return unlink(from) == 0 }
        guard errno == EPERM || errno == ENOSYS || errno == EOPNOTSUPP else { return false }
        // Reserves the name with an empty file, so that the rename replaces only that one.
        let reserved = linux_create(target)
        guard reserved >= 0 else { return false }
        close(reserved)
        return Glibc.rename(from, target) == 0
      }
    }
  }

  deinit {
    close(descriptor)
    if let hidden { _ = hidden.withPath { unlink($0) } }
  }
}
