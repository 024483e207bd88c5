import CSndfile
import Glibc

/// A sound file that is written block by block, under a name of its own until it is whole.
final class SoundWriter {
  let file: PartialFile
  /// Samples that were louder than an integer format can hold, of all channels.
  private(set) var clipped = 0

  private var handle: OpaquePointer?
  private let channels: Int
  private let integerBits: Int?
  private var metadata: UnsafeMutableRawPointer?
  private var integers: [Int32] = []
  private var floats: [Float] = []

  /// Starts the file; rate, channels and metadata as in `source`.
  init(_ target: String, format: SoundFormat, like source: SoundReader, force: Bool) throws {
    file = try PartialFile(target, force: force)
    channels = source.channels
    integerBits = format.integerBits
    var info = SF_INFO(
      frames: 0, samplerate: source.info.samplerate, channels: source.info.channels,
      format: format.code, sections: 0, seekable: 0)
    guard let handle = sf_open_fd(file.descriptor, Int32(SFM_WRITE), &info, 0) else {
      throw Failure(
        target, "cannot be written: \(soundError(nil))",
        remedy: "choose another format by the name given to --output")
    }
    self.handle = handle
    // The chunk of peaks holds the time of day; without it the same samples make the same file.
    sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
    metadata = copyMetadata(from: source.handle, to: handle)
  }

  deinit {
    if let handle { sf_close(handle) }
    metadata?.deallocate()
  }

  /// Appends the samples `range` of the block.
  func write(_ block: PlanarBlock, _ range: Range<Int>) throws {
    guard let handle, !range.isEmpty else { return }
    let written: sf_count_t
    if let integerBits {
      round(block, range, bits: integerBits)
      written = sf_writef_int(handle, integers, sf_count_t(range.count))
    } else {
      interleave(block, range)
      written = sf_writef_float(handle, floats, sf_count_t(range.count))
    }
    guard written == sf_count_t(range.count) else { throw writingFailure() }
  }

  /// Ends the file's contents; it gets its name by `file.commit()`.
  func finish() throws {
    guard let handle else { return }
    self.handle = nil
    guard sf_close(handle) == 0 else { throw writingFailure() }
  }

  private func writingFailure() -> Failure {
    Failure(
      file.target, "cannot be written: \(systemError())",
      remedy: "make room or choose another place")
  }

  private func interleave(_ block: PlanarBlock, _ range: Range<Int>) {
    floats.removeAll(keepingCapacity: true)
    for i in range {
      for channel in 0..<channels { floats.append(block[channel][i]) }
    }
  }

  /// Rounds to `bits`, at the top of 32 bits, where libsndfile takes them from.
  ///
  /// Its own conversion scales by 32,767 what it read by 1/32,768: a file would change on the way
  /// through even with all faders at 0 dB.
  private func round(_ block: PlanarBlock, _ range: Range<Int>, bits: Int) {
    let scale = Double(1 << (bits - 1))
    let shift = Int32(32 - bits)
    integers.removeAll(keepingCapacity: true)
    for i in range {
      for channel in 0..<channels {
        let value = (Double(block[channel][i]) * scale).rounded(.toNearestOrEven)
        if value > scale || value < -scale { clipped += 1 }
        integers.append(Int32(min(max(value, -scale), scale - 1)) << shift)
      }
    }
  }
}
