import CSndfile

/// Container and encoding of a sound file.
struct SoundFormat {
  /// libsndfile's number.
  let code: Int32

  var container: Int32 { code & Int32(SF_FORMAT_TYPEMASK) }
  var encoding: Int32 { code & Int32(SF_FORMAT_SUBMASK) }

  /// Bits of a sample when it is stored as an integer; nil for floating point.
  var integerBits: Int? {
    switch Int(encoding) {
    case SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8: 8
    case SF_FORMAT_PCM_16: 16
    case SF_FORMAT_PCM_32: 32
    case SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE: nil
    default: 24
    }
  }

  /// True for the encodings that keep every sample: plain integers and floating point.
  var isLossless: Bool { Self.losslessEncodings.contains(Int(encoding)) }

  private static let losslessEncodings = [
    SF_FORMAT_PCM_S8, SF_FORMAT_PCM_U8, SF_FORMAT_PCM_16, SF_FORMAT_PCM_24, SF_FORMAT_PCM_32,
    SF_FORMAT_FLOAT, SF_FORMAT_DOUBLE,
  ]

  private static let containers: [String: Int] = [
    "wav": SF_FORMAT_WAV, "flac": SF_FORMAT_FLAC,
    "aif": SF_FORMAT_AIFF, "aiff": SF_FORMAT_AIFF,
    "w64": SF_FORMAT_W64, "rf64": SF_FORMAT_RF64,
    "caf": SF_FORMAT_CAF, "au": SF_FORMAT_AU,
  ]

  /// The extensions that can be written, for messages.
  static let writable = "wav, flac, aiff, w64, rf64, caf, au"

  /// True when a file of that extension can be written.
  static func canWrite(extension name: String) -> Bool { containers[name.lowercased()] != nil }

  /// The format to write, as near to the input's as the extension and `wish` allow.
  ///
  /// Lossy encodings become 24 bit, and so does all that the container cannot hold. A WAV file
  /// above 4 GB becomes RF64, the same with 64-bit sizes. Nil: the extension is unknown, or the
  /// container cannot hold so many channels or such a rate.
  static func output(
    named extensionName: String, like input: SF_INFO, wish: Encoding
  ) -> SoundFormat? {
    guard var container = containers[extensionName.lowercased()] else { return nil }
    let source = SoundFormat(code: input.format)
    let sourceContainer = Int(source.container)
    let sampleBytes = Int(source.encoding) == SF_FORMAT_DOUBLE ? 8.0 : 4.0
    let bytes = Double(input.frames) * Double(input.channels) * sampleBytes
    if container == SF_FORMAT_WAV {
      let variants = [SF_FORMAT_WAVEX, SF_FORMAT_RF64]
      if variants.contains(sourceContainer) { container = sourceContainer }
      if bytes > 4e9 { container = SF_FORMAT_RF64 }
    }
    let wished =
      wish.code ?? (source.isLossless ? Int(source.encoding) : SF_FORMAT_PCM_24)
    for encoding in [wished, SF_FORMAT_PCM_24, SF_FORMAT_PCM_16] {
      var trial = SF_INFO(
        frames: 0, samplerate: input.samplerate, channels: input.channels,
        format: Int32(container | encoding), sections: 0, seekable: 0)
      if sf_format_check(&trial) != 0 { return SoundFormat(code: trial.format) }
    }
    return nil
  }
}
