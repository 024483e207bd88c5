import Glibc

/// A path, cut into folder, name and extension, byte by byte: an accent of its own never hides a slash.
struct Path: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  /// Up to and with the last slash; empty for a bare name.
  var folder: String {
    text.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(text[...$0]) } ?? ""
  }

  /// After the last slash.
  var name: String {
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return text }
    return String(text[text.utf8.index(after: slash)...])
  }

  /// The name without its extension.
  var stem: String { point.map { String(name[..<$0]) } ?? name }

  /// Without the point; empty when there is none.
  var `extension`: String {
    let name = name
    return point.map { String(name[name.utf8.index(after: $0)...]) } ?? ""
  }

  /// The point before the extension. That of a hidden file is none.
  private var point: String.Index? {
    let name = name
    guard let point = name.utf8.lastIndex(of: UInt8(ascii: ".")), point != name.startIndex else {
      return nil
    }
    return point
  }

  /// Another name in the same folder.
  func sibling(_ name: String) -> String { folder + name }

  /// The name of a result in the same folder, STEM SUFFIX.EXTENSION. A stem that would make it longer than
  /// a name may be is shortened.
  func sibling(suffix: String, extension extensionName: String) -> String {
    let end = "\(suffix).\(extensionName)"
    var short = stem
    while short.pathBytes.count + end.pathBytes.count > Int(NAME_MAX), !short.isEmpty {
      short.unicodeScalars.removeLast()
    }
    return folder + short + end
  }

  /// True for a folder that exists, or a name that ends in a slash.
  var isFolder: Bool {
    if text.utf8.last == UInt8(ascii: "/") { return true }
    return status.map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  /// Where a link leads; itself when it is none, or leads nowhere.
  var resolved: Path {
    guard let real = text.withPath({ realpath($0, nil) }) else { return self }
    defer { free(real) }
    return Path(String(pathBytes: UnsafeRawBufferPointer(start: real, count: strlen(real))))
  }

  /// What the system says of the file; nil when there is none.
  var status: stat? {
    var status = stat()
    return text.withPath { stat($0, &status) } == 0 ? status : nil
  }

  /// The same bytes: for Swift's strings an accented letter equals the letter with an accent, for a file
  /// system it does not.
  static func == (a: Path, b: Path) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }

  /// True when both paths lead to one file.
  static func sameFile(_ a: String, _ b: String) -> Bool {
    guard let first = Path(a).status, let second = Path(b).status else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
