import Engine

/// A model of the bundle by its name, or a file by its path.
struct ModelChoice {
  let isBuiltIn: Bool
  let text: PathText

  private static var suffix: StaticString { ".isolde" }

  /// The model of the bundle by that name; nil when it is not a name: it may not lead out of the folder.
  init?(name: Text) {
    guard name.count > 0, name.firstIndex(of: UInt8(ascii: "/")) == nil else { return nil }
    isBuiltIn = true
    text = PathText(name)
  }

  /// The file at that path. A file of the bundle is stored by its name, so that it is found after an update of
  /// Isolde. Nil when the path is empty.
  init?(path: Text, folder: Text) {
    guard path.count > 0 else { return nil }
    let file = PathText(path)
    if let name = ModelChoice.name(of: file, in: PathText(folder)) {
      isBuiltIn = true
      text = name
    } else {
      isBuiltIn = false
      text = file
    }
  }

  /// The name of a model in the folder; nil when the file lies elsewhere.
  private static func name(of file: PathText, in folder: PathText) -> PathText? {
    guard let file = PathText(resolving: file), let folder = PathText(resolving: folder) else {
      return nil
    }
    return file.read { file in
      folder.read { folder in
        let (start, end) = (folder.count + 1, file.count - suffix.utf8CodeUnitCount)
        guard start < end, file[0..<folder.count] == folder,
          file.start[folder.count] == UInt8(ascii: "/"), file[end..<file.count] == suffix,
          file[start..<end].firstIndex(of: UInt8(ascii: "/")) == nil
        else { return nil }
        return PathText(file[start..<end])
      }
    }
  }

  /// Where the model lies; `folder` ends with a slash.
  func path(in folder: Text) -> PathText {
    guard isBuiltIn else { return text }
    var path = PathText(folder)
    text.read { path.append($0) }
    path.append(Text(ModelChoice.suffix))
    return path
  }

  static func == (a: ModelChoice, b: ModelChoice) -> Bool {
    a.isBuiltIn == b.isBuiltIn && a.text.read { a in b.text.read { a == $0 } }
  }
}
