import CSndfile
import Glibc

/// Writes FLAC, AIFF, CAF and AU: the samples with libsndfile, the chunks and metadata blocks itself.
final class SndfileEncoder: Encoder {
  private(set) var lost: [String] = []
  private let file: PartialFile
  private let format: SoundFormat
  private let channels: Int
  private var handle: OpaquePointer?
  private let flac: FLACFile?
  private var chunks: [Chunk] = []
  private var size = 0
  private var integers: [Int32] = []
  private var floats: [Float] = []

  init(_ file: PartialFile, _ format: SoundFormat, like source: SoundReader) throws {
    self.file = file
    self.format = format
    channels = source.channels
    let metadata = source.metadata
    var info = SF_INFO(
      frames: 0, samplerate: Int32(source.rate), channels: Int32(source.channels),
      format: format.code ?? 0, sections: 0, seekable: 0)
    switch format.container {
    case .flac:
      let flac = FLACFile(file, like: source, format)
      self.flac = flac
      lost = flac.lost
      handle = flac.open(&info)
    case .aiff, .aif:
      flac = nil
      (chunks, lost) = metadata.aiffChunks
      lost += metadata.lostPlaces
    case .caf:
      flac = nil
      (chunks, lost) = metadata.cafChunks
    default:
      flac = nil
      lost = metadata.lostOutsideWave(holdsTags: false) + metadata.lostPlaces
    }
    if flac == nil { handle = sf_open_fd(file.descriptor, Int32(SFM_WRITE), &info, 0) }
    guard handle != nil else {
      throw Failure(
        file.target, "cannot be written: \(soundError(nil))",
        remedy: "choose another format with --output")
    }
    // The PEAK chunk holds the time of day. Without it, the same samples always make the same file.
    sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
  }

  deinit {
    if let handle { sf_close(handle) }
  }

  func write(_ samples: [Double]) throws {
    let count = sf_count_t(samples.count / channels)
    let written: sf_count_t
    switch format.stored {
    case .integer, .lossy:
      integers = samples.map { Int32($0 * 0x1p31) }
      written = sf_writef_int(handle, integers, count)
    case .float(bits: 64):
      written = sf_writef_double(handle, samples, count)
    case .float:
      floats = samples.map { Float($0) }
      written = sf_writef_float(handle, floats, count)
    }
    if let failure = flac?.failure { throw failure }
    guard written == count else { throw file.writingFailure() }
    size += samples.count * format.stored.width
    if format.container.isShort, size > 0xFFFF_0000 {
      throw Failure(
        file.target, "grew larger than the 4 GB that \(format.container.title) can hold",
        remedy: "write a .wav, .w64 or .flac file")
    }
  }

  func finish() throws {
    guard let handle else { return }
    self.handle = nil
    guard sf_close(handle) == 0 else { throw file.writingFailure() }
    if let flac {
      try flac.finish(size)
    } else if !chunks.isEmpty {
      try append()
    }
  }

  /// Appends the chunks to what libsndfile has written.
  private func append() throws {
    var status = stat()
    fstat(file.descriptor, &status)
    let start = Int(status.st_size)
    var bytes: [UInt8] = []
    func pad(_ unit: Int) {
      while (start + bytes.count) % unit != 0 { bytes.append(0) }
    }
    for chunk in chunks {
      let size = chunk.contents.count
      switch format.container {
      case .caf:
        bytes += [UInt8](name: chunk.name) + [UInt8](big: size, 8) + chunk.contents
      default:
        pad(2)
        bytes += [UInt8](name: chunk.name) + [UInt8](big: size, 4) + chunk.contents
        pad(2)
      }
    }
    try file.write(bytes, at: start)
    let end = start + bytes.count
    switch format.container {
    case .aiff, .aif: try file.write([UInt8](big: end - 8, 4), at: 4)
    default: break
    }
  }
}

/// A FLAC file written by libsndfile, with the recording's metadata in place of libFLAC's own.
///
/// Chunks of WAV become application blocks as `flac --keep-foreign-metadata` writes them, which can restore them.
private final class FLACFile {
  private(set) var lost: [String] = []
  private(set) var failure: Failure?
  private let file: PartialFile
  private let metadata: Metadata
  private var blocks: [(type: Int, contents: [UInt8])] = []
  private var position = 0
  private var length = 0
  /// libFLAC's header, as far as it has been written. Only once it is complete are its size and ours known.
  private var header: [UInt8] = []
  private var sizes: (theirs: Int, ours: Int)?
  private var riff: (header: Int, samples: Int)?
  private var riffSize = 4

  private static let fixed = 42  // "fLaC" and the block of the stream's format

