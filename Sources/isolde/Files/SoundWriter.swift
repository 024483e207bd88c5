import Glibc

/// Writes a sound file block by block. It gets its name when it is complete.
final class SoundWriter {
  let file: PartialFile
  /// How many samples of all channels were clipped to the format's full scale.
  private(set) var clipped = 0
  /// What the format cannot hold of the recording, one line each.
  private(set) var warnings: [String] = []
  /// Added to the samples, so that unchanged channels equal the recording; nil: nothing.
  var remainders: Remainders?

  private let encoder: any Encoder
  private let format: SoundFormat
  private let channels: Int
  /// The samples of a block, interleaved.
  private var values: [Double] = []

  /// Begins the file, with the rate, channels, metadata and permissions of `source`.
  init(_ target: String, format: SoundFormat, like source: SoundReader, force: Bool) throws {
    file = try PartialFile(target, force: force)
    file.permissions = source.permissions
    self.format = format
    channels = source.channels
    encoder =
      switch format.container {
      case .wav, .rf64, .w64: try WaveEncoder(file, format, like: source)
      case .mp3, .opus, .m4a: try FFmpegEncoder(file, format, like: source)
      default: try SndfileEncoder(file, format, like: source)
      }
    if !encoder.lost.isEmpty {
      var names: [String] = []
      for name in encoder.lost.map({ $0.trimmingSuffix(" ") }) where !names.contains(name) {
        names.append(name)
      }
      warnings.append(
        "\(target): \(format.container.title) has no place for \(names.joined(separator: ", "))")
    }
    let rates = format.container.rates
    if !rates.isEmpty, !rates.contains(source.rate) {
      let most = rates.max().map(\.grouped) ?? ""
      warnings.append(
        "\(target): \(format.container.title) does not have \(source.rate.grouped) Hz, at most "
          + "\(most); the sound is resampled")
    }
    if case .integer(let bits) = source.stored, case .integer(let held) = format.stored, held < bits
    {
      warnings.append(
        "\(target): samples of \(bits) bits are rounded to \(held), the most that fit")
    }
  }

  /// Appends the samples `range` of the block.
  func write(_ block: PlanarBlock, _ range: Range<Int>) throws {
    guard !range.isEmpty else { return }
    let size = range.count * channels
    if values.count != size { values = [Double](repeating: 0, count: size) }
    values.withUnsafeMutableBufferPointer { values in
      for channel in 0..<channels {
        let row = block.start(of: channel) + range.lowerBound
        for i in 0..<range.count { values[i &* channels &+ channel] = Double(row[i]) }
      }
    }
    remainders?.take(range.count) { rest in
      for (index, value) in rest.enumerated() { values[index] += value }
    }
    if case .integer(let bits) = format.stored { round(bits: bits) }
    if format.container.needsFFmpeg { limit() }
    try encoder.write(values)
  }

  /// Rounds the samples to `bits`; ±1 is full scale.
  private func round(bits: Int) {
    let scale = Double(1 << (bits - 1))
    let part = 1 / scale  // exact, a power of two
    var beyond = 0
    values.withUnsafeMutableBufferPointer { values in
      for i in values.indices {
        let value = (values[i] * scale).rounded(.toNearestOrEven)
        if value > scale || value < -scale { beyond += 1 }
        values[i] = min(max(value, -scale), scale - 1) * part
      }
    }
    clipped += beyond
  }

  /// Limits the samples to 24 dB above full scale: far beyond that, ffmpeg's encoders fail or never end.
  private func limit() {
    let most = 16.0
    for i in values.indices where values[i].magnitude > most {
      values[i] = min(max(values[i], -most), most)
      clipped += 1
    }
  }

  /// Completes the file's contents. `file.commit()` then gives it its name.
  func finish() throws { try encoder.finish() }
}

/// Turns samples into the bytes of a file.
protocol Encoder: AnyObject {
  /// Appends interleaved samples, already rounded for integer formats.
  func write(_ samples: [Double]) throws
  /// Completes the contents.
  func finish() throws
  /// The names of metadata that the format cannot hold.
  var lost: [String] { get }
}

extension PartialFile {
  /// Writes the bytes at `offset`.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
    let done = try transfer(bytes.count) { done in
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      return pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
    }
    guard done == bytes.count else { throw writingFailure() }
  }

  func write(_ bytes: [UInt8], at offset: Int) throws {
    try bytes.withUnsafeBytes { try write($0, at: offset) }
  }

  /// The failure that `errno` describes after an attempt to write.
  func writingFailure() -> Failure {
    Failure(
      target, "cannot be written: \(systemError())", remedy: "make room or choose another place")
  }
}
