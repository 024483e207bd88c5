import Glibc
import Synchronization

/// The report on one recording. Levels are RMS in dBFS over the whole recording; nil where
/// nothing was measured or all is silent.
struct ReportRow {
  enum Value {
    case text(String)
    case number(Double, places: Int)
    case count(Int)
    case nothing
  }

  /// The columns, in their order.
  static let columns = [
    "recording", "result", "status", "seconds", "rate_hz", "channels", "input_dbfs", "output_dbfs",
    "voice_dbfs", "reverb_dbfs", "background_dbfs", "noise_before_dbfs", "noise_after_dbfs",
    "noise_reduction_db", "latency_samples", "took_seconds", "clipped_samples", "warnings",
    "message",
  ]

  /// One for each column.
  private(set) var values: [Value]

  /// A row without measurements.
  init(_ recording: String, status: String, message: String = "") {
    values = Array(repeating: .nothing, count: Self.columns.count)
    set("recording", .text(recording))
    set("status", .text(status))
    set("message", .text(message))
  }

  mutating func set(_ column: String, _ value: Value) {
    guard let index = Self.columns.firstIndex(of: column) else {
      preconditionFailure("a report has no column \(column)")
    }
    values[index] = value
  }

  mutating func set(_ column: String, _ level: Double?) {
    set(column, level.map { $0.isFinite ? .number($0, places: 2) : .nothing } ?? .nothing)
  }

  /// A line of comma-separated values, as RFC 4180 has them.
  var csv: String {
    values.map { value in
      switch value {
      case .text(let text):
        text.csvQuoted
      case .number(let number, let places): number.plain(places)
      case .count(let count): "\(count)"
      case .nothing: ""
      }
    }.joined(separator: ",") + "\n"
  }

  /// An object of JSON.
  var json: String {
    let fields = zip(Self.columns, values).map { column, value in
      let text =
        switch value {
        case .text(let text): text.jsonQuoted
        case .number(let number, let places): number.plain(places)
        case .count(let count): "\(count)"
        case .nothing: "null"
        }
      return "\"\(column)\": \(text)"
    }
    return "  {\(fields.joined(separator: ", "))}"
  }
}

/// A table of what was done, a row a recording, complete after each row.
///
/// A run that goes on where another ended (`--skip-existing`) appends to its report. The reports of
/// the parts of a list concatenate: only that of the first part opens with the columns' names.
final class ReportFile: @unchecked Sendable {
  private let path: String
  private let isJSON: Bool
  private let descriptor: Int32
  private let lock = Mutex(())
  private var isEmpty: Bool
  /// Recordings that an earlier run has reported on.
  private var told: Set<String> = []

