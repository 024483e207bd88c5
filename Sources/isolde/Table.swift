/// A table of text: words are aligned left, numbers right.
struct Table {
  private var rows: [[String]]
  private let numeric: [Bool]

  /// - Parameter columns: the titles, and whether the column holds numbers
  init(_ columns: [(title: String, isNumber: Bool)]) {
    rows = [columns.map(\.title)]
    numeric = columns.map(\.isNumber)
  }

  mutating func add(_ row: [String]) { rows.append(row) }

  /// The lines, with a rule under the titles.
  var lines: [String] {
    let widths = numeric.indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    let texts = rows.map { row in
      row.indices.map { row[$0].padded(to: widths[$0], right: numeric[$0]) }
        .joined(separator: "  ")
    }
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
    return [texts[0], rule] + texts.dropFirst()
  }
}