  init(_ file: PartialFile, like source: SoundReader, _ format: SoundFormat) {
    self.file = file
    metadata = source.metadata
    lost = metadata.unread
    if metadata.kind == "AIFF" || metadata.kind == "CAF " {
      lost += metadata.lostOutsideWave(holdsTags: true)
    }
    blocks = metadata.blocks.map { ($0.type, $0.contents) }
    let chunks = metadata.chunks
    if !chunks.isEmpty || metadata.formatTail != nil {
      let format = Chunk(
        name: "fmt ",
        contents: WaveEncoder.format(format.stored, source, width: format.stored.width))
      func add(_ bytes: [UInt8]) { blocks.append((2, [UInt8](name: "riff") + bytes)) }
      add([UInt8](name: "RIFF") + [0, 0, 0, 0] + [UInt8](name: "WAVE"))
      let samples = Chunk(name: "data", contents: [])
      for chunk in [format] + chunks.filter(\.isBeforeSamples) + [samples]
        + chunks.filter({ !$0.isBeforeSamples })
      {
        let bytes = chunk.riff
        guard bytes.count < 1 << 24 - 4 else {
          lost.append(chunk.name)
          continue
        }
        add(bytes)
        riffSize += bytes.count
      }
    }
  }

  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var calls = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(FLACFile.of($0)?.length ?? 0) },
      seek: { FLACFile.of($2)?.seek(Int($0), $1) ?? -1 },
      read: { _, _, _ in 0 },
      write: {
        sf_count_t(FLACFile.of($2)?.write(UnsafeRawBufferPointer(start: $0, count: Int($1))) ?? 0)
      },
      tell: { sf_count_t(FLACFile.of($0)?.position ?? -1) })
    return sf_open_virtual(
      &calls, Int32(SFM_WRITE), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func of(_ pointer: UnsafeMutableRawPointer?) -> FLACFile? {
    pointer.map { Unmanaged<FLACFile>.fromOpaque($0).takeUnretainedValue() }
  }

  private func seek(_ offset: Int, _ whence: Int32) -> sf_count_t {
    switch whence {
    case SEEK_SET: position = offset
    case SEEK_CUR: position += offset
    default: position = length + offset
    }
    return sf_count_t(position)
  }

  private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    do {
      try place(bytes, at: position)
    } catch let failure as Failure {
      self.failure = failure
      return 0
    } catch {
      return 0
    }
    position += bytes.count
    length = max(length, position)
    return bytes.count
  }

  private func place(_ bytes: UnsafeRawBufferPointer, at start: Int) throws {
    if let sizes {
      let format = max(start, 8)..<max(min(start + bytes.count, Self.fixed), max(start, 8))
      try file.write(
        UnsafeRawBufferPointer(
          rebasing: bytes[(format.lowerBound - start)..<(format.upperBound - start)]),
        at: format.lowerBound)
      let first = max(start, sizes.theirs)
      guard first < start + bytes.count else { return }
      try file.write(
        UnsafeRawBufferPointer(rebasing: bytes[(first - start)...]),
        at: first - sizes.theirs + sizes.ours)
      return
    }
    header += bytes
    guard let end = headerEnd() else { return }
    let samples = Array(header[end...])
    let ours = try writeHeader()
    sizes = (end, ours)
    try file.write(samples, at: ours)
  }

  /// Where libFLAC's header ends; nil while it is incomplete.
  private func headerEnd() -> Int? {
    var offset = 4
    while offset + 4 <= header.count {
      let isLast = header[offset] & 0x80 != 0
      offset += 4 + Array(header[(offset + 1)..<(offset + 4)]).big(0, 3)
      if isLast { return offset <= header.count ? offset : nil }
    }
    return nil
  }

  /// Writes format and metadata blocks; returns their size in bytes.
  private func writeHeader() throws -> Int {
    var vendor: [UInt8] = []
    if header[Self.fixed] & 0x7F == 4 {
      let size = Array(header[(Self.fixed + 4)...]).little(0, 4)
      vendor = Array(header[(Self.fixed + 8)...].prefix(size))
    }
    var bytes = Array(header.prefix(Self.fixed))
    bytes[4] &= 0x7F
    let all = [(type: 4, contents: metadata.comments(vendor: vendor))] + blocks
    for (index, block) in all.enumerated() {
      if block.type == 2, fourCharacters(block.contents.prefix(4)) == "riff" {
        let name = fourCharacters(block.contents.dropFirst(4).prefix(4))
        if name == "RIFF" { riff = (bytes.count + 12, 0) }
        if name == "data" { riff?.samples = bytes.count + 12 }
      }
      let last: UInt8 = index == all.count - 1 ? 0x80 : 0
      bytes += [UInt8(block.type) | last] + [UInt8](big: block.contents.count, 3) + block.contents
    }
    try file.write(bytes, at: 0)
    return bytes.count
  }

  /// Completes the kept WAV header with the sizes that a WAV file of `size` bytes of samples would have.
  func finish(_ size: Int) throws {
    guard let riff, riffSize + size + size % 2 < 0xFFFF_FFFF else { return }
    try file.write([UInt8](little: riffSize + size + size % 2, 4), at: riff.header)
    try file.write([UInt8](little: size, 4), at: riff.samples)
  }
}
