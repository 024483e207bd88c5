import CSndfile
import Glibc

/// A sound file that is read from its beginning, block by block.
final class SoundReader {
  let path: String
  private(set) var info = SF_INFO()
  /// Values that are no finite numbers, among the samples read so far.
  private(set) var notFinite = 0

  let handle: OpaquePointer
  private var interleaved: [Float] = []

  var rate: Int { Int(info.samplerate) }
  var channels: Int { Int(info.channels) }
  /// Samples a channel.
  var sampleCount: Int { Int(info.frames) }
  var seconds: Double { Double(sampleCount) / Double(rate) }

  /// Opens anything that libsndfile reads: WAV, FLAC, AIFF, W64, RF64, CAF, Ogg, MP3 …
  init(_ path: String) throws {
    self.path = path
    try requireFile(path, remedy: "name sound files, for example FOLDER/*.wav")
    guard let handle = sf_open(path, Int32(SFM_READ), &info) else {
      throw Self.openingFailure(path)
    }
    self.handle = handle
  }

  deinit { sf_close(handle) }

  private static func openingFailure(_ path: String) -> Failure {
    let unknown = [SF_ERR_UNRECOGNISED_FORMAT, SF_ERR_UNSUPPORTED_ENCODING]
    if unknown.contains(Int(sf_error(nil))) {
      return Failure(
        path, "is no sound file of a known format", remedy: "convert it to WAV or FLAC first")
    }
    return Failure(
      path, "cannot be read: \(soundError(nil))", remedy: "convert it to WAV or FLAC first")
  }

  /// Fills the block from its beginning; the count of samples a channel, 0 at the end of the file.
  func read(into block: PlanarBlock) throws -> Int {
    interleaved.reserveCapacity(block.capacity * channels)
    if interleaved.isEmpty {
      interleaved = Array(repeating: 0, count: block.capacity * channels)
    }
    let count = Int(sf_readf_float(handle, &interleaved, sf_count_t(block.capacity)))
    guard count > 0, sf_error(handle) == 0 else {
      if sf_error(handle) == 0 { return 0 }
      throw Failure(
        path, "is damaged: \(soundError(handle))", remedy: "copy or export it anew")
    }
    for channel in 0..<channels {
      let row = block[channel]
      for i in 0..<count {
        let sample = interleaved[i * channels + channel]
        if !sample.isFinite { notFinite += 1 }
        row[i] = sample
      }
    }
    return count
  }
}

/// libsndfile's text for what went wrong, as it stands inside a sentence.
func soundError(_ handle: OpaquePointer?) -> String {
  let text = String(cString: sf_strerror(handle)).trimmingSuffix("\n").trimmingSuffix(".")
  let label = "Error : "
  return text.hasPrefix(label) ? String(text.dropFirst(label.count)) : text
}

/// Refuses a path that is no readable file of bytes, with the reason.
func requireFile(_ path: String, remedy: String) throws {
  var status = stat()
  guard stat(path, &status) == 0 else {
    if errno == ENOENT { throw Failure(path, "no such file", remedy: "check the name") }
    throw Failure(path, "cannot be read: \(systemError())", remedy: "check name and permissions")
  }
  switch status.st_mode & S_IFMT {
  case S_IFREG: break
  case S_IFDIR: throw Failure(path, "is a folder", remedy: remedy)
  default: throw Failure(path, "is no regular file", remedy: "copy the sound into a file first")
  }
  guard access(path, R_OK) == 0 else {
    throw Failure(path, "cannot be read: \(systemError())", remedy: "check its permissions")
  }
}