  /// Opens or makes the file.
  init(_ path: String, like order: Order) throws {
    self.path = path
    let name = Path(path).extension.lowercased()
    guard ["csv", "json"].contains(name) else {
      throw Failure(path, "is not a report format", remedy: "use .csv or .json")
    }
    isJSON = name == "json"
    try Path(path).makeFolder()
    let how = order.files.skipExisting ? 0 : order.files.force ? O_TRUNC : O_EXCL
    descriptor = path.withPath { open($0, O_RDWR | O_CREAT | O_CLOEXEC | how, 0o666) }
    guard descriptor >= 0 else {
      if errno == EEXIST {
        throw Failure(
          path, "exists already", remedy: "add --force to replace it or --skip-existing to go on")
      }
      throw Failure(path, "cannot be written: \(systemError())", remedy: "choose another place")
    }
    // Two runs would overwrite each other's rows. Where files cannot be locked, none is refused.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
      throw Failure(
        path, "is being written by another run", remedy: "give each run its own report")
    }
    isEmpty = lseek(descriptor, 0, SEEK_END) == 0
    let hasTitle = (order.files.part?.number ?? 1) == 1
    if isEmpty {
      do {
        try write(
          isJSON ? "[\n]\n" : hasTitle ? ReportRow.columns.joined(separator: ",") + "\n" : "")
      } catch {
        _ = path.withPath { unlink($0) }  // there is no room for it
        throw error
      }
    } else {
      try prepareToGoOn()
    }
  }

  deinit { close(descriptor) }

  /// Whether an earlier run, which this one continues, has reported on the recording.
  func tells(of recording: String) -> Bool {
    told.contains(isJSON ? recording.jsonQuoted : recording.csvQuoted)
  }

  /// Appends a row.
  func add(_ row: ReportRow) throws {
    try lock.withLock { _ in
      // In JSON before the bracket at the end, and before the line feed of the last row.
      let tail = !isJSON ? "" : isEmpty ? "]\n" : "\n]\n"
      let place = lseek(descriptor, 0, SEEK_END) - off_t(tail.utf8.count)
      do {
        lseek(descriptor, place, SEEK_SET)
        try write(isJSON ? (isEmpty ? "" : ",\n") + row.json + "\n]\n" : row.csv)
      } catch {
        end(at: place, with: tail)
        throw error
      }
      isEmpty = false
    }
  }

  /// Cuts the file at `place` and ends it with `tail`. Even a full disk has room for that, as the file was longer.
  private func end(at place: off_t, with tail: String) {
    lseek(descriptor, place, SEEK_SET)
    try? write(tail)
    ftruncate(descriptor, place + off_t(tail.utf8.count))
  }

  /// Checks the existing file, and drops a line that an interrupted run left incomplete.
  private func prepareToGoOn() throws {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: size)
    let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, size, 0) }
    let text = String(pathBytes: bytes.prefix(max(count, 0)))
    if !isJSON {
      let titles = ReportRow.columns.joined(separator: ",")
      let first = text.prefix { $0 != "\n" }
      let isRow =
        first.count(where: { $0 == "," }) >= ReportRow.columns.count - 1
        && ["cleaned", "extended", "failed", "skipped"].contains { first.contains(",\($0),") }
      guard first == titles || isRow else {
        throw Failure(path, "is not a report by isolde", remedy: "choose another name")
      }
    } else {
      let lines = text.split(separator: "\n")
      let first = lines.dropFirst().first ?? "]"
      // A single row without a line feed was interrupted while it was written.
      let isCutOff = lines.count == 2 && !text.hasSuffix("\n") && Self.rowStart.hasPrefix(first)
      guard text.hasPrefix("[\n"), first == "]" || first.hasPrefix(Self.rowStart) || isCutOff else {
        throw Failure(path, "is not a report by isolde", remedy: "choose another name")
      }
      isEmpty = first == "]"
      if !text.hasSuffix("\n]\n") { endBehindRows(text) }
    }
    let lines = text.split(separator: "\n")
    if isJSON {
      let (start, end) = (Self.rowStart, #", "result""#)
      told = Set(
        lines.compactMap { line in
          guard line.hasPrefix(start), let end = line.firstRange(of: end) else { return nil }
          return String(line[..<end.lowerBound].dropFirst(start.count))
        })
    } else {
      told = Set(lines.map(Self.firstField))
    }
    if !isJSON, !text.hasSuffix("\n") {
      let kept = bytes.lastIndex(of: 10).map { $0 + 1 } ?? 0
      ftruncate(descriptor, off_t(kept))
    }
  }

  private static let rowStart = #"  {"recording": "#

  /// Drops what an interrupted run has left after the last complete row of JSON, and ends the array.
  private func endBehindRows(_ text: String) {
    let rows = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst().dropLast()
      .prefix { $0.hasPrefix(Self.rowStart) && ($0.hasSuffix("}") || $0.hasSuffix("},")) }
    let kept = rows.map { $0.hasSuffix(",") ? $0.dropLast() : $0 }.joined(separator: ",\n")
    isEmpty = rows.isEmpty
    end(at: off_t(2 + kept.pathBytes.count), with: isEmpty ? "]\n" : "\n]\n")
  }

  /// The first field of a line of CSV, with its quotes.
  private static func firstField(_ line: Substring) -> String {
    if line.hasPrefix("\""), let end = line.dropFirst().firstRange(of: "\",") {
      return String(line[...end.lowerBound])
    }
    return String(line.prefix { $0 != "," })
  }

  private func write(_ text: String) throws {
    var rest = text.pathBytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        throw Failure(path, "cannot be written: \(systemError())", remedy: "make room")
      }
      rest = rest.dropFirst(count)
    }
  }
}

extension String {
  /// The string as a field of CSV, quoted where necessary.
  fileprivate var csvQuoted: String {
    guard contains(where: { "\",\n\r".contains($0) }) else { return self }
    return "\"\(replacing("\"", with: "\"\""))\""
  }

  /// The string as a string of JSON.
  fileprivate var jsonQuoted: String {
    let characters = unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case _ where scalar.value < 32:
        "\\u" + String(scalar.value + 0x10000, radix: 16).dropFirst()
      case _ where scalar.undecodedByte != nil:
        // JSON is UTF-8. A byte outside UTF-8 is written as a lone surrogate, as Python does.
        "\\udc" + String(scalar.undecodedByte ?? 0, radix: 16)
      default: String(Character(scalar))
      }
    }
    return "\"\(characters.joined())\""
  }
}
