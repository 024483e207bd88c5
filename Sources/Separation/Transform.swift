import CSystem

/// A spectrum's memory: `bins` complex values, aligned as FFTW wants them.
typealias Spectrum = UnsafeMutablePointer<fftwf_complex>

/// Real transforms of one size.
///
/// The separator owns the plans and calls `free`: a `deinit` of a type that another module cannot see
/// does not compile in Embedded Swift.
struct Transform {
  private let plans: fft_plans

  /// - Parameter size: samples, even. The arrays are for planning and are overwritten.
  init(size: Int, samples: UnsafeMutablePointer<Float>, spectrum: Spectrum) {
    plans = fft_plans_new(Int32(size), samples, spectrum)
  }

  func free() { fft_plans_free(plans) }

  /// Overwrites `spectrum` only.
  @_noLocks @_noAllocation
  func forward(_ samples: UnsafeMutablePointer<Float>, to spectrum: Spectrum) {
    fft_forward(plans, samples, spectrum)
  }

  /// Times the size; destroys `spectrum`.
  @_noLocks @_noAllocation
  func backward(_ spectrum: Spectrum, to samples: UnsafeMutablePointer<Float>) {
    fft_backward(plans, spectrum, samples)
  }
}
