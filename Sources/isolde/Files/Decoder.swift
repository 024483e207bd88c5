import CSndfile

/// Samples as a decoder returns them, interleaved.
enum RawSamples {
  /// Full scale is 2³¹ for every number of bits.
  case integers([Int32])
  case floats([Float])
  case doubles([Double])
}

/// Turns a file into samples, from its beginning to its end.
protocol Decoder: AnyObject {
  var rate: Int { get }
  var channels: Int { get }
  /// How the file stores its samples.
  var stored: StoredSamples { get }
  /// Reads at most `count` samples a channel; returns their number, 0 at the end.
  func read(_ count: Int, into samples: inout RawSamples) throws -> Int
  /// An error of the decoder, after which samples may be wrong or missing. Final once `read` has returned 0.
  var complaint: String? { get }
}

/// How a file stores its samples.
enum StoredSamples: Equatable {
  case integer(bits: Int)
  case float(bits: Int)
  /// Lossy compression, or companding.
  case lossy

  /// Whether some values do not fit a `Float`.
  var exceedsFloat: Bool { self == .integer(bits: 32) || self == .float(bits: 64) }

  /// Size of a sample in bytes. Lossy samples count as the 24 bits that they become.
  var width: Int {
    switch self {
    case .integer(let bits), .float(let bits): bits / 8
    case .lossy: 3
    }
  }
}

/// Decodes every format that libsndfile reads.
final class SndfileDecoder: Decoder {
  let rate: Int
  let channels: Int
  let stored: StoredSamples
  private(set) var complaint: String?
  /// Samples a channel that libsndfile expects.
  let count: Int
  let format: SndfileFormat
  /// libsndfile's handle, from which tags are read.
  let handle: OpaquePointer
  private let file: VirtualFile

  /// Nil when libsndfile cannot read the file; then `sf_error(nil)` says why.
  init?(_ bytes: ByteFile, _ layout: Layout?) {
    file = VirtualFile(bytes, layout)
    var info = SF_INFO()
    guard let handle = file.open(&info) else { return nil }
    self.handle = handle
    (rate, channels) = (Int(info.samplerate), Int(info.channels))
    count = Int(info.frames)
    format = SndfileFormat(code: info.format)
    stored = format.stored
  }

  deinit { sf_close(handle) }

  func read(_ count: Int, into samples: inout RawSamples) throws -> Int {
    let size = count * channels
    let got: sf_count_t
    switch stored {
    case .integer:
      var values = [Int32](repeating: 0, count: size)
      got = sf_readf_int(handle, &values, sf_count_t(count))
      samples = .integers(values)
    case .float(bits: 64):
      var values = [Double](repeating: 0, count: size)
      got = sf_readf_double(handle, &values, sf_count_t(count))
      samples = .doubles(values)
    case .float, .lossy:
      var values = [Float](repeating: 0, count: size)
      got = sf_readf_float(handle, &values, sf_count_t(count))
      samples = .floats(values)
    }
    if sf_error(handle) != 0, complaint == nil { complaint = soundError(handle) }
    return max(0, Int(got))
  }

  /// How many of the file's `size` bytes libsndfile never asked for, at its end.
  func unread(of size: Int) -> Int { max(0, size - file.furthest) }
}

/// libsndfile's text of the last error, for use inside a sentence.
func soundError(_ handle: OpaquePointer?) -> String {
  let text = String(cString: sf_strerror(handle)).trimmingSuffix("\n").trimmingSuffix(".")
  let label = "Error : "
  return text.hasPrefix(label) ? String(text.dropFirst(label.count)) : text
}
