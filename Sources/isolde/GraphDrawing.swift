import CIsolde

/// A model's graph as input for Graphviz: `isolde inspect --dot | dot -Tsvg > graph.svg`.
struct GraphDrawing {
  let lines: [String]

  /// Each layer is a box with its shape and delay. An arrow is labelled with the frames by which it is delayed, if any.
  init(_ model: Model) {
    let layers = Dictionary(
      uniqueKeysWithValues: model.layers.map { (String(cString: $0.name), $0) })
    var lines = [
      "digraph isolde {", "  rankdir=LR",
      "  node [shape=box, style=rounded, fontname=\"DejaVu Sans\", fontsize=10]",
      "  edge [fontname=\"DejaVu Sans\", fontsize=9]",
    ]
    for line in String(cString: model.info.graph).split(separator: "\n") {
      guard let (name, kind, inputs) = GraphDrawing.parts(line) else { continue }
      var label = "\(name)\\n\(kind)"
      if let layer = layers[name] {
        label += "\\n\(layer.channels) × \(layer.bins)"
        if layer.rate > 1 { label += ", 1 frame in \(layer.rate)" }
        if layer.delay > 0 { label += ", \(layer.delay) late" }
      }
      lines.append("  \"\(name)\" [label=\"\(label)\"]")
      let delay = layers[name]?.delay ?? model.info.look_ahead
      let latest = inputs.compactMap { layers[$0]?.delay }.max() ?? 0
      for input in inputs {
        let own = layers[input]?.delay ?? 0
        let waits = layers[name] == nil ? delay - own : latest - own
        lines.append(
          "  \"\(input)\" -> \"\(name)\"" + (waits > 0 ? " [label=\"waits \(waits)\"]" : ""))
      }
    }
    self.lines = lines + ["}"]
  }

  /// Name, kind and inputs of a line `name = kind(inputs…, key=value …)`; the model has been checked.
  private static func parts(
    _ line: Substring
  ) -> (name: String, kind: String, inputs: [String])? {
    let text = line.prefix { $0 != "#" }
    guard let equals = text.firstIndex(of: "="), let open = text.firstIndex(of: "("),
      let close = text.lastIndex(of: ")")
    else { return nil }
    let inputs = text[text.index(after: open)..<close].split(separator: ",")
      .filter { !$0.contains("=") }.map { String($0).trimmed }
    return (
      String(text[..<equals]).trimmed, String(text[text.index(after: equals)..<open]).trimmed,
      inputs.filter { !$0.isEmpty }
    )
  }
}

extension String {
  /// The text without white space at both ends.
  fileprivate var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
