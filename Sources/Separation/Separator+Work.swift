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
      parts.noise.write()
      parts.fill.compare(parts.spectra)
      network.begin()
    case .network(let step):
      network.run(step)
    case .setMasks:
      guard let mask = ports.mask else { return }
      parts.maskRow.push(network.row(mask))
      if let taps = ports.taps { parts.tapsRow.push(network.row(taps)) }
      parts.masks.set(parts.maskRow.held, odds: odds)
      if let taps = plan.taps, taps.of == .masked {
        taps.mask(parts.tapsRow.held, by: parts.masks, to: parts.scratch.taps)
      }
    case .synthesise(let channel):
      synthesise(channel)
    case .measure(let channel):
      parts.meters.add(
        channel, input: parts.history.hop(of: channel, ago: plan.latencyHops),
        speech: parts.overlap.output(of: channel, .speech),
        voice: parts.overlap.output(of: channel, .voice))
    }
  }

  /// Transforms a channel's newest window to its newest spectrum.
  private func analyse(_ channel: Int) {
    parts.ceiling.measure(channel, parts.history.hop(of: channel, ago: 1))
    let hop = plan.geometry.hop
    let hops = plan.geometry.windowHops
    for part in 0..<hops {
      let x = parts.history.hop(of: channel, ago: hops &- part)
      let w = parts.windows.analysis + part &* hop
      let y = parts.scratch.samples + part &* hop
      for i in 0..<hop { y[i] = x[i] * w[i] }
    }
    transform.forward(parts.scratch.samples, to: parts.spectra.frame(of: channel, ago: 0))
  }

  /// Transforms the frame that is due to samples of both estimates, and adds them to the output.
  private mutating func synthesise(_ channel: Int) {
    if let fill = ports.fill {
      add(channel, network.row(fill))
    } else {
      mask(channel)
    }
    if parts.columns.isWatched {
      parts.columns.add(channel, parts.spectra.frame(of: channel, ago: plan.delay), transform)
    }
    transform.backward()
    let last = (plan.geometry.windowHops &- parts.overlap.hops) &* plan.geometry.hop
    let window = parts.windows.synthesis
    parts.overlap.add(transform.samples(of: .speech) + last, window: window, to: channel, .speech)
    parts.overlap.add(transform.samples(of: .voice) + last, window: window, to: channel, .voice)
    parts.ceiling.limit(
      channel, input: parts.history.hop(of: channel, ago: plan.latencyHops &- 1),
      speech: parts.overlap.finished(of: channel, .speech),
      voice: parts.overlap.finished(of: channel, .voice))
  }

  /// Sets both estimates to what the network adds to a channel.
  private func add(_ channel: Int, _ row: UnsafePointer<Float>) {
    let spectrum = parts.scratch.spectrum(.speech)
    let unity = UnsafePointer(parts.scratch.unity)
    parts.fill.write(channel, row: row, to: spectrum)
    transform.set(0..<plan.geometry.bins, speech: spectrum, by: unity, voice: spectrum, by: unity)
  }

  /// Masks and filters the frame that is due.
  private mutating func mask(_ channel: Int) {
    let frame = parts.spectra.frame(of: channel, ago: plan.delay)
    let filtered = plan.taps?.bins ?? 0
    if let taps = plan.taps {
      for tap in 0..<taps.count {
        let ago = plan.delay &- taps.after &+ taps.count &- 1 &- tap
        parts.scratch.frames[tap] = parts.spectra.frame(of: channel, ago: ago)
      }
      taps.filter(
        frame, parts.scratch.frames,
        row: taps.of == .masked ? UnsafePointer(parts.scratch.taps) : parts.tapsRow.held,
        speech: parts.scratch.spectrum(.speech), voice: parts.scratch.spectrum(.voice))
    }
    let speech = parts.masks.gains(.speech, ago: plan.maskAge)
    let voice = parts.masks.gains(.voice, ago: plan.maskAge)
    let isResidual = plan.taps.map { $0.of == .residual } ?? true
    let unity = UnsafePointer(parts.scratch.unity)
    transform.set(filtered..<plan.geometry.bins, speech: frame, by: speech, voice: frame, by: voice)
    transform.set(
      0..<filtered, speech: parts.scratch.spectrum(.speech), by: isResidual ? speech : unity,
      voice: parts.scratch.spectrum(.voice), by: isResidual ? voice : unity)
  }
}
