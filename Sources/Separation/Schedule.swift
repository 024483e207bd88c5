import Engine

/// A part of the work of one frame. What it computes never depends on when it runs.
enum Slice {
  /// Window and transform of a channel.
  case analyse(channel: Int)
  /// A channel's share in the features.
  case addFeatures(channel: Int)
  /// Completes the features and hands them to the network.
  case finishFeatures
  /// A step of the network.
  case network(step: Int)
  /// Turns the network's rows into gains.
  case setMasks
  /// Masks, inverse transform and overlap-add of a channel's stems.
  case synthesise(channel: Int)
  /// Levels of the output hop.
  case measure(channel: Int)
}

/// The work of one frame as a flat list, spread over the hop in which it is done.
///
/// Each sample pays for an equal share of the work, and a slice is due once it and all before it are paid
/// for. So a callback of n samples costs at most n times the mean plus a constant (the most expensive slice).
/// The last slice is due at the last sample of the hop.
struct Schedule {
  private let slices: UnsafeMutablePointer<Slice>
  /// Samples of the hop after which each slice is due, `[count]`.
  private let due: UnsafeMutablePointer<Int>
  private let count: Int
  private var next: Int

  init(_ plan: Plan, _ network: borrowing Network, _ fixed: inout Arena) {
    count = 2 + network.stepCount + 4 * plan.channels
    next = count
    slices = fixed.take(Slice.self, count)
    due = fixed.take(Int.self, count)
    if fixed.isReal { fill(plan, network) }
  }

  /// Begins the work on a complete frame.
  @_noLocks @_noAllocation
  mutating func begin() { next = 0 }

  /// Nothing is due before the first frame.
  @_noLocks @_noAllocation
  mutating func reset() { next = count }

  /// The next slice that `position` samples of the hop have paid for; nil when there is none.
  @_noLocks @_noAllocation
  mutating func take(at position: Int) -> Slice? {
    guard next < count, due[next] <= position else { return nil }
    next &+= 1
    return slices[next &- 1]
  }

  private func fill(_ plan: Plan, _ network: borrowing Network) {
    var place = 0
    var cost = 0
    func append(_ slice: Slice, _ price: Int) {
      (slices + place).initialize(to: slice)
      cost = cost.saturatingAdd(max(price, 1))
      due[place] = cost
      place += 1
    }

    let price = Price(plan)
    for channel in 0..<plan.channels {
      append(.analyse(channel: channel), price.analyse)
      append(.addFeatures(channel: channel), price.addFeatures)
    }
    append(.finishFeatures, price.finishFeatures)
    for step in 0..<network.stepCount { append(.network(step: step), network.cost(step)) }
    append(.setMasks, price.setMasks)
    for channel in 0..<plan.channels {
      append(.synthesise(channel: channel), price.synthesise)
      append(.measure(channel: channel), price.measure)
    }

    let hop = plan.geometry.hop
    for i in 0..<count { due[i] = due[i].saturatingTimes(hop).saturatingAdd(cost - 1) / cost }
  }
}

/// Approximate cost of slices, in multiply-adds of the network.
struct Price {
  let analyse: Int
  let addFeatures: Int
  let finishFeatures: Int
  let setMasks: Int
  let synthesise: Int
  let measure: Int

  /// The cost of one channel, including what all channels share except the network.
  var channel: Int {
    analyse + addFeatures + finishFeatures + setMasks + synthesise + measure
  }

  init(_ plan: Plan) {
    let geometry = plan.geometry
    let transform = 110 * geometry.window
    let advance = min(plan.advanceBins, geometry.bins)
    let taps = plan.taps.map { $0.bins * $0.count } ?? 0
    analyse = transform
    addFeatures = 20 * geometry.bins + 50 * advance + 40 * min(plan.spectrumBins, geometry.bins)
    finishFeatures = 200 * advance
    setMasks = 70 * geometry.bins + (plan.maskFrames > 1 ? 20 * taps : 0)
    synthesise = transform + 25 * geometry.bins + 100 * taps
    measure = 80 * geometry.hop
  }
}
