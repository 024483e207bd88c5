import CSndfile
import Glibc

/// Reads a recording block by block, from its first to its very last sample.
///
/// Its length is known only at its end, as headers can be wrong, missing or out of date.
final class SoundReader {
  let path: String
  let rate: Int
  let channels: Int
  let stored: StoredSamples
  /// Samples a channel, as far as can be known before reading; nil: unknown.
  let expectedCount: Int?
  /// Everything in the file but its samples.
  let metadata: Metadata
  /// The file's permissions.
  let permissions: mode_t
  /// How many of the samples read so far are NaN or infinite; silence replaces them.
  private(set) var notFinite = 0
  /// Samples a channel read so far; all of them once `read` has returned 0.
  private(set) var position = 0
  /// Samples a channel read so far, at the file's own rate.
  private var decoded = 0
  /// How the file differs from its header, in one line; nil when it does not. Known once `read` has returned 0.
  private(set) var discrepancy: String?
  /// Remarks for the user that are not faults of the recording.
  private(set) var notes: [String] = []
  /// What the samples hold beyond the nearest `Float`; nil when that is nothing.
  let remainders: Remainders?

  private var decoder: any Decoder
  private let resampler: Resampler?
  private let bytes: ByteFile
  private let layout: Layout?
  private let stated: StatedLength?
  private var samples = RawSamples.floats([])
  private var isAtEnd = false
  /// Size in bytes of another recording that follows this one in the file.
  private var follower: Int

  /// The rate to which recordings of too low a rate are resampled, Hz.
  private static let raisedRate = 48_000

  /// Opens everything that libsndfile reads and, where ffmpeg is installed, everything that ffmpeg reads.
  ///
  /// - Parameter lowestRate: a recording of a lower rate is resampled to 48 kHz.
  init(_ path: String, lowestRate: Int = 0) throws {
    self.path = path
    try requireFile(path, remedy: "name sound files, for example FOLDER/*.wav")
    guard let bytes = ByteFile(path) else {
      throw Failure(path, "cannot be read: \(systemError())", remedy: "check its permissions")
    }
    let layout = Layout(bytes)
    let decoder = try Self.decoder(path, bytes, layout)
    (self.bytes, self.layout, self.decoder) = (bytes, layout, decoder)
    (channels, stored) = (decoder.channels, decoder.stored)
    let isRaised = decoder.rate < lowestRate
    if isRaised { try Cleaning.check(rate: decoder.rate, channels: channels, of: path) }
    let rate = isRaised ? Self.raisedRate : decoder.rate
    self.rate = rate
    resampler =
      isRaised ? Resampler(rate: decoder.rate, target: rate, channels: channels) : nil
    stated = StatedLength.of(bytes, layout, decoder)
    expectedCount = Self.expectedCount(decoder, stated).map {
      isRaised ? ($0 * rate + decoder.rate - 1) / decoder.rate : $0  // as the resampler gives
    }
    metadata = isRaised ? Metadata() : Metadata(bytes, layout, decoder)
    permissions = (Path(path).status?.st_mode ?? 0o644) & 0o777
    remainders = stored.exceedsFloat && !isRaised ? Remainders(channels: channels) : nil
    follower = layout?.follower ?? 0
    if isRaised {
      notes.append(
        "\(path): \(decoder.rate.grouped) Hz becomes \(rate.grouped) Hz; tags, markers and time stamp are "
          + "left out")
    }
    if let streams = (decoder as? FFmpegDecoder)?.description.streams, streams > 1 {
      notes.append("\(path): has \(streams) sound tracks; the first is read")
    }
  }

  /// Chooses libsndfile for formats that it reads completely, and ffmpeg for the rest. libsndfile stops at the
  /// estimated length of an MP3, and at the end of the first link of an Ogg chain.
  private static func decoder(
    _ path: String, _ bytes: ByteFile, _ layout: Layout?
  ) throws -> any Decoder {
    // Such files are not even opened by libsndfile, as its MP3 decoder prints to stderr.
    let isStream = layout == nil && (bytes.name(0) == "OggS" || MP3(bytes) != nil)
    if isStream, FFmpeg.isInstalled {
      var reason = ""
      if let decoder = try FFmpegDecoder(path, reason: &reason) { return decoder }
    }
    if layout?.flacBits == 32 {
      var reason = ""
      if let decoder = try FLACProgramDecoder(path) { return decoder }
      if let decoder = try FFmpegDecoder(path, reason: &reason) { return decoder }
      throw Failure(
        path, "is 32-bit FLAC, and neither flac nor ffmpeg is installed",
        remedy: "install one of them")
    }
    let own = SndfileDecoder(bytes, layout)
    let isCutOff = layout.map { $0.statedBytes ?? 0 > $0.bytes } ?? false
    if let own, !own.stopsEarly, !own.readsHeads, !(isCutOff && own.losesPartOfBlock) {
      return own
    }
    let unknown = [SF_ERR_UNRECOGNISED_FORMAT, SF_ERR_UNSUPPORTED_ENCODING].contains(
      Int(sf_error(nil)))
    let problem = unknown ? "unrecognised audio format" : "cannot be read: \(soundError(nil))"
    var reason = ""
    if bytes.size > 0, FFmpeg.isInstalled {
      if let other = try FFmpegDecoder(path, reason: &reason) { return other }
    } else if own == nil, bytes.size > 0 {
      throw Failure(
        path, "\(problem); the program ffmpeg, which reads more formats, is not installed",
        remedy: "install it or convert the file to WAV or FLAC first")
    }
    if let own { return own }
    throw Failure(
      path, reason.isEmpty ? problem : "cannot be read: \(reason)",
      remedy: layout == nil
        ? "convert it to WAV or FLAC first"
        : "its header is damaged; --raw reads samples without one")
  }

