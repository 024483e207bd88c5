import CFFTW
import Glibc

/// The power spectrum of one window of samples, fine enough to draw.
///
/// A Hann window of 42.7 ms, padded to four times its length: bins of 5.9 Hz at 48 kHz. A sine of
/// full scale has power 1 in its bin.
final class Spectrum {
  /// Samples.
  let windowLength: Int
  /// Hz from bin to bin.
  let binWidth: Double
  let binCount: Int

  private let size: Int
  private let window: [Float]
  private let samples: UnsafeMutablePointer<Float>
  private let bins: UnsafeMutablePointer<fftwf_complex>
  private let plan: fftwf_plan?

  init(rate: Int) {
    let length = (rate * 1_024 + 24_000) / 48_000 * 2
    windowLength = length
    size = 4 * length
    binCount = size / 2 + 1
    binWidth = Double(rate) / Double(size)
    window = (0..<length).map { i in
      let hann = 0.5 - 0.5 * cos(2 * Double.pi * (Double(i) + 0.5) / Double(length))
      return Float(hann * 4 / Double(length))
    }
    samples = fftwf_alloc_real(size)
    samples.initialize(repeating: 0, count: size)
    bins = fftwf_alloc_complex(binCount)
    plan = fftwf_plan_dft_r2c_1d(Int32(size), samples, bins, 1 << 6 /* FFTW_ESTIMATE */)
  }

  deinit {
    fftwf_destroy_plan(plan)
    fftwf_free(samples)
    fftwf_free(bins)
  }

  /// Adds the power of the window that begins at `start`, times `weight`, to `sum`.
  func addPower(of start: UnsafePointer<Float>, times weight: Double, to sum: inout [Double]) {
    for i in 0..<windowLength {
      samples[i] = start[i].isFinite ? start[i] * window[i] : 0
    }
    fftwf_execute(plan)
    for bin in 0..<binCount {
      let (real, imaginary) = (Double(bins[bin].0), Double(bins[bin].1))
      sum[bin] += (real * real + imaginary * imaginary) * weight
    }
  }
}
