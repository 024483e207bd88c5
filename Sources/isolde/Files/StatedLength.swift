/// The number of samples a channel that a file's header states.
struct StatedLength {
  let count: Int
  /// How many samples a decoder may be off without that being a fault.
  let tolerance: Int

  /// Nil when the header states no length.
  static func of(_ file: ByteFile, _ layout: Layout?, _ decoder: any Decoder) -> StatedLength? {
    if let count = layout?.statedCount { return StatedLength(count: count, tolerance: 0) }
    if let decoder = decoder as? FFmpegDecoder { return of(file, decoder) }
    guard let own = decoder as? SndfileDecoder else { return nil }
    guard let layout, let stated = layout.statedBytes else {
      return MP3(file)?.length
    }
    if own.format.isPlain {
      let width = own.channels * own.stored.width
      return StatedLength(count: stated / width, tolerance: 0)
    }
    guard stated != layout.bytes, layout.bytes > 0 else { return nil }
    let count = Double(own.count) * Double(stated) / Double(layout.bytes)
    return StatedLength(count: Int(min(count.rounded(), 0x1p62)), tolerance: 0)
  }

  private static func of(_ file: ByteFile, _ decoder: FFmpegDecoder) -> StatedLength? {
    let description = decoder.description
    let format = description.values["format.format_name"]
    if format == "mp3" { return MP3(file)?.length }
    // These formats hold no length; ffprobe guesses it from the last time stamps.
    guard !description.isStream,
      !description.warnings.contains(where: { $0.contains("Estimating duration") })
    else { return nil }
    // Beside video, only the length of the audio stream itself counts, as pictures may outlast the sound.
    let isAlone = description.values["format.nb_streams"] == "1"
    let told =
      [description["duration"], description["tags.DURATION"]]
      + (isAlone ? [description.values["format.duration"]] : [])
    // Tags may hold anything. A length above 30 years is not believed.
    let lengths = told.compactMap { $0.flatMap(seconds) }
    guard let seconds = lengths.first(where: { $0 > 0 && $0 < 1e9 }) else { return nil }
    // Tolerance: two frames of AAC at half the rate, and times rounded to milliseconds.
    return StatedLength(
      count: Int(seconds * Double(decoder.rate)), tolerance: max(4_096, decoder.rate / 20))
  }

  /// Seconds of "1.5" or "00:00:01.5".
  private static func seconds(_ text: String) -> Double? {
    let parts = text.split(separator: ":").map { Double($0) }
    guard !parts.contains(nil) else { return nil }
    return parts.reduce(0) { $0 * 60 + ($1 ?? 0) }
  }
}

extension SndfileFormat {
  /// Whether samples are stored as uncompressed integers or floats.
  var isPlain: Bool {
    switch stored {
    case .lossy: false
    case .integer, .float: !(0x70...0x7F).contains(encoding)
    }
  }
}