  private static func expectedCount(_ decoder: any Decoder, _ stated: StatedLength?) -> Int? {
    // No recording is longer than this, and its size in bytes, in any encoding, fits an Int.
    let counts = [(decoder as? SndfileDecoder)?.count, stated?.count]
    return counts.lazy.compactMap(\.self).first { $0 < 1 << 47 }
  }

  /// Reads samples into the block, from its beginning; returns how many a channel, 0 at the end of the file.
  func read(into block: PlanarBlock) throws -> Int {
    let count =
      try resampler?.read(into: block) { try decode(into: $0) } ?? decode(into: block)
    position += count
    return count
  }

  /// Fills the block at the rate of the file.
  private func decode(into block: PlanarBlock) throws -> Int {
    guard !isAtEnd else { return 0 }
    var count = try decoder.read(block.capacity, into: &samples)
    if count == 0, try goOnBehindDamage() {
      count = try decoder.read(block.capacity, into: &samples)
    }
    switch samples {
    case .integers(let values):
      spread(count, into: block) { Double(values[$0]) * 0x1p-31 }
    case .doubles(let values):
      spread(count, into: block) { values[$0] }
    case .floats(let values):
      for channel in 0..<channels {
        let row = block[channel]
        for i in 0..<count {
          let sample = values[i * channels + channel]
          if !sample.isFinite { notFinite += 1 }
          row[i] = sample
        }
      }
    }
    decoded += count
    if count == 0 { try end() }
    return count
  }

  /// Finds out at the end of the file how it differs from its header.
  private func end() throws {
    isAtEnd = true
    if follower == 0, layout == nil, let decoder = decoder as? FFmpegDecoder,
      !decoder.description.isStream
    {
      let isWhole = decoder.complaint == nil
      follower = try ContainerEnd.follower(
        bytes, path, decoded: isWhole ? Double(decoded) / Double(decoder.rate) : .infinity)
    }
    discrepancy = discrepancyAtEnd()
  }

  /// Goes on with ffmpeg where libsndfile has stopped at damage in a FLAC file, as ffmpeg finds the next intact
  /// frame. Returns whether that worked.
  private func goOnBehindDamage() throws -> Bool {
    guard layout?.kind == "FLAC", let own = decoder as? SndfileDecoder,
      own.complaint != nil || decoded < stated?.count ?? 0
    else { return false }
    follower = try joinedFLAC()
    guard follower == 0, FFmpeg.isInstalled else { return false }
    var reason = ""
    guard let other = try FFmpegDecoder(path, reason: &reason), other.channels == channels else {
      return false
    }
    var skipped = 0
    while skipped < decoded {
      let count = try other.read(min(65_536, decoded - skipped), into: &samples)
      if count == 0 { return false }
      skipped += count
    }
    decoder = other
    return true
  }

  /// Size in bytes of a second FLAC file that follows; 0: there is none.
  private func joinedFLAC() throws -> Int {
    guard var place = layout?.samplesOffset else { return 0 }
    while let mark = try bytes.place(of: Array("fLaC".utf8), from: place) {
      if bytes.isContainer(mark) { return bytes.size - mark }
      place = mark + 1
    }
    return 0
  }

  private func spread(_ count: Int, into block: PlanarBlock, _ value: (Int) -> Double) {
    for channel in 0..<channels {
      let row = block[channel]
      for i in 0..<count {
        row[i] = Float(value(i * channels + channel))
        if !row[i].isFinite { notFinite += 1 }
      }
    }
    guard let remainders else { return }
    for i in 0..<count {
      for channel in 0..<channels {
        let sample = value(i * channels + channel)
        remainders.append(sample.isFinite ? sample - Double(block[channel][i]) : 0)
      }
    }
  }

