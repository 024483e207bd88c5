import CSystem
import Engine

extension Separator {
  /// Runs the slices that the samples received so far have paid for.
  @_noLocks @_noAllocation
  mutating func work() {
    while let slice = parts.schedule.take(at: position) { run(slice) }
  }

  private mutating func run(_ slice: Slice) {
    switch slice {
    case .analyse(let channel):
      analyse(channel)
    case .addFeatures(let channel):
      parts.features.add(
        channel, parts.spectra.frame(of: channel, ago: 0),
        before: parts.spectra.frame(of: channel, ago: 1))
    case .finishFeatures:
      parts.features.finish()
      network.begin()
    case .network(let step):
      network.run(step)
    case .setMasks:
      parts.maskRow.push(network.row(ports.mask))
      if let taps = ports.taps { parts.tapsRow.push(network.row(taps)) }
      parts.masks.set(parts.maskRow.held, odds: odds)
    case .synthesise(let channel, let stem):
      synthesise(channel, stem)
    case .measure(let channel):
      parts.meters.add(
        channel, input: parts.history.hop(of: channel, ago: latencyHops),
        speech: parts.overlap.output(of: channel, .speech),
        voice: parts.overlap.output(of: channel, .voice))
    }
  }

  /// The newest window of a channel to its newest spectrum.
  private func analyse(_ channel: Int) {
    for part in 0..<windowHops {
      let x = parts.history.hop(of: channel, ago: windowHops &- part)
      let w = parts.windows.analysis + part &* hop
      let y = parts.samples + part &* hop
      for i in 0..<hop { y[i] = x[i] * w[i] }
    }
    transform.forward(parts.samples, to: parts.spectra.frame(of: channel, ago: 0))
  }

  /// The frame that is due, `mask · (X + taps)`, to samples.
  private func synthesise(_ channel: Int, _ stem: Stem) {
    let frame = parts.spectra.frame(of: channel, ago: delay)
    let sum = parts.spectrum
    var filtered = 0
    if let taps {
      filtered = taps.bins
      for k in 0..<filtered { sum[k] = frame[k] }
      for tap in 0..<taps.count {
        let ago = delay &- taps.after &+ taps.count &- 1 &- tap
        taps.add(
          tap, of: stem, row: parts.tapsRow.held,
          frame: parts.spectra.frame(of: channel, ago: ago), to: sum)
      }
    }
    parts.masks.apply(stem, to: sum, in: 0..<filtered, into: sum)
    parts.masks.apply(stem, to: frame, in: filtered..<bins, into: sum)
    transform.backward(sum, to: parts.samples)
    let last = (windowHops &- parts.overlap.hops) &* hop
    parts.overlap.add(
      UnsafePointer(parts.samples + last), window: parts.windows.synthesis, to: channel, stem)
  }
}
