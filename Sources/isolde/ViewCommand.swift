import ArgumentParser
import CIsolde
import CWindow
import Glibc

/// `isolde view`: plays a recording in the plug-ins' window.
struct ViewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "view",
    abstract: "Plays a recording in a window, with the plug-ins' faders and spectrogram.",
    discussion: """
      Space plays and stops, Left and Right skip 5 s back and forward, Home returns to the \
      beginning. Sound goes to JACK where a server runs at the recording's rate, otherwise to \
      ALSA's default output; without either the recording plays silently.
      """)

  @Argument(help: "The recording.", completion: .file()) var recording: String
  @Option(
    help: ArgumentHelp(
      "The model: a file, or \(Model.separating) (default: studio).", valueName: "file or name"),
    completion: .file(extensions: ["isolde"]))
  var model: String?

  func run() throws {
    let player = try Player(recording, Model(Model.path(model)))
    for warning in player.warnings { Console.warn(warning) }
    let viewer = try Viewer(player, title: Path(recording).name)
    let output: (any SoundOutput)?
    do {
      output = try soundOutput(rate: player.rate, channels: player.heardChannels)
    } catch let failure as Failure {
      Console.warn("\(failure.line); the recording plays without sound")
      output = nil
    }
    player.start(output)
    defer { player.end() }
    try viewer.run()
  }
}

/// The window of a player.
private final class Viewer {
  private let player: Player
  private let window: OpaquePointer
  private let display: OpaquePointer
  private var said = ""

  init(_ player: Player, title: String) throws {
    self.player = player
    guard let display = display_connect() else {
      let name = getenv("DISPLAY").map { "on \(String(cString: $0))" } ?? "as DISPLAY is not set"
      throw Failure(
        nil, "no window can be opened \(name)",
        remedy: "run it on a desktop, or draw a picture: isolde clean FILE --plot FILE.png")
    }
    let name = Path(player.model.path).name
    let models = Path(player.model.path).folder + "/"
    // The window's host is the player, as the viewer does not exist yet.
    let host = Unmanaged.passUnretained(player).toOpaque()
    let made = title.withCString { title in
      name.withCString { model in
        models.withPath { models -> OpaquePointer? in
          var form = window_form(
            title: title, model: model, models: models, has_faders: true,
            scale: min(max(display_scale(display), 0.5), 4), rate: Double(player.rate),
            background: WINDOW_NO_COLOUR, foreground: WINDOW_NO_COLOUR)
          guard let window = window_new(&form, host) else { return nil }
          if display_open(display, 0, window_wanted_size(window), title) { return window }
          window_free(window)
          return nil
        }
      }
    }
    guard let window = made else {
      display_close(display)
      throw Failure(nil, "the display server refused the window")
    }
    (self.window, self.display) = (window, display)
    let size = window_wanted_size(window)
    window_resize(window, size.width, size.height)
    player.model.path.withPath { window_set_model(window, $0) }
    window_set_port(window, PORT_LATENCY, Float(player.latency))
    player.display = display
    display_show(display, true)
  }

  deinit {
    player.display = nil
    window_free(window)
    display_close(display)
  }

  /// Runs until the window is closed.
  func run() throws {
    var now = timespec()
    repeat {
      try Interruption.check()
      clock_gettime(CLOCK_MONOTONIC, &now)
      window_tick(window, Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9)
      show(player.takeNews())
      display_draw(display, window)
      usleep(1_000_000 / 30)
    } while display_poll(display, window)
  }

  private func show(_ news: Player.News) {
    for column in news.columns { window_add_column(window, column) }
    for (port, level) in zip(
      [PORT_VOICE_METER, PORT_REVERB_METER, PORT_AMBIENCE_METER], news.levels)
    {
      window_set_port(window, port, 20 * log10(level + 1e-9))
    }
    if let model = news.model { model.withPath { window_set_model(window, $0) } }
    let line =
      "\(clock(news.position)) of \(clock(player.length))   "
      + (news.isPlaying ? "Space stops, Left and Right skip 5 s." : "Space plays.")
    if line != said { window_say(window, line) }
    said = line
  }

  /// A number of samples as a time: "1:02:03".
  private func clock(_ samples: Int) -> String {
    let seconds = samples / player.rate
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = seconds / 60
    return (minutes < 60 ? "\(minutes)" : "\(minutes / 60):\(two(minutes % 60))") + ":"
      + two(seconds % 60)
  }
}

// MARK: From the window to its host

extension UnsafeMutableRawPointer {
  fileprivate var player: Player { Unmanaged<Player>.fromOpaque(self).takeUnretainedValue() }
}

/// See `window.h`.
@c @implementation
public func host_set(_ host: UnsafeMutableRawPointer, _ port: port, _ value: Float) {
  host.player.change { controls in
    switch port {
    case PORT_enabled: controls.enabled = value > 0
    case PORT_voice: controls.voice = value
    case PORT_reverb: controls.reverb = value
    case PORT_ambience: controls.ambience = value
    case PORT_sensitivity: controls.sensitivity = value
    case PORT_listen: controls.listen = Int32(value)
    case PORT_trim: controls.trim = value
    default: break
    }
  }
}

/// See `window.h`. There is no automation here.
@c @implementation
public func host_touch(_ host: UnsafeMutableRawPointer, _ port: port, _ isTouched: Bool) {}

/// See `window.h`.
@c @implementation
public func host_choose_model(_ host: UnsafeMutableRawPointer, _ path: UnsafePointer<CChar>) {
  let bytes = UnsafeRawBufferPointer(start: path, count: strlen(path))
  host.player.choose(String(pathBytes: bytes))
}

/// See `window.h`.
@c @implementation
public func host_paste(_ host: UnsafeMutableRawPointer) {
  if let display = host.player.display { display_ask_to_paste(display) }
}

/// See `window.h`. Handles the player's keys.
@c @implementation
public func host_key(_ host: UnsafeMutableRawPointer, _ key: UInt32) -> Bool {
  let player = host.player
  switch Int(key) {
  case Int(UInt8(ascii: " ")): player.toggle()
  case WINDOW_KEY_LEFT: player.move(by: -5)
  case WINDOW_KEY_RIGHT: player.move(by: 5)
  case WINDOW_KEY_HOME: player.move(to: 0)
  default: return false
  }
  return true
}
