import Glibc

/// Writes MP3, Opus and M4A with the program ffmpeg.
final class FFmpegEncoder: Encoder {
  let lost: [String]
  private let file: PartialFile
  private let process: Subprocess

  init(_ file: PartialFile, _ format: SoundFormat, like source: SoundReader) throws {
    self.file = file
    let channels = source.channels
    let codec: [String] =
      switch format.container {
      case .mp3: ["-c:a", "libmp3lame", "-q:a", "0", "-f", "mp3"]
      case .opus: ["-c:a", "libopus", "-b:a", "\(min(96 * channels, 510))k", "-f", "opus"]
      default: ["-c:a", "aac", "-b:a", "\(min(160 * channels, 1_024))k", "-f", "ipod"]
      }
    // Linux limits one argument of a program to 128 kB.
    let (short, long) = (
      source.metadata.tags.filter { $0.value.utf8.count < 60_000 },
      source.metadata.tags.filter { $0.value.utf8.count >= 60_000 }
    )
    let tags = short.prefix(16).flatMap {
      ["-metadata", "\($0.name.lowercased())=\($0.value)"]
    }
    lost =
      source.metadata.lostOutsideWave(holdsTags: true) + (long + short.dropFirst(16)).map(\.name)
    guard
      let process = Subprocess(
        [
          "ffmpeg", "-nostdin", "-v", "error", "-f", "f32le", "-ar", "\(source.rate)",
          "-channel_layout", format.container.layout(source) ?? "",
        ]
          + ["-i", "pipe:0", "-map_metadata", "-1"] + tags + [
            "-fflags", "+bitexact", "-flags:a", "+bitexact",
          ]
          + codec + ["-y", "file:/proc/self/fd/3"], .writing, inherited: file.descriptor)
    else {
      throw Failure(
        file.target, "ffmpeg cannot be started: \(systemError())", remedy: "write a .wav file")
    }
    self.process = process
  }

  func write(_ samples: [Double]) throws {
    let floats = samples.map { Float($0) }
    let size = floats.count * MemoryLayout<Float>.size
    let written = try floats.withUnsafeBytes { bytes in
      try transfer(size) { done in
        Glibc.write(process.pipe, bytes.baseAddress.map { $0 + done }, size - done)
      }
    }
    guard written == size else { throw failure() }
  }

  func finish() throws {
    // When the disk is full at the very end, ffmpeg prints an error but exits with status 0.
    guard process.finish(), process.errorLines.isEmpty else { throw failure() }
  }

  private func failure() -> Failure {
    _ = process.finish()
    let line = process.errorLines.first.map(FFmpegDecoder.sentence) ?? systemError()
    return Failure(
      file.target, "cannot be written by ffmpeg: \(line)", remedy: "make room or write a .wav file")
  }
}
