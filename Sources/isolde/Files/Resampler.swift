import Glibc

/// Raises the rate of a recording by sinc interpolation, without delay: sample n of the result lies at n · from / to
/// of the recording.
///
/// The Kaiser window reaches 64 samples to each side: flat to 0.91 of the recording's highest frequency, images at
/// -90 dB. Of n samples come n · to / from, rounded up.
final class Resampler {
  private static let reach = 64
  private static let width = 2 * reach
  private static let shape = 9.0

  /// The rates without their common factor.
  private let from: Int
  private let to: Int
  private let block: PlanarBlock
  /// For each of `to` positions between two samples.
  private let kernels: [Float]
  /// Of each channel, from sample `start` on.
  private var held: [[Float]]
  private var start = -Resampler.reach
  /// Samples a channel that came from the recording.
  private var taken = 0
  /// Samples a channel of the result so far.
  private var given = 0
  private var isAtEnd = false

  /// - Parameter rate: of the recording, lower than `target`
  init(rate: Int, target: Int, channels: Int) {
    var (divisor, rest) = (target, rate)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    let (from, to) = (rate / divisor, target / divisor)
    (self.from, self.to) = (from, to)
    block = PlanarBlock(channels: channels, capacity: 4_096)
    held = Array(repeating: Array(repeating: 0, count: Self.reach), count: channels)
    kernels = (0..<to).flatMap { Self.kernel(at: Double($0) / Double(to)) }
  }

  /// The weights of the samples around a point, of which the sample `reach - 1` lies `part` before it.
  private static func kernel(at part: Double) -> [Float] {
    let values = (0..<width).map { tap in
      let time = Double(tap - reach + 1) - part
      let place = time / Double(reach)
      let window = bessel(shape * max(0, 1 - place * place).squareRoot())
      return window * (time == 0 ? cutoff : sin(Double.pi * cutoff * time) / (Double.pi * time))
    }
    let sum = values.reduce(0, +)
    return values.map { Float($0 / sum) }
  }

  /// Of the recording's highest frequency: where the interpolation has fallen by half.
  private static let cutoff = 0.955

  /// The modified Bessel function of the first kind and order 0.
  private static func bessel(_ x: Double) -> Double {
    var (sum, term, n) = (1.0, 1.0, 1.0)
    while term > 1e-12 * sum {
      term *= (x / (2 * n)) * (x / (2 * n))
      sum += term
      n += 1
    }
    return sum
  }

  /// Fills the block from its beginning; `more` does so with samples of the recording. The count of samples a
  /// channel, 0 at the end.
  func read(into target: PlanarBlock, more: (PlanarBlock) throws -> Int) throws -> Int {
    var count = 0
    while count < target.capacity {
      let before = given * from / to
      if isAtEnd, before >= taken { break }
      let last = min(start + held[0].count - Self.reach - 1, isAtEnd ? taken - 1 : .max)
      guard before <= last else {
        try take(from: before - Self.reach, more)
        continue
      }
      let ready = ((last + 1) * to + from - 1) / from - given
      let run = min(ready, target.capacity - count)
      for channel in held.indices {
        interpolate(held[channel], run, into: target[channel].baseAddress.map { $0 + count })
      }
      count += run
      given += run
    }
    return count
  }

  private func interpolate(
    _ samples: [Float], _ count: Int, into target: UnsafeMutablePointer<Float>?
  ) {
    guard let target else { return }
    samples.withUnsafeBytes { samples in
      kernels.withUnsafeBytes { kernels in
        for n in 0..<count {
          let (before, phase) = ((given + n) * from).quotientAndRemainder(dividingBy: to)
          let place = 4 * (before - Self.reach + 1 - start)
          var sum = SIMD16<Float>.zero
          for i in stride(from: 0, to: 4 * Self.width, by: 64) {
            sum +=
              samples.loadUnaligned(fromByteOffset: place + i, as: SIMD16<Float>.self)
              * kernels.loadUnaligned(
                fromByteOffset: 4 * phase * Self.width + i, as: SIMD16<Float>.self)
          }
          target[n] = sum.sum()
        }
      }
    }
  }

  /// Reads on, and forgets what lies before a sample; zeros follow the last one.
  private func take(from first: Int, _ more: (PlanarBlock) throws -> Int) throws {
    var count = isAtEnd ? 0 : try more(block)
    taken += count
    if count == 0 {
      isAtEnd = true
      block.silence()
      count = block.capacity
    }
    let dropped = max(0, min(first - start, held[0].count))
    start += dropped
    for channel in held.indices {
      held[channel].removeFirst(dropped)
      held[channel].append(contentsOf: block[channel].prefix(count))
    }
  }
}
