import Glibc

/// The programs `ffmpeg` and `ffprobe`, which read and write what libsndfile does not.
enum FFmpeg {
  /// Whether both can be started.
  static let isInstalled = ["ffmpeg", "ffprobe"].allSatisfy { program in
    guard let process = Subprocess([program, "-version"], .reading) else { return false }
    _ = try? process.output()
    return process.finish()
  }

  /// Options for reading: only local files, even if a playlist names something else.
  static let reading = ["-protocol_whitelist", "file"]

  /// ffprobe's description of a file.
  struct Description {
    let values: [String: String]
    let warnings: [String]
    /// Index of the first audio stream among all streams; nil: there is none.
    let stream: Int?
    /// Number of audio streams.
    let streams: Int
    /// Start times in seconds, and titles.
    let chapters: [(start: Double, title: String)]
    /// Whether there is a cover picture.
    let hasPicture: Bool

    /// Nil when ffprobe is not installed.
    init?(_ path: String) throws {
      let entries =
        "format=format_name,probe_score,duration,nb_streams:format_tags:"
        + "stream=codec_type,codec_name,sample_fmt,bits_per_raw_sample,bits_per_sample,duration:stream_tags"
        + ":stream_disposition=attached_pic:chapter=start_time:chapter_tags=title"
      guard
        let process = Subprocess(
          ["ffprobe", "-v", "warning"] + FFmpeg.reading
            + ["-show_entries", entries, "-of", "flat", "-i", "file:" + path], .reading)
      else { return nil }
      let text = String(decoding: try process.output(), as: UTF8.self)
      _ = process.finish()
      warnings = process.errorLines
      var values: [String: String] = [:]
      for line in text.split(separator: "\n") {
        guard let equals = line.firstIndex(of: "=") else { continue }
        values[String(line[..<equals])] = Self.plain(line[line.index(after: equals)...])
      }
      self.values = values
      let sounds = (0..<64).filter { values["streams.stream.\($0).codec_type"] == "audio" }
      stream = sounds.first
      streams = sounds.count
      hasPicture = (0..<64).contains {
        values["streams.stream.\($0).disposition.attached_pic"] == "1"
      }
      chapters = (0..<10_000).prefix { values["chapters.chapter.\($0).start_time"] != nil }.map {
        let chapter = "chapters.chapter.\($0)."
        let start = Double(values[chapter + "start_time"] ?? "") ?? 0
        return (start, values[chapter + "tags.title"] ?? "")
      }
    }

    /// Whether the format has no end or length of its own: ffmpeg reads all that follows.
    var isStream: Bool {
      ["ogg", "mpegts", "mpeg"].contains(values["format.format_name"])
    }

    /// A value of the first audio stream.
    subscript(name: String) -> String? { values["streams.stream.\(stream ?? 0).\(name)"] }

    /// Tags of the file and of the first audio stream.
    var tags: [Tag] {
      let prefixes = ["format.tags.", "streams.stream.\(stream ?? 0).tags."]
      var tags: [Tag] = []
      for prefix in prefixes {
        for (key, value) in values.sorted(by: { $0.key < $1.key }) where key.hasPrefix(prefix) {
          let name = String(key.dropFirst(prefix.count)).uppercased()
          let ofContainer = [
            "ENCODER", "DURATION", "MAJOR_BRAND", "MINOR_VERSION", "COMPATIBLE_BRANDS",
            "HANDLER_NAME",
            "VENDOR_ID",
          ]
          if !ofContainer.contains(name), !tags.contains(where: { $0.name == name }) {
            tags.append(Tag(name: name, value: value))
          }
        }
      }
      return tags
    }

    /// Removes the quotes and backslashes of ffprobe's format "flat".
    private static func plain(_ text: Substring) -> String {
      guard text.first == "\"" else { return String(text) }
      var result = ""
      var isEscaped = false
      for character in text.dropFirst().dropLast() {
        if isEscaped {
          result.append(character == "n" ? "\n" : character == "r" ? "\r" : character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else {
          result.append(character)
        }
      }
      return result
    }
  }
}

extension FFmpeg {
  /// How much of a file the packets of its first sound track cover.
  struct Extent {
    /// The byte after the last packet.
    private(set) var end = 0
    /// Duration of all packets.
    private(set) var seconds = 0.0

    /// Nil when ffprobe is not installed.
    init?(_ path: String) throws {
      guard
        let process = Subprocess(
          ["ffprobe", "-v", "quiet"] + FFmpeg.reading
            + ["-select_streams", "a:0", "-show_entries", "packet=duration_time,size,pos"]
            + ["-of", "csv=p=0", "-i", "file:" + path], .reading)
      else { return nil }
      try process.lines { line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 3 else { return }
        seconds += Double(fields[0]) ?? 0
        if let size = Int(fields[1]), let place = Int(fields[2]) { end = max(end, place + size) }
      }
    }
  }
}

/// Decodes 32-bit FLAC with the program `flac`, as libsndfile and ffmpeg before version 6 cannot.
final class FLACProgramDecoder: Decoder {
  let rate: Int
  let channels: Int
  let stored: StoredSamples
  private(set) var complaint: String?
  private let process: Subprocess
  private let wave: WaveStream

