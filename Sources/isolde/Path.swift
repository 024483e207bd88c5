import Glibc

/// A path, cut into folder, name and extension.
struct Path {
  let text: String

  init(_ text: String) { self.text = text }

  /// Up to and with the last slash; empty for a bare name.
  var folder: String {
    text.lastIndex(of: "/").map { String(text[...$0]) } ?? ""
  }

  /// After the last slash.
  var name: String { String(text.dropFirst(folder.count)) }

  /// The name without its extension.
  var stem: String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }

  /// Without the point; empty when there is none.
  var `extension`: String {
    stem.count == name.count ? "" : String(name.dropFirst(stem.count + 1))
  }

  /// Another name in the same folder.
  func sibling(_ name: String) -> String { folder + name }

  /// True for a folder that exists, or a name that ends in a slash.
  var isFolder: Bool {
    var status = stat()
    if text.hasSuffix("/") { return true }
    return stat(text, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// True when both paths lead to one file.
  static func sameFile(_ a: String, _ b: String) -> Bool {
    var first = stat()
    var second = stat()
    guard stat(a, &first) == 0, stat(b, &second) == 0 else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
