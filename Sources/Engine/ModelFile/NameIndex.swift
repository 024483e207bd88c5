/// Finds names of a file among thousands. A sorted list, because a hostile file could make the entries of a
/// hash table collide.
struct NameIndex {
  private struct Entry {
    let name: Text
    let place: Int
  }

  private var entries: [Entry] = []

  /// Adds a name; false if it is there already.
  @discardableResult
  mutating func add(_ name: Text, at place: Int) -> Bool {
    let (index, isThere) = search { $0.order(name) }
    if !isThere { entries.insert(Entry(name: name, place: place), at: index) }
    return !isThere
  }

  /// The index of a name; nil if it is not there.
  func place(of name: Text) -> Int? {
    let (index, isThere) = search { $0.order(name) }
    return isThere ? entries[index].place : nil
  }

  /// The place of the name `layer.part`.
  func place(of layer: Text, _ part: StaticString) -> Int? {
    let (index, isThere) = search { name in
      let dot = layer.count
      let before = name[0..<min(dot, name.count)].order(layer)
      if before != 0 { return before }
      if name.count == dot { return -1 }
      let between = Int(name.start[dot]) - Int(UInt8(ascii: "."))
      return between != 0 ? between : name[dot + 1..<name.count].order(Text(part))
    }
    return isThere ? entries[index].place : nil
  }

  /// The first entry that is not before what is looked for, and whether it is that.
  private func search(_ order: (Text) -> Int) -> (index: Int, isThere: Bool) {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      let found = order(entries[middle].name)
      if found == 0 { return (middle, true) }
      if found < 0 { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }
}
