import CSystem
import Engine

/// Scratch memory of slices; nothing in it outlives a slice.
struct Scratch {
  /// A windowed frame, `[window]`.
  let samples: UnsafeMutablePointer<Float>
  /// Filtered bins of both estimates, `[2][spectrumStride]`, and the frames under the taps.
  private let spectra: Spectrum
  private let spectrumStride: Int
  let frames: UnsafeMutablePointer<Spectrum>
  /// The taps of a frame times the gains of those that they weigh, a row as of `Taps`.
  let taps: UnsafeMutablePointer<Float>
  /// A gain of 1 for each bin that is filtered or filled.
  let unity: UnsafeMutablePointer<Float>
  /// See `Transform`: `[2][stride]` each.
  let product: UnsafeMutablePointer<Float>
  let estimates: UnsafeMutablePointer<Float>
  let stride: Int

  init(_ plan: Plan, _ fixed: inout Arena) {
    let geometry = plan.geometry
    samples = fixed.take(Float.self, geometry.window)
    spectrumStride = paddedCount(geometry.bins)
    spectra = fixed.take(fftwf_complex.self, Estimate.count * spectrumStride)
    frames = fixed.take(Spectrum.self, plan.taps?.count ?? 0)
    taps = fixed.take(Float.self, plan.taps?.row.count ?? 0)
    let plain = plan.fillBins > 0 ? geometry.bins : plan.taps?.bins ?? 0
    unity = fixed.take(Float.self, plain)
    if fixed.isReal { for k in 0..<plain { unity[k] = 1 } }
    stride = paddedCount(geometry.window)
    product = fixed.take(Float.self, 2 * stride)
    estimates = fixed.take(Float.self, 2 * stride)
  }

  @_noLocks @_noAllocation
  func spectrum(_ estimate: Estimate) -> Spectrum { spectra + estimate.rawValue &* spectrumStride }
}
