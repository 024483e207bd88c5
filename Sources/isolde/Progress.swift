import Glibc

/// A bar on stderr while it is a terminal; nothing when stderr goes elsewhere.
final class Progress {
  private static let barLength = 28
  private let name: String
  private let total: Int
  private let rate: Int
  private let isShown: Bool
  private let start = seconds()
  private var last = 0.0

  init(_ path: String, total: Int?, rate: Int, quiet: Bool) {
    name = Path(path).name
    self.total = max(total ?? 1, 1)
    self.rate = rate
    isShown = !quiet && isatty(STDERR_FILENO) != 0
  }

  /// Shows that `done` samples are through, ten times a second; throws when the user interrupts.
  func show(_ done: Int) throws {
    try Interruption.check()
    guard isShown, seconds() - last > 0.1 else { return }
    last = seconds()
    let share = min(1, Double(done) / Double(total))
    let full = Int(share * Double(Self.barLength))
    let bar =
      String(repeating: "\u{2588}", count: full)
      + String(repeating: "\u{2591}", count: Self.barLength - full)
    let speed = Double(done) / Double(rate) / max(last - start, 1e-3)
    let percent = (share * 100).fixed(0).padded(to: 3, right: true)
    Console.write("\r\u{1b}[K\(name)  \(bar) \(percent) %  \(speed.fixed(0)) x real time")
  }

  /// Clears the line.
  func end() {
    guard isShown, last > 0 else { return }
    Console.write("\r\u{1b}[K")
  }
}
