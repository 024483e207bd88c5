import Glibc
import Synchronization

/// The signal that asked the program to stop; 0 if none did.
private let pendingSignal = Atomic<Int32>(0)

/// Ctrl-C, or another signal that asks the program to end.
///
/// The signal handler only records it. The work calls `check()` after each block, which throws, so that every partial
/// file is removed. A second signal ends the process at once.
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
      action = sigaction()  // no SA_RESTART: system calls that wait return
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
