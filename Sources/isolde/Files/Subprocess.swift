import CLinux
import Glibc

/// A child process connected by a pipe, from which we read or to which we write.
final class Subprocess {
  enum Direction { case reading, writing }

  /// Our end of the pipe: the process's output or its input.
  let pipe: Int32
  private let errors: Int32
  private var process: pid_t = 0
  private var isRunning = true
  private var isOpen = true
  private var hasEndedWell = false

  /// Starts the process. The descriptor `inherited` is open in it as 3. Nil, with `errno` set, when it cannot be
  /// started; ENOENT when it is not installed.
  init?(_ arguments: [String], _ direction: Direction, inherited: Int32? = nil) {
    var ends: [Int32] = [-1, -1]
    guard linux_pipe(&ends) == 0 else { return nil }
    let (ours, theirs) = direction == .reading ? (ends[0], ends[1]) : (ends[1], ends[0])
    pipe = ours
    errors = linux_memory_file()
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
      close(theirs)
    }
    let (used, unused) =
      direction == .reading ? (STDOUT_FILENO, STDIN_FILENO) : (STDIN_FILENO, STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, unused, "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, theirs, used)
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    if let inherited { posix_spawn_file_actions_adddup2(&actions, inherited, 3) }
    // We ignore SIGPIPE; the child must not, so that it ends when nobody reads its output.
    var broken = sigset_t()
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &broken)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    let texts = arguments.map { argument in argument.withPath { strdup($0) } }
    defer { for text in texts { free(text) } }
    let status = arguments[0].withPath { program in
      posix_spawnp(&process, program, &actions, &attributes, texts + [nil], linux_environment())
    }
    if status != 0 {
      isRunning = false
      errno = status
      return nil
    }
  }

  deinit {
    if isOpen { close(pipe) }
    if isRunning {
      kill(process, SIGKILL)
      _ = wait()
    }
    close(errors)
  }

  /// Closes the pipe and waits for the process to end. Returns whether it succeeded.
  func finish() -> Bool {
    if isOpen { close(pipe) }
    isOpen = false
    return wait()
  }

  private func wait() -> Bool {
    guard isRunning else { return hasEndedWell }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    isRunning = false
    hasEndedWell = status == 0
    return hasEndedWell
  }

  /// Everything that the process writes; for short outputs.
  func output() throws -> [UInt8] {
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = try readAll(pipe, &part), count > 0 { all += part.prefix(count) }
    return all
  }

  /// Calls `body` with each line that the process writes.
  func lines(_ body: (Substring) -> Void) throws {
    var rest: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while case let count = try readAll(pipe, &part), count > 0 {
      rest += part.prefix(count)
      guard let end = rest.lastIndex(of: 10) else { continue }
      let whole = String(decoding: rest[..<end], as: UTF8.self)
      for line in whole.split(separator: "\n") { body(line) }
      rest.removeSubrange(...end)
    }
  }

  /// The lines that the process wrote to stderr.
  var errorLines: [String] {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = pread(errors, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n").map(
      String.init)
  }
}
