import Glibc

/// A path: folder, name and extension. It is split by bytes, as Swift joins a slash and a following combining accent
/// into one character.
struct Path: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  /// Everything up to the last slash, slash included; empty for a bare name.
  var folder: String {
    text.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(text[...$0]) } ?? ""
  }

  /// Everything after the last slash.
  var name: String {
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return text }
    return String(text[text.utf8.index(after: slash)...])
  }

  /// The name without its extension.
  var stem: String { point.map { String(name[..<$0]) } ?? name }

  /// The extension without its dot; empty when there is none.
  var `extension`: String {
    let name = name
    return point.map { String(name[name.utf8.index(after: $0)...]) } ?? ""
  }

  /// The dot before the extension. The first dot of a hidden file's name does not count.
  private var point: String.Index? {
    let name = name
    guard let point = name.utf8.lastIndex(of: UInt8(ascii: ".")), point != name.startIndex else {
      return nil
    }
    return point
  }

  /// Another name in the same folder.
  func sibling(_ name: String) -> String { folder + name }

  /// The path of a result in the same folder: stem, suffix, dot, extension. The stem is shortened when the name
  /// would become too long.
  func sibling(suffix: String, extension extensionName: String) -> String {
    let end = "\(suffix).\(extensionName)"
    var short = stem
    while short.pathBytes.count + end.pathBytes.count > Int(NAME_MAX), !short.isEmpty {
      short.unicodeScalars.removeLast()
    }
    return folder + short + end
  }

  /// Whether it is an existing folder, or ends in a slash.
  var isFolder: Bool {
    if text.utf8.last == UInt8(ascii: "/") { return true }
    return status.map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  /// The path with symbolic links resolved; unchanged when it cannot be.
  var resolved: Path {
    guard let real = text.withPath({ realpath($0, nil) }) else { return self }
    defer { free(real) }
    return Path(String(pathBytes: UnsafeRawBufferPointer(start: real, count: strlen(real))))
  }

  /// The file's status; nil when there is no such file.
  var status: stat? {
    var status = stat()
    return text.withPath { stat($0, &status) } == 0 ? status : nil
  }

  /// Compares bytes, as file systems do. Swift's strings would take "é" as one character and as two for the same.
  static func == (a: Path, b: Path) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }

  /// Whether both paths lead to the same file.
  static func sameFile(_ a: String, _ b: String) -> Bool {
    guard let first = Path(a).status, let second = Path(b).status else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
