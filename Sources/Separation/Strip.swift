import CInterface
import CMemory
import CSystem
import Synchronization

/// The levels of the stems over the last seconds, and a small picture of them for a mixer strip.
///
/// One thread adds levels, another draws. A column is one atomic word, so a drawn column is never torn.
public struct Strip: ~Copyable {
  /// Columns: eight seconds, twelve a second.
  private static let count = 96
  private static let columnsInSecond = 12.0
  /// Levels at the lower and the upper end of the picture, dBFS.
  private static let lowest: Float = -60
  private static let highest: Float = 0
  private static let ground: UInt32 = 0xFF18_1A1D
  private static let line: UInt32 = 0xFF34_373B

  /// A ring of columns: for each stem a byte, its share of the height.
  private let columns: UnsafeMutablePointer<Atomic<UInt32>>
  /// Number of columns added so far.
  private let added = Atomic<Int>(0)
  private let samplesInColumn: Int
  /// The column in progress: its samples so far, and the highest levels.
  private var samples = 0
  private var highest = SIMD4<Float>.zero
  private var pixels: UnsafeMutableBufferPointer<UInt32>?

  /// - Parameter rate: Hz.
  public init(rate: Double) {
    samplesInColumn = max(Int(rate / Strip.columnsInSecond), 1)
    columns = .allocate(capacity: Strip.count)
    for i in 0..<Strip.count { (columns + i).initialize(to: Atomic(0)) }
  }

  deinit {
    columns.deinitialize(count: Strip.count)
    columns.deallocate()
    memory_give(pixels?.baseAddress)
  }

  /// Adds levels that hold for `count` samples; true when they complete a column.
  @_noLocks @_noAllocation
  public mutating func add(_ levels: SIMD4<Float>, count: Int) -> Bool {
    highest = pointwiseMax(highest, levels)
    samples &+= count
    guard samples >= samplesInColumn else { return false }
    let column =
      Strip.share(highest[0]) | Strip.share(highest[1]) << 8 | Strip.share(highest[2]) << 16
    let index = added.load(ordering: .relaxed)
    columns[index % Strip.count].store(column, ordering: .relaxed)
    added.store(index &+ 1, ordering: .releasing)
    (samples, highest) = (samples % samplesInColumn, SIMD4<Float>.zero)
    return true
  }

  /// 0 ... 255 from the lower end of the picture to the upper one.
  @_noLocks @_noAllocation
  private static func share(_ level: Float) -> UInt32 {
    let share = (decibels(level * level + 1e-12) - lowest) / (Strip.highest - lowest)
    return share > 0 ? UInt32(min(share, 1) * 255) : 0
  }

  /// Draws the columns, the newest on the right, each stem in its colour; lower levels cover higher ones, so
  /// all are visible. The strip owns the pixels, which are valid until the next call; nil without memory.
  public mutating func draw(width: Int, height: Int) -> UnsafePointer<UInt32>? {
    guard width > 0, height > 0, width <= 4096, height <= 4096 else { return nil }
    let count = width * height
    if pixels.map({ $0.count < count }) ?? true {
      memory_give(pixels?.baseAddress)
      pixels = memory_take(count * MemoryLayout<UInt32>.stride).map {
        UnsafeMutableBufferPointer(
          start: $0.bindMemory(to: UInt32.self, capacity: count), count: count)
      }
    }
    guard let pixels else { return nil }
    let newest = added.load(ordering: .acquiring)
    for x in 0..<width {
      let back = (width - 1 - x) * Strip.count / width + 1
      let column =
        newest >= back ? columns[(newest - back) % Strip.count].load(ordering: .relaxed) : 0
      draw(column, x, to: pixels, width: width, height: height)
    }
    return UnsafePointer(pixels.baseAddress)
  }

  private func draw(
    _ column: UInt32, _ x: Int, to pixels: UnsafeMutableBufferPointer<UInt32>, width: Int,
    height: Int
  ) {
    let tops =
      SIMD4<Int>(
        Int(column & 255), Int(column >> 8 & 255), Int(column >> 16 & 255), 0) &* height / 255
    for y in 0..<height {
      let above = height - 1 - y
      var (colour, lowest) = (Strip.ground, Int.max)
      // A line every twenty decibels.
      if (1...2).contains(where: { $0 * height / 3 == above }) { colour = Strip.line }
      for stem in 0..<3 where tops[stem] > above && tops[stem] < lowest {
        colour = Strip.colours[stem]
        lowest = tops[stem]
      }
      pixels[y * width + x] = colour
    }
  }

  private static var colours: InlineArray<3, UInt32> {
    [
      0xFF00_0000 | UInt32(STEM_COLOUR_VOICE), 0xFF00_0000 | UInt32(STEM_COLOUR_REVERB),
      0xFF00_0000 | UInt32(STEM_COLOUR_BACKGROUND),
    ]
  }
}
