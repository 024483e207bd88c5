/// One line of the graph's text: `name = kind(inputs…, key=value …)`.
struct GraphLine {
  struct Option {
    let key: Text
    let value: Text
  }

  /// Counted from 1, for messages.
  let number: Int
  let name: Text
  let kind: Text
  private(set) var inputs: [Text] = []
  private(set) var options: [Option] = []

  /// An error that names the line and the layer.
  func error(_ what: String) -> ModelError {
    ModelError("line \(number): \(kind.shown) \"\(name.shown)\": \(what)")
  }

  /// Lines of a graph, bytes of a name, inputs and options of a line: what is longer is damaged.
  private static let mostLines = 4096
  private static let longestName = 63
  private static let mostItems = 128

  /// The lines of a graph; comments and empty lines left out.
  static func all(in text: Text, _ weights: WeightStore) throws(ModelError) -> [GraphLine] {
    var lines: [GraphLine] = []
    var number = 0
    var from = 0
    while from < text.count {
      let end = text.firstIndex(of: UInt8(ascii: "\n"), from: from) ?? text.count
      number += 1
      var line = text[from..<end]
      if let comment = line.firstIndex(of: UInt8(ascii: "#")) { line = line[0..<comment] }
      line = line.trimmed
      if line.count > 0 {
        guard lines.count < mostLines else {
          throw ModelError("the graph has more than \(mostLines) layers")
        }
        lines.append(try GraphLine(line, number))
        try weights.charge(256)
      }
      from = end + 1
    }
    return lines
  }

  private init(_ text: Text, _ number: Int) throws(ModelError) {
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")),
      let open = text.firstIndex(of: UInt8(ascii: "("), from: equals),
      text.start[text.count - 1] == UInt8(ascii: ")")
    else {
      throw ModelError("line \(number): \"\(text.shown)\" is not of the form name = kind(…)")
    }
    self.number = number
    name = text[0..<equals].trimmed
    kind = text[equals + 1..<open].trimmed
    guard name.isName, kind.isName else {
      throw ModelError(
        "line \(number): \"\(text.shown)\": names are made of letters, digits, . and _")
    }
    guard name.count <= GraphLine.longestName else {
      throw ModelError(
        "line \(number): \"\(name.shown)\": a name has at most \(GraphLine.longestName) letters")
    }
    let list = text[open + 1..<text.count - 1]
    var from = 0
    while from <= list.count {
      let end = list.firstIndex(of: UInt8(ascii: ","), from: from) ?? list.count
      let item = list[from..<end].trimmed
      guard inputs.count + options.count < GraphLine.mostItems else {
        throw error("has more than \(GraphLine.mostItems) inputs and options")
      }
      if let equals = item.firstIndex(of: UInt8(ascii: "=")) {
        let value = item[equals + 1..<item.count].trimmed
        options.append(Option(key: item[0..<equals].trimmed, value: value))
      } else if item.isName {
        inputs.append(item)
      } else if list.trimmed.count > 0 {
        throw error("\"\(item.shown)\" is not the name of an input")
      }
      from = end + 1
    }
  }
}