  /// Nil when `flac` is not installed or cannot decode the file.
  init?(_ path: String) throws {
    let file = path.hasPrefix("-") ? "./" + path : path
    guard
      let process = Subprocess(
        ["flac", "-d", "-s", "-c", "-F", file], .reading),
      let wave = try WaveStream(process.pipe)
    else { return nil }
    (self.process, self.wave) = (process, wave)
    (rate, channels, stored) = (wave.rate, wave.channels, wave.stored)
  }

  func read(_ count: Int, into samples: inout RawSamples) throws -> Int {
    let got = try wave.read(count, into: &samples)
    if got == 0, !process.finish() { complaint = "flac failed" }
    return got
  }
}

/// Decodes with the program `ffmpeg`, through a pipe, in an encoding that holds every value exactly.
final class FFmpegDecoder: Decoder {
  let rate: Int
  let channels: Int
  let stored: StoredSamples
  let description: FFmpeg.Description
  private(set) var complaint: String?
  private let process: Subprocess
  private let wave: WaveStream

  /// The format chunk of ffmpeg's WAV, which holds the channel mask.
  var format: [UInt8] { wave.format }

  /// Nil when ffmpeg cannot read the file either; `reason` then holds its error message.
  init?(_ path: String, reason: inout String) throws {
    guard let description = try FFmpeg.Description(path), description.stream != nil else {
      return nil
    }
    // A low score is a guess from a few bytes, which might as well be text.
    guard let score = description.values["format.probe_score"].flatMap({ Int($0) }), score > 25
    else {
      return nil
    }
    self.description = description
    let sample = description["sample_fmt"] ?? ""
    let encoding =
      sample.hasPrefix("flt")
      ? "pcm_f32le" : sample.hasPrefix("dbl") || sample.hasPrefix("s64") ? "pcm_f64le" : "pcm_s32le"
    guard
      let process = Subprocess(
        ["ffmpeg", "-nostdin", "-v", "error"] + FFmpeg.reading
          + ["-i", "file:" + path, "-map", "0:a:0", "-map_metadata", "-1", "-fflags", "+bitexact"]
          + ["-c:a", encoding, "-f", "wav", "pipe:1"], .reading)
    else { return nil }
    self.process = process
    guard let wave = try WaveStream(process.pipe) else {
      _ = process.finish()
      reason = process.errorLines.first.map(FFmpegDecoder.sentence) ?? ""
      return nil
    }
    self.wave = wave
    (rate, channels) = (wave.rate, wave.channels)
    stored = Self.stored(description, sample)
  }

  private static func stored(_ description: FFmpeg.Description, _ sample: String) -> StoredSamples {
    let codec = description["codec_name"] ?? ""
    let isPlain = codec.hasPrefix("pcm_") && !["pcm_alaw", "pcm_mulaw", "pcm_vidc"].contains(codec)
    let lossless = [
      "flac", "alac", "wavpack", "tta", "ape", "truehd", "mlp", "shorten", "tak", "mp4als",
      "wmalossless",
      "ralf", "dst", "s302m",
    ]
    guard isPlain || lossless.contains(codec) else { return .lossy }
    if sample.hasPrefix("flt") { return .float(bits: 32) }
    if sample.hasPrefix("dbl") || sample.hasPrefix("s64") { return .float(bits: 64) }
    let told = ["bits_per_raw_sample", "bits_per_sample"].compactMap {
      description[$0].flatMap { Int($0) }
    }
    let bits =
      told.first { $0 > 0 } ?? (sample.hasPrefix("s16") ? 16 : sample.hasPrefix("u8") ? 8 : 32)
    return .integer(bits: [8, 16, 24, 32].first { $0 >= bits } ?? 32)
  }

  func read(_ count: Int, into samples: inout RawSamples) throws -> Int {
    let got = try wave.read(count, into: &samples)
    if got == 0, complaint == nil {
      let isContent = process.finish()
      let line = process.errorLines.first.map(Self.sentence)
      complaint = line ?? (isContent ? nil : "ffmpeg failed")
    }
    return got
  }

  /// A line of ffmpeg's output without the name and address of the component in front of it.
  static func sentence(_ line: String) -> String {
    guard line.hasPrefix("["), let end = line.firstIndex(of: "]") else { return line }
    return String(line[line.index(after: end)...].drop { $0 == " " })
  }
}
