import Glibc

/// A failure as the user reads it: one line that names the file and the remedy.
struct Failure: Error {
  /// Without a full stop or a line feed.
  let line: String

  /// - Parameters:
  ///   - subject: the file, folder or option concerned; nil when the problem names it
  ///   - problem: what is wrong
  ///   - remedy: what to do about it
  init(_ subject: String? = nil, _ problem: String, remedy: String? = nil) {
    let parts = [subject.map { "\($0): " } ?? "", problem, remedy.map { "; \($0)" } ?? ""]
    line = parts.joined().replacingLineFeeds()
  }

  /// Writes `isolde: LINE` to stderr.
  func report() { Console.error(line) }
}

/// Lines for the user: results on stdout, everything else on stderr.
enum Console {
  /// Writes `isolde: LINE` to stderr.
  static func error(_ line: String) { write("isolde: \(line.printable)\n") }

  /// Writes to stderr, unbuffered. File names keep their bytes.
  static func write(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Writes the line and a line feed to stdout.
  static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) {
    text.pathBytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Writes `isolde: warning: LINE` to stderr.
  static func warn(_ line: String) { error("warning: \(line)") }
}

/// The system's text for `errno`, in lower case as it stands inside a sentence.
func systemError() -> String {
  let text = String(cString: strerror(errno))
  return text.prefix(1).lowercased() + text.dropFirst()
}
