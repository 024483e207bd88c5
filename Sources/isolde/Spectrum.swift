import CFFTW
import Glibc

/// A power spectrum at one point in time, fine enough to draw.
///
/// Two Hann windows share one grid of bins (5.9 Hz at 48 kHz): 85 ms long below 300 Hz, to resolve hum and the voice's
/// harmonics, 43 ms above 900 Hz, to resolve consonants, with a smooth change between. A full-scale sine has power 1
/// in its bin.
final class Spectrum {
  /// Samples that one spectrum needs: the length of the longer window.
  let windowLength: Int
  /// Distance between bins, Hz.
  let binWidth: Double
  let binCount: Int

  /// FFTW_ESTIMATE, a macro that Swift cannot import.
  static let estimate: UInt32 = 1 << 6

  /// A window, and its weight (0 ... 1) in each bin that it contributes to.
  private struct Part {
    let window: [Float]
    let bins: Range<Int>
    let shares: [Double]
  }

  private let parts: [Part]
  private let samples: UnsafeMutablePointer<Float>
  private let bins: UnsafeMutablePointer<fftwf_complex>
  private let plan: fftwf_plan?

  init(rate: Int) {
    let short = (rate * 1_024 + 24_000) / 48_000 * 2
    let size = 4 * short
    windowLength = 2 * short
    binCount = size / 2 + 1
    binWidth = Double(rate) / Double(size)
    let shortShares = (0..<binCount).map { [binWidth] bin in
      min(1, max(0, log2(Double(bin) * binWidth / 300) / log2(900.0 / 300)))
    }
    parts = [(2 * short, shortShares.map { 1 - $0 }), (short, shortShares)].map { length, shares in
      let first = shares.firstIndex { $0 > 0 } ?? 0
      let bins = first..<(shares.lastIndex { $0 > 0 } ?? first - 1) + 1
      return Part(window: Self.hann(length), bins: bins, shares: Array(shares[bins]))
    }
    samples = fftwf_alloc_real(size)
    samples.initialize(repeating: 0, count: size)
    bins = fftwf_alloc_complex(binCount)
    plan = Planning.alone { [samples, bins] in
      fftwf_plan_dft_r2c_1d(Int32(size), samples, bins, Self.estimate)
    }
  }

  deinit {
    Planning.alone { fftwf_destroy_plan(plan) }
    fftwf_free(samples)
    fftwf_free(bins)
  }

  private static func hann(_ length: Int) -> [Float] {
    (0..<length).map { i in
      let angle = 2 * Double.pi * (Double(i) + 0.5) / Double(length)
      return Float((0.5 - 0.5 * cos(angle)) * 4 / Double(length))
    }
  }

  /// Adds the power of the `windowLength` samples from `start` on, times `weight`, to `sum`.
  func addPower(of start: UnsafePointer<Float>, times weight: Double, to sum: inout [Double]) {
    for part in parts {
      let window = part.window
      let first = start + (windowLength - window.count) / 2
      for i in 0..<windowLength {
        let isInside = i < window.count && first[i].isFinite
        samples[i] = isInside ? first[i] * window[i] : 0
      }
      fftwf_execute(plan)
      sum.withUnsafeMutableBufferPointer { sum in
        part.shares.withUnsafeBufferPointer { shares in
          for (share, bin) in zip(shares, part.bins) {
            let (real, imaginary) = (Double(bins[bin].0), Double(bins[bin].1))
            sum[bin] += (real * real + imaginary * imaginary) * share * weight
          }
        }
      }
    }
  }
}
