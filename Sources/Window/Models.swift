import CWindow

/// The model in use, and a menu of the installed models and of files.
final class ModelButton: MenuButton {
  private let host: UnsafeMutableRawPointer
  /// Folder of the installed models, ending in a slash; empty: unknown.
  private let folder: [UInt8]
  /// Name of the plug-in's built-in model.
  private let own: String
  /// Path of the model in use; nil: not received yet.
  private var path: [UInt8]?
  /// Path of the model that the user has asked for, until the plug-in answers.
  private var asked: [UInt8]?
  /// The path of each item of the open menu.
  private var choices: [[UInt8]] = []
  /// The folder that the menu shows; nil: it shows the installed models.
  private var browsed: [UInt8]?
  /// Why the last choice failed, for the foot of the window; empty when it did not.
  private(set) var complaint = ""

  init(
    _ settings: Settings, _ menu: Menu, host: UnsafeMutableRawPointer, folder: [UInt8], own: String
  ) {
    self.host = host
    self.folder = folder
    self.own = own
    super.init(
      settings, menu,
      help: "The current model. Choose an installed one or your own file (.isolde).")
  }

  override var content: String {
    guard let path else { return "Model: " + own }
    return "Model: "
      + (path.isEmpty ? "none, input unchanged" : String(decoding: name(path), as: UTF8.self))
  }

  /// Called with the path of the model in use, when the plug-in sends it.
  func receive(_ path: [UInt8]) {
    if let asked {
      // Names are compared, as the plug-in may write the path of an installed model in another way.
      let isDone = asked.isEmpty || name(asked).elementsEqual(name(path))
      complaint =
        isDone
        ? ""
        : "This file cannot be used; the host\u{2019}s log says why: \u{201C}"
          + String(decoding: lastPart(of: asked), as: UTF8.self) + "\u{201D}."
    }
    asked = nil
    self.path = path
    isDirty = true
  }

  /// The path without folder and extension.
  private func name(_ path: [UInt8]) -> ArraySlice<UInt8> {
    let last = lastPart(of: path)
    guard last.count > 7, last.suffix(7).elementsEqual(ModelButton.suffix) else { return last }
    return last.dropLast(7)
  }

  private func lastPart(of path: [UInt8]) -> ArraySlice<UInt8> {
    var last = path[...]
    while last.count > 1, last.last == UInt8(ascii: "/") { last.removeLast() }
    guard let slash = last.lastIndex(of: UInt8(ascii: "/")) else { return last }
    return last[(slash + 1)...]
  }

  private static let suffix = [UInt8](".isolde".utf8)

  // MARK: Menus

  override func push() {
    browsed = nil
    choices = []
    var items: [Menu.Item] = []
    for entry in entries(of: folder) where !entry.isFolder {
      let isOwn = name(entry.name).elementsEqual(own.utf8)
      let model = folder + entry.name
      items.append(
        Menu.Item(
          title: String(decoding: name(entry.name), as: UTF8.self),
          detail: isOwn ? "the plug-in\u{2019}s default" : "", isOn: isAtWork(model)))
      choices.append(isOwn ? [] : model)
    }
    items.append(Menu.Item(title: "A file\u{2026}"))
    menu.open(for: self, items, width: 300)
  }

  private func isAtWork(_ model: [UInt8]) -> Bool {
    guard let path else { return name(model).elementsEqual(own.utf8) }
    return name(model).elementsEqual(name(path))
  }

  /// Shows the folders and models of a folder.
  private func browse(_ folder: [UInt8]) {
    browsed = folder
    choices = []
    var items: [Menu.Item] = []
    if folder.count > 1 {
      let above = folder.dropLast()
      choices.append([UInt8](above[...(above.lastIndex(of: UInt8(ascii: "/")) ?? 0)]))
      items.append(Menu.Item(title: "..", detail: "parent folder"))
    }
    for entry in entries(of: folder) {
      items.append(
        Menu.Item(
          title: String(decoding: entry.name, as: UTF8.self) + (entry.isFolder ? "/" : "")))
      choices.append(folder + entry.name + (entry.isFolder ? [UInt8(ascii: "/")] : []))
    }
    menu.open(for: self, items, width: 440, line: folder)
  }

  private struct Entry {
    let name: [UInt8]
    let isFolder: Bool
  }

  private func entries(of folder: [UInt8]) -> [Entry] {
    guard !folder.isEmpty else { return [] }
    var list: [Entry] = []
    withUnsafeMutablePointer(to: &list) { list in
      files_list(terminated(folder), list) { context, name, isFolder in
        let entry = Entry(name: bytes(name), isFolder: isFolder)
        context.assumingMemoryBound(to: [Entry].self).pointee.append(entry)
      }
    }
    return list
  }

  override func choose(_ index: Int) {
    if browsed == nil, index == choices.count {
      var start = path ?? []
      while let last = start.last, last != UInt8(ascii: "/") { start.removeLast() }
      browse(start.isEmpty ? home : start)
    } else if choices[index].last == UInt8(ascii: "/") {
      browse(choices[index])
    } else {
      ask(choices[index])
    }
  }

  private var home: [UInt8] {
    let home = bytes(files_home())
    return home.last == UInt8(ascii: "/") ? home : home + [UInt8(ascii: "/")]
  }

  /// Called with a path that was typed or pasted. A folder is shown; a file is asked for.
  override func enter(_ text: [UInt8]) {
    var path = text
    if path.starts(with: "file://".utf8) { path.removeFirst(7) }
    if path.starts(with: "~/".utf8) { path = home + path.dropFirst(2) }
    if files_is_folder(terminated(path)) {
      browse(path.last == UInt8(ascii: "/") ? path : path + [UInt8(ascii: "/")])
    } else if !path.isEmpty {
      ask(path)
    }
  }

  private func ask(_ path: [UInt8]) {
    asked = path
    host_choose_model(host, terminated(path))
  }
}
