import CSystem
import Engine

/// The parts of a separator: tables, rings and scratch in two arenas, none of it owned.
///
/// Made twice: first to count the memory, then to lay it out.
struct Parts {
  let windows: Windows
  var history: History
  var spectra: Spectra
  let features: Features
  var noise: Noise
  var maskRow: HeldRow
  var tapsRow: HeldRow
  var masks: Masks
  let fill: Fill
  var overlap: Overlap
  var ceiling: Ceiling
  var meters: Meters
  var columns: Columns
  var mixer: Mixer
  var schedule: Schedule
  let scratch: Scratch

  /// - Parameters:
  ///   - state: what `reset` zeroes.
  ///   - fixed: tables and scratch.
  init(
    _ plan: Plan, _ network: borrowing Network, _ ports: NetworkPorts,
    state: inout Arena, fixed: inout Arena
  ) {
    history = History(plan, &state)
    spectra = Spectra(plan, &state)
    maskRow = HeldRow(count: Estimate.count * plan.modelBins, frames: plan.maskDelay, &state)
    tapsRow = HeldRow(count: plan.taps?.row.count ?? 0, frames: plan.tapsDelay, &state)
    features = Features(plan, ports, &state)
    noise = Noise(plan, ports)
    masks = Masks(plan, &state)
    fill = Fill(plan, ports, &state)
    overlap = Overlap(plan, &state)
    ceiling = Ceiling(plan, &state)
    meters = Meters(plan, &state)

    windows = Windows(plan.geometry, &fixed)
    columns = Columns(plan, windows, &fixed)
    mixer = Mixer(plan, &fixed)
    schedule = Schedule(plan, network, &fixed)
    scratch = Scratch(plan, &fixed)
  }

  /// Resets the positions in the rings; the arena clears their memory.
  @_noLocks @_noAllocation
  mutating func reset() {
    history.reset()
    spectra.reset()
    maskRow.reset()
    tapsRow.reset()
    noise.reset()
    masks.reset()
    overlap.reset()
    ceiling.reset()
    meters.reset()
    columns.reset()
    mixer.reset()
    schedule.reset()
  }
}
