import Glibc
import Synchronization

/// Progress and messages while recordings are cleaned, from any number of threads.
///
/// On a terminal, one line shows the overall progress, cut to the terminal's width. Elsewhere only permanent
/// lines are written.
final class Display: Sendable {
  private static let barLength = 20

  private struct State {
    /// Size of each recording in bytes; progress is a share of their sum.
    var sizes: [Double] = []
    var shares: [Double] = []
    var finished = 0
    /// The recording that made progress last.
    var name = ""
    /// Seconds of sound done.
    var sound = 0.0
    var last = 0.0
    var isDrawn = false
  }

  private let state = Mutex(State())
  private let isShown: Bool
  private let start = seconds()

  init(quiet: Bool) {
    isShown = !quiet && isatty(STDERR_FILENO) != 0
  }

  /// Sets the recordings to come, by their sizes in bytes.
  func expect(_ sizes: [Int]) {
    state.withLock {
      $0.sizes = sizes.map { Double(max($0, 1)) }
      $0.shares = Array(repeating: 0, count: sizes.count)
    }
  }

  /// Shows that a share (0 ... 1) of a recording is done, at most ten times a second.
  func show(_ index: Int, _ name: String, share: Double, sound: Double) {
    guard isShown else { return }
    state.withLock { state in
      state.shares[index] = min(max(share, 0), 1)
      state.sound += sound
      let now = seconds()
      guard now - state.last > 0.1 else { return }
      state.last = now
      state.name = name
      draw(&state)
    }
  }

  /// Counts a recording as done.
  func finish(_ index: Int) {
    state.withLock {
      $0.shares[index] = 1
      $0.finished += 1
    }
  }

  /// Clears the line.
  func end() { state.withLock { clear(&$0) } }

  /// Writes lines to stdout.
  func print(_ text: String) {
    state.withLock {
      clear(&$0)
      Console.print(text)
    }
  }

  /// Writes `isolde: LINE` to stderr.
  func error(_ line: String) {
    state.withLock {
      clear(&$0)
      Console.error(line)
    }
  }

  /// Writes `isolde: warning: LINE` to stderr.
  func warn(_ line: String) { error("warning: \(line)") }

  private func clear(_ state: inout State) {
    guard state.isDrawn else { return }
    state.isDrawn = false
    Console.write("\r\u{1b}[K")
  }

  private func draw(_ state: inout State) {
    let total = state.sizes.reduce(0, +)
    let share = zip(state.sizes, state.shares).reduce(0) { $0 + $1.0 * $1.1 } / max(total, 1)
    let full = Int(share * Double(Self.barLength))
    let bar =
      String(repeating: "\u{2588}", count: full)
      + String(repeating: "\u{2591}", count: Self.barLength - full)
    let percent = (share * 100).fixed(0).padded(to: 3, right: true)
    let speed = state.sound / max(seconds() - start, 1e-3)
    let count = state.sizes.count > 1 ? "\(state.finished + 1)/\(state.sizes.count) " : ""
    let line = "\(bar) \(percent) %  \(speed.fixed(0)) x real time  \(count)\(state.name)"
    Console.write("\r\(line.cut(to: terminalWidth() - 1))\u{1b}[K")
    state.isDrawn = true
  }

  private func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

/// The progress of one recording.
struct Progress {
  private let display: Display
  private let index: Int
  private let name: String

  init(_ display: Display, _ index: Int, _ name: String) {
    self.display = display
    self.index = index
    self.name = name
  }

  /// Shows that a share (0 ... 1) is done, `sound` seconds more than before. Throws when the user interrupts.
  func show(share: Double, sound: Double) throws {
    try Interruption.check()
    display.show(index, name, share: share, sound: sound)
  }
}

extension String {
  /// The text cut to `width` columns of a terminal, with an ellipsis when something is left out. Control characters
  /// become question marks.
  func cut(to width: Int) -> String {
    let shown = String(
      map { $0.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } ? "?" : $0 })
    let widths = shown.map(\.columns)
    guard widths.reduce(0, +) > width else { return shown }
    var (taken, columns) = ("", 1)
    for (character, width_) in zip(shown, widths) {
      guard columns + width_ <= width else { break }
      taken.append(character)
      columns += width_
    }
    return width > 0 ? taken + "\u{2026}" : ""
  }
}

extension Character {
  /// Columns in a terminal: two for wide East Asian characters and emoji.
  fileprivate var columns: Int {
    guard let scalar = unicodeScalars.first?.value else { return 0 }
    let isWide =
      (0x1100...0x115F).contains(scalar) || (0x2E80...0xA4CF).contains(scalar)
      || (0xAC00...0xD7A3).contains(scalar) || (0xF900...0xFAFF).contains(scalar)
      || (0xFE30...0xFE6F).contains(scalar) || (0xFF00...0xFF60).contains(scalar)
      || (0xFFE0...0xFFE6).contains(scalar) || (0x1F300...0x1FAFF).contains(scalar)
      || (0x20000...0x3FFFD).contains(scalar)
    return isWide ? 2 : 1
  }
}
