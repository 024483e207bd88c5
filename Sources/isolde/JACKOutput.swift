import Glibc
import Synchronization

/// A JACK client, connected to the outputs of the device.
///
/// `write` puts samples into a ring buffer; `process`, in JACK's thread, takes them out. As in the plug-ins' run(),
/// `process` neither allocates, locks nor waits.
final class JACKOutput: SoundOutput {
  /// Why JACK is not used, when that is not a failure.
  enum Absence: Error {
    case noServer
    /// The server's rate, Hz.
    case otherRate(Int)
  }

  private typealias Client = OpaquePointer
  private typealias Process = @convention(c) (UInt32, UnsafeMutableRawPointer?) -> Int32
  private typealias Shutdown = @convention(c) (UnsafeMutableRawPointer?) -> Void
  private typealias Report = @convention(c) (UnsafePointer<CChar>?) -> Void
  private typealias GetBuffer = @convention(c) (OpaquePointer, UInt32) -> UnsafeMutableRawPointer
  private typealias GetNumber = @convention(c) (Client) -> UInt32

  private let client: Client
  private let close: @convention(c) (Client) -> Int32
  private let getBuffer: GetBuffer
  private let rate: Int
  private let channels: Int
  private let ports: UnsafeMutablePointer<OpaquePointer>
  /// Interleaved samples.
  private let ring: UnsafeMutablePointer<Float>
  /// Size of the ring in samples; a power of two.
  private let capacity: Int
  /// Total samples put into the ring, and taken out of it.
  private let written = Atomic(0)
  private let taken = Atomic(0)
  /// Whether it plays: the ring has been filled, and has not run empty since.
  private let isFlowing = Atomic(false)
  /// Whether nothing more will be put into the ring.
  private let isDraining = Atomic(false)
  private let isGone = Atomic(false)
  private var hasWarned = false

  /// Opens a client that does not start a server, and returns it with the server's rate in Hz.
  private static func open(_ jack: SoundLibrary) throws -> (Client, rate: Int) {
    // libjack prints when there is no server, which is not a failure here.
    let quiet: Report = { _ in }
    for name in ["jack_set_error_function", "jack_set_info_function"] {
      try jack.function(name, (@convention(c) (Report) -> Void).self)(quiet)
    }
    let open = try jack.function(
      "jack_client_open",
      (@convention(c) (UnsafePointer<CChar>, UInt32, UnsafeMutablePointer<UInt32>?) -> Client?).self
    )
    let getRate = try jack.function("jack_get_sample_rate", GetNumber.self)
    let startsNoServer: UInt32 = 1
    guard let client = open("isolde", startsNoServer, nil) else { throw Absence.noServer }
    return (client, Int(getRate(client)))
  }

  init(rate: Int, channels: Int) throws {
    let jack = try SoundLibrary("libjack.so.0", of: "JACK")
    let register = try jack.function(
      "jack_port_register",
      (@convention(c) (Client, UnsafePointer<CChar>, UnsafePointer<CChar>, UInt, UInt)
        -> OpaquePointer?).self)
    let getPeriod = try jack.function("jack_get_buffer_size", GetNumber.self)
    let setProcess = try jack.function(
      "jack_set_process_callback",
      (@convention(c) (Client, Process, UnsafeMutableRawPointer) -> Int32).self)
    let setShutdown = try jack.function(
      "jack_on_shutdown", (@convention(c) (Client, Shutdown, UnsafeMutableRawPointer) -> Void).self)
    let activate = try jack.function("jack_activate", (@convention(c) (Client) -> Int32).self)
    close = try jack.function("jack_client_close", (@convention(c) (Client) -> Int32).self)
    getBuffer = try jack.function("jack_port_get_buffer", GetBuffer.self)

    let (client, serverRate) = try JACKOutput.open(jack)
    guard serverRate == rate else {
      _ = close(client)
      throw Absence.otherRate(serverRate)
    }
    self.client = client
    self.rate = rate
    self.channels = channels
    var capacity = 1
    while capacity < max(rate / 10, 4 * Int(getPeriod(client))) { capacity *= 2 }
    self.capacity = capacity
    ring = .allocate(capacity: capacity * channels)
    ring.initialize(repeating: 0, count: capacity * channels)
    ports = .allocate(capacity: channels)
    var names: [String] = []
    for channel in 0..<channels {
      let name = "out_\(channel + 1)"
      let isOutput: UInt = 2
      guard let port = register(client, name, JACKOutput.audio, isOutput, 0) else { break }
      (ports + names.count).initialize(to: port)
      names.append(name)
    }
    let this = Unmanaged.passUnretained(self).toOpaque()
    setShutdown(client, { JACKOutput.of($0)?.isGone.store(true, ordering: .relaxed) }, this)
    guard names.count == channels,
      setProcess(
        client,
        { count, this in
          JACKOutput.of(this)?.process(Int(count))
          return 0
        }, this) == 0, activate(client) == 0
    else { throw Absence.noServer }
    try connect(jack, names)
  }

