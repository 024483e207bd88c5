import CSndfile

/// libsndfile's number for container and encoding of a sound file.
struct SndfileFormat {
  let code: Int32

  var container: Int { Int(code) & Int(SF_FORMAT_TYPEMASK) }
  var encoding: Int { Int(code) & Int(SF_FORMAT_SUBMASK) }

  var stored: StoredSamples {
    switch encoding {
    case SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8: .integer(bits: 8)
    case SF_FORMAT_PCM_16: .integer(bits: 16)
    case SF_FORMAT_PCM_24: .integer(bits: 24)
    case SF_FORMAT_PCM_32: .integer(bits: 32)
    case SF_FORMAT_FLOAT: .float(bits: 32)
    case SF_FORMAT_DOUBLE: .float(bits: 64)
    case SF_FORMAT_ALAC_16: .integer(bits: 16)
    case SF_FORMAT_ALAC_20, SF_FORMAT_ALAC_24: .integer(bits: 24)
    case SF_FORMAT_ALAC_32: .integer(bits: 32)
    default: .lossy
    }
  }
}

/// The container and encoding of an output file.
struct SoundFormat {
  enum Container: String, CaseIterable {
    case wav, flac, aiff, aif, w64, rf64, caf, au, mp3, opus, m4a

    /// Whether the program ffmpeg writes it.
    var needsFFmpeg: Bool { [.mp3, .opus, .m4a].contains(self) }

    /// Whether it is limited to sizes of 32 bits, without a variant that is not.
    var isShort: Bool { [.aiff, .aif, .au].contains(self) }

    /// ffmpeg's name of a layout in which it keeps the order of the channels, and takes none of them for a
    /// low-frequency channel that is not one; nil: there is none.
    func layout(_ source: SoundReader) -> String? {
      let isSurround = [0x3F, 0x60F].contains(source.metadata.channelMask)
      switch source.channels {
      case 1: return "mono"
      case 2: return "stereo"
      case 3 where self != .mp3: return "3.0"
      case 4 where self != .mp3: return self == .opus ? "quad" : "4.0"
      case 5 where self == .m4a: return "5.0"
      case 6 where self != .mp3 && isSurround: return "5.1"
      default: return nil
      }
    }

    /// The rates that it supports; empty for all rates.
    var rates: [Int] {
      let halves = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]
      switch self {
      case .mp3: return halves
      case .m4a: return halves + [64_000, 88_200, 96_000]
      case .opus: return [48_000]
      default: return []
      }
    }

    /// The name as people write it.
    var title: String {
      switch self {
      case .opus: "Opus"
      case .aif: "AIFF"
      default: rawValue.uppercased()
      }
    }
  }

  let container: Container
  let stored: StoredSamples

  /// The extensions of all output formats, for messages.
  static let writable = "wav, flac, aiff, w64, rf64, caf, au; by ffmpeg: mp3, opus, m4a"

  /// Whether files with this extension can be written.
  static func canWrite(extension name: String) -> Bool {
    Container(rawValue: name.lowercased()) != nil
  }

  /// Whether a result keeps this extension of its recording; otherwise it becomes WAV.
  static func isKept(extension name: String) -> Bool {
    Container(rawValue: name.lowercased()).map { !$0.needsFFmpeg } ?? false
  }

  /// The output format that is nearest to the recording's among those of the extension.
  ///
  /// Lossy encodings become 24 bit, and so do those that the container cannot hold; the writer warns of the latter.
  /// Throws when the container cannot hold the number of channels, the rate, the length or the encoding that was
  /// asked for.
  static func output(
    _ target: String, like source: SoundReader, wish: Encoding
  ) throws -> SoundFormat {
    guard let container = Container(rawValue: Path(target).extension.lowercased()) else {
      throw Failure(target, "the extension names no format", remedy: "use one of \(writable)")
    }
    if container.needsFFmpeg {
      guard FFmpeg.isInstalled else {
        throw Failure(
          target, "is written by the program ffmpeg, which is not installed",
          remedy: "install it or write a .wav file")
      }
      guard container.layout(source) != nil else { throw tooLarge(target, source) }
      return SoundFormat(container: container, stored: .float(bits: 32))
    }
    let wished = wish.stored ?? (source.stored == .lossy ? .integer(bits: 24) : source.stored)
    let bits: [StoredSamples] = [wished, .integer(bits: 24), .integer(bits: 16)]
    let formats = bits.map { SoundFormat(container: container, stored: $0) }
    guard let format = formats.first(where: { $0.holds(source) }) else {
      throw tooLarge(target, source)
    }
    guard wish == .same || format.stored == wished else {
      throw Failure(
        target, "\(container.title) holds no samples of --encoding \(wish)",
        remedy: "write a .wav file")
    }
    if container.isShort, let count = source.expectedCount,
      count * source.channels * format.stored.width > 0xFFFF_0000
    {
      throw Failure(
        target, "would be larger than the 4 GB that \(container.title) can hold",
        remedy: "write a .wav, .w64 or .flac file")
    }
    return format
  }

  private static func tooLarge(_ target: String, _ source: SoundReader) -> Failure {
    Failure(
      target,
      "a .\(Path(target).extension) file cannot hold \(source.channels) channels at "
        + "\(source.rate.grouped) Hz",
      remedy: "write a .wav file")
  }

  private func holds(_ source: SoundReader) -> Bool {
    guard let code else { return source.channels < 1 << 16 }
    var trial = SF_INFO(
      frames: 0, samplerate: Int32(source.rate), channels: Int32(source.channels), format: code,
      sections: 0, seekable: 0)
    return sf_format_check(&trial) != 0
  }

  /// libsndfile's number; nil when libsndfile does not write the format.
  var code: Int32? {
    let type: Int? =
      switch container {
      case .flac: SF_FORMAT_FLAC
      case .aiff, .aif: SF_FORMAT_AIFF
      case .caf: SF_FORMAT_CAF
      case .au: SF_FORMAT_AU
      case .wav, .rf64, .w64, .mp3, .opus, .m4a: nil
      }
    let encoding: Int =
      switch stored {
      case .integer(bits: 8): SF_FORMAT_PCM_S8
      case .integer(bits: 16): SF_FORMAT_PCM_16
      case .integer(bits: 32): SF_FORMAT_PCM_32
      case .float(bits: 32): SF_FORMAT_FLOAT
      case .float: SF_FORMAT_DOUBLE
      case .integer, .lossy: SF_FORMAT_PCM_24
      }
    return type.map { Int32($0 | encoding) }
  }
}
