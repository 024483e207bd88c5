import CLinux
import Glibc

/// A sound output.
protocol SoundOutput: AnyObject {
  /// Plays interleaved samples; waits until there is room for them.
  func write(_ samples: [Float])
  /// Waits until everything has been played.
  func drain()
}

/// A library for sound output. It is opened only when needed, as machines without sound do not have it.
struct SoundLibrary {
  private let handle: UnsafeMutableRawPointer
  private let name: String
  private static let remedy = "install it, or play the file that isolde clean writes"

  init(_ file: String, of name: String) throws {
    guard let handle = dlopen(file, RTLD_NOW) else {
      throw Failure(nil, "no sound output: \(name) is not installed", remedy: Self.remedy)
    }
    (self.handle, self.name) = (handle, name)
  }

  /// A function by its C name. The type is not checked.
  func function<T>(_ symbol: String, _: T.Type) throws -> T {
    guard let address = dlsym(handle, symbol) else {
      throw Failure(nil, "no sound output: \(name) lacks \(symbol)", remedy: Self.remedy)
    }
    return unsafeBitCast(address, to: T.self)
  }
}

/// Opens JACK where a server runs at the recording's rate, otherwise ALSA's default output.
func soundOutput(rate: Int, channels: Int) throws -> any SoundOutput {
  do {
    return try JACKOutput(rate: rate, channels: channels)
  } catch JACKOutput.Absence.otherRate(let other) {
    Console.warn(
      "JACK runs at \(other) Hz and the recording has \(rate) Hz, so sound goes to ALSA")
  } catch {}
  return try ALSAOutput(rate: rate, channels: channels)
}

/// ALSA's default output. It leads to PipeWire, PulseAudio or JACK where their ALSA plug-in is installed.
final class ALSAOutput: SoundOutput {
  private typealias Open =
    @convention(c) (
      UnsafeMutablePointer<OpaquePointer?>, UnsafePointer<CChar>, Int32, Int32
    ) -> Int32
  private typealias SetParameters =
    @convention(c) (
      OpaquePointer, Int32, Int32, UInt32, UInt32, Int32, UInt32
    ) -> Int32
  private typealias Write = @convention(c) (OpaquePointer, UnsafeRawPointer, UInt) -> Int
  private typealias Recover = @convention(c) (OpaquePointer, Int32, Int32) -> Int32
  private typealias Act = @convention(c) (OpaquePointer) -> Int32
  private typealias Explain = @convention(c) (Int32) -> UnsafePointer<CChar>
  private typealias SetHandler = @convention(c) (UnsafeRawPointer) -> Int32

  private let pcm: OpaquePointer
  private let channels: Int
  private let writeFrames: Write
  private let recover: Recover
  private let close: Act
  private let drainAll: Act
  private let prepare: Act

  /// - Parameter rate: Hz; ALSA converts it when the device has another.
  init(rate: Int, channels: Int) throws {
    let library = try SoundLibrary("libasound.so.2", of: "ALSA")
    _ = try library.function("snd_lib_error_set_handler", SetHandler.self)(linux_quiet_handler())
    let explain = try library.function("snd_strerror", Explain.self)
    writeFrames = try library.function("snd_pcm_writei", Write.self)
    recover = try library.function("snd_pcm_recover", Recover.self)
    close = try library.function("snd_pcm_close", Act.self)
    drainAll = try library.function("snd_pcm_drain", Act.self)
    prepare = try library.function("snd_pcm_prepare", Act.self)
    self.channels = channels
    var opened: OpaquePointer?
    let playback: Int32 = 0
    var status = try library.function("snd_pcm_open", Open.self)(&opened, "default", playback, 0)
    guard status >= 0, let pcm = opened else {
      throw Failure(nil, "no sound output: \(String(cString: explain(status)))")
    }
    self.pcm = pcm
    let (float, interleaved, converts): (Int32, Int32, Int32) = (14, 3, 1)
    let microseconds: UInt32 = 100_000
    status = try library.function("snd_pcm_set_params", SetParameters.self)(
      pcm, float, interleaved, UInt32(channels), UInt32(rate), converts, microseconds)
    guard status >= 0 else {
      _ = close(pcm)
      throw Failure(nil, "no sound output: \(String(cString: explain(status)))")
    }
  }

  deinit { _ = close(pcm) }

  func drain() {
    _ = drainAll(pcm)
    _ = prepare(pcm)
  }

  func write(_ samples: [Float]) {
    samples.map { min(max($0, -1), 1) }.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      var (done, failures) = (0, 0)
      while done < samples.count / channels, failures < 3 {
        let rest = samples.count / channels - done
        let written = writeFrames(
          pcm, start + done * channels * MemoryLayout<Float>.size, UInt(rest))
        if written > 0 {
          done += written
        } else {
          failures += 1  // for example an underrun after a pause
          _ = recover(pcm, Int32(written), 1)
        }
      }
    }
  }
}
