import Engine

/// The dimensions of a separator's parts.
struct Plan {
  let geometry: Geometry
  /// Hz.
  let rate: Double
  /// Audio channels.
  let channels: Int
  /// Frames from the newest spectrum to the one that is synthesised: the look-ahead of the network or of the taps,
  /// whichever is larger; their sum where the taps weigh masked frames.
  let delay: Int
  /// Frames by which the network's rows `mask` and `taps` are held back.
  let maskDelay: Int
  let tapsDelay: Int
  /// Frames whose gains are kept, and the age of the synthesised frame's.
  let maskFrames: Int
  let maskAge: Int
  /// Bins of the model's spectrum.
  let modelBins: Int
  /// Bins of the model's input `advance`; 0 when there is none.
  let advanceBins: Int
  /// Bins of the model's input `spectrum`; 0 when there is none.
  let spectrumBins: Int
  /// Bins of the model's input `noise`; 0 when there is none.
  let noiseBins: Int
  /// The model's filter taps; nil when it has none.
  let taps: Taps?
  /// Bins of the model's output `fill`; 0 when there is none.
  let fillBins: Int
  /// What the model does.
  let task: ModelTask

  init(_ model: UnsafePointer<Model>, rate: Double, channels: Int) {
    geometry = Geometry(model, rate: rate)
    self.rate = rate
    self.channels = channels
    let taps = Taps(model, bins: geometry.bins)
    let ahead = model.pointee.lookAhead
    if let taps, taps.of == .masked {
      delay = ahead + taps.after
      maskDelay = 0
      maskFrames = taps.count
      maskAge = taps.after
    } else {
      delay = max(ahead, taps?.after ?? 0)
      maskDelay = delay - ahead
      maskFrames = 1
      maskAge = 0
    }
    tapsDelay = delay - ahead
    self.taps = taps
    modelBins = model.pointee.window / 2 + 1
    advanceBins = model.pointee.inputShape("advance")?.bins ?? 0
    spectrumBins = model.pointee.inputShape("spectrum")?.bins ?? 0
    noiseBins = model.pointee.inputShape("noise")?.bins ?? 0
    fillBins = model.pointee.outputShape("fill")?.bins ?? 0
    task = model.pointee.task
  }

  /// Hops from input to output: the span of the synthesis window, the look-ahead of the frame, and one hop in
  /// which the frame is computed.
  var latencyHops: Int { geometry.synthesisHops + delay + 1 }

  /// Latency in samples.
  var latency: Int { latencyHops * geometry.hop }

  /// Spectra that are kept of each channel: the newest and the one before it for the features, and
  /// those under the taps.
  var frames: Int { max(delay + 1 + (taps?.before ?? 0), 2) }
}
