import CFFTW
import Glibc

/// The time offset between two recordings of the same sound, found by correlating their first minute.
struct Alignment {
  /// Delay of the second recording in samples; negative: it is early.
  let shift: Int
  /// Correlation of the aligned recordings, 0 ... 1.
  let correlation: Double

  private static let longest = 1 << 22  // 87 s at 48 kHz

  init(_ first: String, _ second: String) throws {
    let a = try Self.beginning(of: first)
    let b = try Self.beginning(of: second)
    var size = 1
    while size < a.count + b.count { size *= 2 }
    let product = Self.correlate(a, b, size: size)
    var best = 0
    for i in product.indices where abs(product[i]) > abs(product[best]) { best = i }
    shift = best < size / 2 ? best : best - size
    func energy(_ samples: [Float]) -> Double {
      samples.reduce(0) { $0 + Double($1) * Double($1) }
    }
    let norm = (energy(a) * energy(b)).squareRoot()
    correlation = norm > 0 ? abs(Double(product[best])) / norm : 0
  }

  /// The first minute of a file, as the mean of its channels.
  private static func beginning(of path: String) throws -> [Float] {
    let reader = try SoundReader(path)
    let block = PlanarBlock(channels: reader.channels, capacity: 16_384)
    var samples: [Float] = []
    while samples.count < longest, case let count = try reader.read(into: block), count > 0 {
      for i in 0..<count {
        let sum = (0..<block.channels).reduce(Float(0)) { $0 + block[$1][i] }
        samples.append(sum.isFinite ? sum / Float(block.channels) : 0)
      }
      try Interruption.check()
    }
    return samples
  }

  /// Element n: the sum over i of `a[i] · b[i + n]`, negative n from the end.
  private static func correlate(_ a: [Float], _ b: [Float], size: Int) -> [Float] {
    let bins = size / 2 + 1
    guard let samples = fftwf_alloc_real(size), let x = fftwf_alloc_complex(bins),
      let y = fftwf_alloc_complex(bins)
    else { preconditionFailure("no memory for \(size) samples") }
    defer {
      fftwf_free(samples)
      fftwf_free(x)
      fftwf_free(y)
    }
    for (input, spectrum) in [(a, x), (b, y)] {
      samples.initialize(repeating: 0, count: size)
      samples.update(from: input, count: input.count)
      transform { fftwf_plan_dft_r2c_1d(Int32(size), samples, spectrum, $0) }
    }
    for bin in 0..<bins {
      let (p, q) = (x[bin], y[bin])
      x[bin] = (p.0 * q.0 + p.1 * q.1, p.0 * q.1 - p.1 * q.0)
    }
    transform { fftwf_plan_dft_c2r_1d(Int32(size), x, samples, $0) }
    return (0..<size).map { samples[$0] / Float(size) }
  }

  private static func transform(_ plan: (UInt32) -> fftwf_plan?) {
    let made = Planning.alone { plan(Spectrum.estimate) }
    fftwf_execute(made)
    Planning.alone { fftwf_destroy_plan(made) }
  }
}
