import Engine

/// The numbers that the parts of a separator are laid out by.
struct Plan {
  let geometry: Geometry
  /// Hz.
  let rate: Double
  /// Audio channels.
  let channels: Int
  /// Frames from the newest spectrum to the one that is synthesised: what network or taps look
  /// ahead.
  let delay: Int
  /// Frames by which the network's rows have to wait for the taps.
  let rowDelay: Int
  /// Bins of the model's spectrum.
  let modelBins: Int
  /// Bins of the model's input `advance`; 0 when there is none.
  let advanceBins: Int
  /// The model's filter taps; nil when it has none.
  let taps: Taps?

  init(_ model: UnsafePointer<Model>, rate: Double, channels: Int) {
    geometry = Geometry(model, rate: rate)
    self.rate = rate
    self.channels = channels
    delay = max(model.pointee.lookAhead, model.pointee.tapsAfter)
    rowDelay = delay - model.pointee.lookAhead
    modelBins = model.pointee.window / 2 + 1
    advanceBins = model.pointee.inputShape("advance")?.bins ?? 0
    taps = Taps(model, bins: geometry.bins)
  }

  /// Hops from a sample's way in to its way out: as many as the synthesis window spans, as the frame
  /// waits for what lies ahead of it, and one in which it is worked on.
  var latencyHops: Int { geometry.synthesisHops + delay + 1 }

  /// Spectra that are kept of each channel: the newest and the one before it for the features, and
  /// those under the taps.
  var frames: Int { max(delay + 1 + (taps?.before ?? 0), 2) }
}
