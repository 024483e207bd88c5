import CSystem

/// A spectrum's memory: `bins` complex values, aligned as FFTW requires.
typealias Spectrum = UnsafeMutablePointer<fftwf_complex>

/// Transforms of one size: forward for real samples, and back for both estimates at once. These are the real and the
/// imaginary part of one complex transform, which takes half the time of two real ones.
///
/// The separator owns the plans and calls `free`: a `deinit` of a type that another module cannot see
/// does not compile in Embedded Swift.
struct Transform {
  private let plans: fft_plans
  private let size: Int
  /// The spectrum of speech + i · voice, `[2][stride]`: its real and its imaginary part.
  private let product: UnsafeMutablePointer<Float>
  /// `[2][stride]`: its transform, the samples of speech and of voice.
  private let estimates: UnsafeMutablePointer<Float>
  private let stride: Int

  /// - Parameter size: samples, even. The arrays are for planning and are overwritten.
  init(_ scratch: Scratch, size: Int) throws(SeparatorError) {
    self.size = size
    product = scratch.product
    estimates = scratch.estimates
    stride = scratch.stride
    plans = fft_plans_new(
      Int32(size), scratch.samples, scratch.spectrum(.speech), product, estimates, Int64(stride))
    guard plans.forward != nil else { throw .outOfMemory }
  }

  func free() { fft_plans_free(plans) }

  /// Overwrites `spectrum` only.
  @_noLocks @_noAllocation
  func forward(_ samples: UnsafeMutablePointer<Float>, to spectrum: Spectrum) {
    fft_forward(plans, samples, spectrum)
  }

  /// Sets bins of `product` to the estimates' masks times their spectra.
  @_noLocks @_noAllocation
  func set(
    _ bins: Range<Int>, speech: Spectrum, by speechMask: UnsafePointer<Float>, voice: Spectrum,
    by voiceMask: UnsafePointer<Float>
  ) {
    let (real, imaginary) = (product, product + stride)
    let end = min(bins.upperBound, size / 2)
    if bins.lowerBound == 0 && !bins.isEmpty { set(0, speech, speechMask, voice, voiceMask) }
    if bins.upperBound > end { set(end, speech, speechMask, voice, voiceMask) }
    var k = max(bins.lowerBound, 1)
    while k &+ 4 <= end {
      let s = speech.quad(at: k, times: speechMask)
      let v = voice.quad(at: k, times: voiceMask)
      real.store(s.real - v.imaginary, at: k)
      imaginary.store(s.imaginary + v.real, at: k)
      // Above half the size: the spectra are those of real samples.
      real.store(reversed(s.real + v.imaginary), at: size &- k &- 3)
      imaginary.store(reversed(v.real - s.imaginary), at: size &- k &- 3)
      k &+= 4
    }
    while k < end {
      let (p, q) = (speechMask[k], voiceMask[k])
      let (s, v) = (speech[k], voice[k])
      real[size &- k] = s.0 * p + v.1 * q
      imaginary[size &- k] = v.0 * q - s.1 * p
      real[k] = s.0 * p - v.1 * q
      imaginary[k] = s.1 * p + v.0 * q
      k &+= 1
    }
  }

  /// Bins 0 and size / 2 have no imaginary part.
  @inline(__always)
  private func set(
    _ k: Int, _ speech: Spectrum, _ speechMask: UnsafePointer<Float>, _ voice: Spectrum,
    _ voiceMask: UnsafePointer<Float>
  ) {
    product[k] = speech[k].0 * speechMask[k]
    product[stride &+ k] = voice[k].0 * voiceMask[k]
  }

  /// The masked spectra in `product`, at a bin in 1 ..< size / 2.
  @inline(__always)
  func masked(
    _ k: Int
  ) -> (speech: (real: Float, imaginary: Float), voice: (real: Float, imaginary: Float)) {
    let (a, b) = (product[k], product[size &- k])
    let (c, d) = (product[stride &+ k], product[stride &+ size &- k])
    return (((a + b) * 0.5, (c - d) * 0.5), ((c + d) * 0.5, (b - a) * 0.5))
  }

  /// Transforms `product` to samples of both estimates, times the size.
  @_noLocks @_noAllocation
  func backward() { fft_backward(plans, product, estimates) }

  /// The result of `backward`, `[size]`.
  @_noLocks @_noAllocation
  func samples(of estimate: Estimate) -> UnsafePointer<Float> {
    UnsafePointer(estimates + estimate.rawValue &* stride)
  }
}

private typealias Quad = SIMD4<Float>

extension Spectrum {
  /// Four bins times their gains.
  @inline(__always)
  fileprivate func quad(
    at k: Int, times gains: UnsafePointer<Float>
  ) -> (real: Quad, imaginary: Quad) {
    let pairs = UnsafeRawPointer(self + k).loadUnaligned(as: SIMD8<Float>.self)
    let gain = UnsafeRawPointer(gains + k).loadUnaligned(as: Quad.self)
    return (pairs.evenHalf * gain, pairs.oddHalf * gain)
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  fileprivate func store(_ quad: Quad, at index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: quad, as: Quad.self)
  }
}

@inline(__always)
private func reversed(_ x: Quad) -> Quad { Quad(x[3], x[2], x[1], x[0]) }
