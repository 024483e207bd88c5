import CInterface
import CSystem
import Engine

/// Levels of the stems in mel bands, for a window to draw. They are computed only while a window is open, and no
/// output sample depends on them.
///
/// - Format: `columns.h`.
struct Columns {
  /// Whether columns are computed.
  private(set) var isWatched = false

  /// The band of each bin, `[bins]`; `bands` for bins outside all bands.
  private let band: UnsafeMutablePointer<UInt8>
  /// Sums over the frames of a column, `[bands + 1]`.
  private let powers: UnsafeMutablePointer<SIMD4<Float>>
  /// Columns not yet taken, `[kept][COLUMN_SIZE]`, a ring.
  private let ready: UnsafeMutablePointer<UInt8>
  /// Frames summed in `powers`, and frames per column.
  private var frames = 0
  private let framesOfColumn: Int
  private var first = 0
  private var count = 0
  private let bins: Int
  private let channels: Int
  /// Power of a full-scale sine is 1.
  private let scale: Float

  private static var bands: Int { Int(COLUMN_BANDS) }
  private static var kept: Int { 32 }

  init(_ plan: Plan, _ windows: Windows, _ fixed: inout Arena) {
    let geometry = plan.geometry
    (bins, channels) = (geometry.bins, plan.channels)
    let hops = plan.rate * Double(COLUMN_SAMPLES) / 48_000 / Double(geometry.hop)
    framesOfColumn = max(Int(hops + 0.5), 1)
    band = fixed.take(UInt8.self, bins)
    powers = fixed.take(SIMD4<Float>.self, Columns.bands + 1)
    ready = fixed.take(UInt8.self, Columns.kept * Int(COLUMN_SIZE))
    var sum: Float = 0
    if fixed.isReal {
      for i in 0..<geometry.window { sum += windows.analysis[i] }
      let lowest = Columns.mel(Float(COLUMN_LOWEST))
      let step = (Columns.mel(Float(COLUMN_HIGHEST)) - lowest) / Float(Columns.bands)
      for k in 0..<bins {
        let frequency = Float(k) * Float(plan.rate) / Float(geometry.window)
        let place = (Columns.mel(frequency) - lowest) / step
        band[k] = UInt8(place >= 0 && place < Float(Columns.bands) ? Int(place) : Columns.bands)
      }
    }
    scale = 4 / max(sum * sum, 1e-9) / Float(framesOfColumn * channels)
  }

  /// Clears all columns. `isWatched` stays.
  @_noLocks @_noAllocation
  mutating func reset() {
    (frames, first, count) = (0, 0, 0)
    for i in 0...Columns.bands { powers[i] = .zero }
  }

  @_noLocks @_noAllocation
  mutating func watch(_ isWatched: Bool) {
    guard isWatched != self.isWatched else { return }
    self.isWatched = isWatched
    reset()
  }

  /// The mel scale, in arbitrary units.
  private static func mel(_ frequency: Float) -> Float { decibels(1 + frequency / 700) }

  /// Adds a channel of a frame, whose masked spectra are in `transform`; the last channel ends the frame.
  @_noLocks @_noAllocation
  mutating func add(_ channel: Int, _ frame: Spectrum, _ transform: Transform) {
    for k in 1..<(bins &- 1) {
      let x = frame[k]
      let (speech, voice) = transform.masked(k)
      let reverb = (speech.real - voice.real, speech.imaginary - voice.imaginary)
      let rest = (x.0 - speech.real, x.1 - speech.imaginary)
      let place = Int(band[k])
      powers[place] += SIMD4(
        voice.real * voice.real + voice.imaginary * voice.imaginary,
        reverb.0 * reverb.0 + reverb.1 * reverb.1,
        rest.0 * rest.0 + rest.1 * rest.1,
        x.0 * x.0 + x.1 * x.1)
    }
    guard channel == channels &- 1 else { return }
    frames &+= 1
    if frames == framesOfColumn { finish() }
  }

  /// Completes the column; when the ring is full, the oldest column is lost.
  private mutating func finish() {
    frames = 0
    let place = (first &+ count) % Columns.kept
    if count == Columns.kept {
      first = (first &+ 1) % Columns.kept
    } else {
      count &+= 1
    }
    let column = ready + place &* Int(COLUMN_SIZE)
    for i in 0..<Columns.bands {
      let power = powers[i] * scale
      for lane in 0..<Int(COLUMN_LANES) {
        let steps = (decibels(power[lane] + 1e-13) - Float(COLUMN_FLOOR)) * 2
        column[i &* Int(COLUMN_LANES) &+ lane] = UInt8(steps > 0 ? min(steps, 255) : 0)
      }
      powers[i] = .zero
    }
  }

  /// Writes the oldest column not yet taken; false when there is none.
  @_noLocks @_noAllocation
  mutating func take(_ column: UnsafeMutablePointer<UInt8>) -> Bool {
    guard count > 0 else { return false }
    for i in 0..<Int(COLUMN_SIZE) { column[i] = ready[first &* Int(COLUMN_SIZE) &+ i] }
    first = (first &+ 1) % Columns.kept
    count &-= 1
    return true
  }
}
