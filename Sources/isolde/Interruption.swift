import Glibc
import Synchronization

/// The number of the signal that asks the program to end; 0 while there is none.
private let pendingSignal = Atomic<Int32>(0)

/// Ctrl-C, or another signal that asks the program to end.
///
/// The handler only notes it. The work asks `check()` from block to block and unwinds, so that
/// every partial file is removed on the way.
struct Interruption: Error {
  private let signal: Int32

  /// Notes SIGINT, SIGTERM and SIGHUP from now on.
  static func watch() {
    _ = pendingSignal.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      _ = Glibc.signal(number) { pendingSignal.store($0, ordering: .relaxed) }
    }
    _ = Glibc.signal(SIGPIPE, SIG_IGN)
  }

  /// Throws when the program was asked to end.
  static func check() throws {
    let number = pendingSignal.load(ordering: .relaxed)
    if number != 0 { throw Interruption(signal: number) }
  }

  /// Ends the process by the very signal, as a shell expects.
  func endProcess() -> Never {
    _ = Glibc.signal(signal, SIG_DFL)
    raise(signal)
    exit(128 + signal)
  }
}