  private func discrepancyAtEnd() -> String? {
    func time(_ count: Int) -> String { "\((Double(count) / Double(decoder.rate)).fixed(2)) s" }
    let all = "\(decoded.grouped) samples (\(time(decoded)))"
    if let stated, stated.count == 0 {
      return "its header was never completed; all \(all) that are there are read"
    }
    let allowed = decoder.complaint == nil ? stated?.tolerance ?? 0 : 0
    if let stated, decoded + allowed < stated.count {
      let missing = stated.count - decoded
      return
        "\(missing.grouped) of the \(stated.count.grouped) samples that its header announces are missing "
        + "(\(time(missing))); what is there is read"
    }
    if let stated, decoded > stated.count + stated.tolerance {
      return
        "its header announces \(stated.count.grouped) samples; all \(all) that are there are read"
    }
    if follower > 0 {
      return
        "another recording follows in the same file (\(follower.grouped) bytes) and is not read; "
        + "cut the file in two"
    }
    if let complaint = decoder.complaint {
      return "is damaged (\(complaint)); what can be read, \(all), is read"
    }
    if layout?.isCutOff ?? MP3(bytes)?.isCutOff ?? ContainerEnd.isCutOff(bytes) {
      return "its end is missing; what is there, \(all), is read"
    }
    if OggPages.isCutOff(bytes) {
      return "ends without its end marker; what is there, \(all), is read"
    }
    if let own = decoder as? SndfileDecoder, own.stopsEarly {
      let unread = own.unread(of: bytes.size)
      if unread > 65_536 {
        let percent = (Double(unread) / Double(bytes.size) * 100).fixed(0)
        return
          "libsndfile read \(all) and could not read \(percent) % of the file; install ffmpeg to read all"
      }
    }
    return nil
  }

  /// Samples a channel, and how the file differs from its header, as in `discrepancy`. They are counted by
  /// reading the whole file where its header is not reliable.
  func survey() throws -> (count: Int, discrepancy: String?) {
    if let expectedCount, decoder is SndfileDecoder, layout != nil,
      stated == nil || stated?.count == expectedCount,
      layout?.kind != "FLAC", follower == 0
    {
      return (expectedCount, nil)
    }
    let other = try SoundReader(path)
    let block = PlanarBlock(channels: channels, capacity: 16_384)
    while try other.read(into: block) > 0 { try Interruption.check() }
    return (other.position, other.discrepancy)
  }

  /// The power of two by which float samples exceed full scale; 1 when they do not, and for all other encodings.
  /// The loudest hundredth of the blocks is left out, so that a damaged sample does not count.
  func headroom() throws -> Float {
    guard case .float = stored else { return 1 }
    let other = try SoundReader(path)
    let block = PlanarBlock(channels: channels, capacity: 4_096)
    var blocksOfExponent = [Int](repeating: 0, count: 17)
    while true {
      let count = try other.read(into: block)
      if count == 0 { break }
      let peak = block.peak(count)
      // Up to twice full scale, a change of level would gain nothing.
      let exponent = peak > 2 ? peak.exponent + 1 : 0
      blocksOfExponent[min(exponent, blocksOfExponent.count - 1)] += 1
      try Interruption.check()
    }
    var louder = blocksOfExponent.reduce(0, +) / 100
    for exponent in blocksOfExponent.indices.reversed() {
      louder -= blocksOfExponent[exponent]
      if louder < 0 { return Float(sign: .plus, exponent: exponent, significand: 1) }
    }
    return 1
  }
}

extension SndfileDecoder {
  /// Whether libsndfile may stop before the end of files of this format.
  var stopsEarly: Bool { [SF_FORMAT_MPEG, SF_FORMAT_OGG].contains(format.container) }

  /// Whether it is VOC, where libsndfile takes block headers for samples.
  var readsHeads: Bool { format.container == SF_FORMAT_VOC }

  /// Whether libsndfile drops the last block of samples when it is incomplete.
  var losesPartOfBlock: Bool {
    stored == .lossy && ![SF_FORMAT_ALAW, SF_FORMAT_ULAW].contains(format.encoding)
  }
}

/// Throws, with the reason, unless the path leads to a readable regular file.
func requireFile(_ path: String, remedy: String) throws {
  var status = stat()
  guard path.withPath({ stat($0, &status) }) == 0 else {
    if errno == ENOENT { throw Failure(path, "no such file", remedy: "check the name") }
    throw Failure(path, "cannot be read: \(systemError())", remedy: "check name and permissions")
  }
  switch status.st_mode & S_IFMT {
  case S_IFREG: break
  case S_IFDIR: throw Failure(path, "is a folder", remedy: remedy)
  default: throw Failure(path, "is not a regular file", remedy: "copy the sound into a file first")
  }
  guard path.withPath({ access($0, R_OK) }) == 0 else {
    throw Failure(path, "cannot be read: \(systemError())", remedy: "check its permissions")
  }
}
