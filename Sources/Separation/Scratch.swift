import CSystem
import Engine

/// Memory that slices work on; nothing in it outlives a slice.
struct Scratch {
  /// A windowed frame, `[window]`.
  let samples: UnsafeMutablePointer<Float>
  /// Filtered bins of both stems, `[2][spectrumStride]`, and the frames under the taps.
  private let spectra: Spectrum
  private let spectrumStride: Int
  let frames: UnsafeMutablePointer<Spectrum>
  /// See `Transform`: `[2][stride]` each.
  let product: UnsafeMutablePointer<Float>
  let stems: UnsafeMutablePointer<Float>
  let stride: Int

  init(_ plan: Plan, _ fixed: inout Arena) {
    let geometry = plan.geometry
    samples = fixed.take(Float.self, geometry.window)
    spectrumStride = paddedCount(geometry.bins)
    spectra = fixed.take(fftwf_complex.self, Stem.count * spectrumStride)
    frames = fixed.take(Spectrum.self, plan.taps?.count ?? 0)
    stride = paddedCount(geometry.window)
    product = fixed.take(Float.self, 2 * stride)
    stems = fixed.take(Float.self, 2 * stride)
  }

  @_noLocks @_noAllocation
  func spectrum(_ stem: Stem) -> Spectrum { spectra + stem.rawValue &* spectrumStride }
}