  deinit {
    _ = close(client)
    ports.deallocate()
    ring.deallocate()
  }

  private static let audio = "32 bit float mono audio"

  private static func of(_ pointer: UnsafeMutableRawPointer?) -> JACKOutput? {
    pointer.map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
  }

  /// Connects the ports to the device's first outputs, a mono recording to two of them.
  private func connect(_ jack: SoundLibrary, _ names: [String]) throws {
    typealias Names = UnsafeMutablePointer<UnsafePointer<CChar>?>
    let find = try jack.function(
      "jack_get_ports",
      (@convention(c) (Client, UnsafePointer<CChar>?, UnsafePointer<CChar>, UInt) -> Names?).self)
    let join = try jack.function(
      "jack_connect",
      (@convention(c) (Client, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32).self)
    let nameOf = try jack.function(
      "jack_port_name", (@convention(c) (OpaquePointer) -> UnsafePointer<CChar>).self)
    let free = try jack.function(
      "jack_free", (@convention(c) (UnsafeMutableRawPointer) -> Void).self)
    let isInputOfDevice: UInt = 1 | 4
    guard let outputs = find(client, nil, JACKOutput.audio, isInputOfDevice) else { return }
    for side in 0..<2 {
      guard let output = outputs[side] else { break }
      _ = join(client, nameOf(ports[side % channels]), output)
    }
    free(outputs)
  }

  // MARK: JACK's thread

  /// Plays silence when the ring has run empty, until it is half full again.
  private func process(_ count: Int) {
    let start = taken.load(ordering: .relaxed)
    let ready = written.load(ordering: .acquiring) - start
    if ready >= min(capacity / 2 + count, capacity) || isDraining.load(ordering: .relaxed) {
      isFlowing.store(true, ordering: .relaxed)
    }
    let flowing = isFlowing.load(ordering: .relaxed) ? min(count, ready) : 0
    for channel in 0..<channels {
      let buffer = getBuffer(ports[channel], UInt32(count)).assumingMemoryBound(to: Float.self)
      for i in 0..<flowing {
        buffer[i] = ring[((start + i) & (capacity - 1)) * channels + channel]
      }
      for i in flowing..<max(count, flowing) { buffer[i] = 0 }
    }
    if flowing < count { isFlowing.store(false, ordering: .relaxed) }
    taken.store(start + flowing, ordering: .releasing)
  }

  // MARK: The player's thread

  func write(_ samples: [Float]) {
    let count = samples.count / channels
    var (done, waited) = (0, 0)
    while done < count {
      if isGone.load(ordering: .relaxed) {
        runSilently(count - done)
        return
      }
      let start = written.load(ordering: .relaxed)
      let room = capacity - (start - taken.load(ordering: .acquiring))
      let part = min(room, count - done)
      for i in 0..<part {
        for channel in 0..<channels {
          ring[((start + i) & (capacity - 1)) * channels + channel] =
            samples[(done + i) * channels + channel]
        }
      }
      written.store(start + part, ordering: .releasing)
      done += part
      waited = part > 0 ? 0 : waited + 1
      if done < count { wait(waited) }
    }
  }

  func drain() {
    isDraining.store(true, ordering: .relaxed)
    var waited = 0
    while taken.load(ordering: .acquiring) < written.load(ordering: .relaxed),
      !isGone.load(ordering: .relaxed)
    {
      waited += 1
      wait(waited)
    }
    isDraining.store(false, ordering: .relaxed)
  }

  /// Waits for the server, which counts as gone when it has taken nothing for two seconds.
  private func wait(_ times: Int) {
    usleep(2_000)
    if times > 1_000 { isGone.store(true, ordering: .relaxed) }
  }

  private func runSilently(_ count: Int) {
    if !hasWarned { Console.warn("the JACK server has ended; the recording plays silently") }
    hasWarned = true
    usleep(UInt32(count * 1_000_000 / rate))
  }
}
