import CSndfile
import Glibc

/// A file as libsndfile is to see it: with a patched or new header, ending where the samples end.
final class VirtualFile {
  private let file: ByteFile
  private let head: [UInt8]
  /// Where the bytes after the header lie in the real file.
  private let ranges: [Range<Int>]
  private let patches: [(offset: Int, bytes: [UInt8])]
  private let size: Int
  private var position = 0
  /// The end of the furthest byte that libsndfile has asked for.
  private(set) var furthest = 0

  init(_ file: ByteFile, _ layout: Layout?) {
    self.file = file
    patches = layout?.patches ?? []
    head = layout?.head ?? []
    ranges =
      layout?.head == nil ? [0..<(layout?.visibleSize ?? file.size)] : layout?.sampleRanges ?? []
    size = head.count + ranges.reduce(0) { $0 + $1.count }
  }

  /// Opens libsndfile on the virtual file, which must outlive the handle.
  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var calls = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(VirtualFile.of($0)?.size ?? 0) },
      seek: { VirtualFile.of($2)?.seek(Int($0), $1) ?? -1 },
      read: { sf_count_t(VirtualFile.of($2)?.read($0, Int($1)) ?? 0) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(VirtualFile.of($0)?.position ?? -1) })
    return sf_open_virtual(
      &calls, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func of(_ pointer: UnsafeMutableRawPointer?) -> VirtualFile? {
    pointer.map { Unmanaged<VirtualFile>.fromOpaque($0).takeUnretainedValue() }
  }

  private func seek(_ offset: Int, _ whence: Int32) -> sf_count_t {
    let start = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : size
    let (sum, isBeyond) = start.addingReportingOverflow(offset)
    guard !isBeyond else { return -1 }  // an offset computed from a wrong size in a header
    position = sum
    return sf_count_t(position)
  }

  private func read(_ memory: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    guard let memory, position >= 0 else { return 0 }
    var filled = 0
    var place = position
    if place < head.count {
      filled = min(count, head.count - place)
      UnsafeMutableRawBufferPointer(start: memory, count: filled).copyBytes(
        from: head[place..<place + filled])
    }
    place = max(0, place - head.count)
    for range in ranges {
      if filled < count, place < range.count {
        let wanted = min(count - filled, range.count - place)
        let got = file.read(memory + filled, wanted, at: range.lowerBound + place)
        filled += got
        if got < wanted { break }
        place = 0
      } else {
        place = max(0, place - range.count)
      }
    }
    for (offset, bytes) in patches where offset < position + filled {
      for (index, byte) in bytes.enumerated() {
        let patched = offset + index - position
        if (0..<filled).contains(patched) {
          memory.storeBytes(of: byte, toByteOffset: patched, as: UInt8.self)
        }
      }
    }
    position += filled
    furthest = max(furthest, position)
    return filled
  }
}
