import Glibc
import Synchronization

/// The signal that asked the program to stop; 0 if none did.
private let pendingSignal = Atomic<Int32>(0)

/// Ctrl-C, or another signal that asks the program to end.
///
/// The handler only notes it. The work asks `check()` from block to block and unwinds, so that
/// every partial file is removed on the way. A second signal ends the process at once.
struct Interruption: Error {
  private let signal: Int32

  /// Catches SIGINT, SIGTERM and SIGHUP, except those that are ignored, as under nohup.
  static func watch() {
    _ = pendingSignal.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var action = sigaction()
      sigaction(number, nil, &action)
      let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
      if isIgnored { continue }
      action = sigaction()  // no SA_RESTART: a call that waits comes back
      action.__sigaction_handler.sa_handler = { number in
        if pendingSignal.exchange(number, ordering: .relaxed) != 0 {
          _ = Glibc.signal(number, SIG_DFL)
          raise(number)
        }
      }
      sigaction(number, &action, nil)
    }
    _ = Glibc.signal(SIGPIPE, SIG_IGN)
  }

  /// Throws when the program was asked to end.
  static func check() throws {
    let number = pendingSignal.load(ordering: .relaxed)
    if number != 0 { throw Interruption(signal: number) }
  }

  /// Ends the process by the same signal, as a shell expects.
  func endProcess() -> Never {
    _ = Glibc.signal(signal, SIG_DFL)
    raise(signal)
    exit(128 + signal)
  }
}
