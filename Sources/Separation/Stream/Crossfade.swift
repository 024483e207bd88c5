import CSystem
import Engine

/// Switches from one branch to the next without a gap. For the audio thread only.
///
/// A new branch runs beside the old one on the same input. It is faded in over 20 ms once it has received its
/// latency and 85 ms more. From then on its output depends only on input that it has received: an output
/// sample depends on input as old as the latency plus one window plus the filter's taps, and 85 ms cover these
/// (four hops and four, of 10.7 ms). All branches have the same latency, so both put out the same word at the
/// same sample, and with the faders at 0 dB the same samples: a linear fade between them changes nothing.
/// While two branches run, a callback costs twice as much, and never more: a third branch waits.
///
/// Before the first sample after a reset there is nothing to fade from, so a new branch takes over at once.
struct Crossfade: ~Copyable {
  typealias Link = UnsafeMutablePointer<Branch>

  /// The audible branch.
  private(set) var current: Link
  /// The branch that runs beside it, to be faded in; nil: none.
  private var coming: Link?
  /// The branch that follows `coming`; nil: none.
  private var waiting: Link?
  /// List of branches no longer in use.
  private var retired: Link?

  /// Whether samples have been processed since the reset.
  private var started = false
  /// Samples that `coming` has received.
  private var heard = 0
  /// Samples that it must receive before the fade.
  private let settling: Int
  /// Length of the fade in samples.
  private let fade: Int

  private let outputs: Int
  /// The piece's place in the host's block.
  private let input: ChannelPointers
  private let output: ChannelPointers
  /// The output of `coming`.
  private let samples: ChannelPointers
  private let fixed: Arena

  /// Begins with `first`. Takes ownership of it, even when it fails, as of every branch taken later.
  init(_ first: Link, _ form: StreamForm) throws(SeparatorError) {
    var count = Arena()
    _ = Crossfade.pointers(form, &count)
    guard var fixed = Arena(bytes: count.used) else {
      Branch.free(first)
      throw .outOfMemory
    }
    (input, output, samples) = Crossfade.pointers(form, &fixed)
    self.fixed = fixed
    current = first
    settling = first.pointee.latency + Int(form.usableRate * 4096 / 48_000)
    fade = Int(form.usableRate * 0.020)
    outputs = form.outputs
  }

  deinit {
    Branch.free(current)
    Branch.free(coming)
    Branch.free(waiting)
    Branch.free(retired)
  }

  private static func pointers(
    _ form: StreamForm, _ fixed: inout Arena
  ) -> (ChannelPointers, ChannelPointers, ChannelPointers) {
    (
      ChannelPointers(form.channels, &fixed), ChannelPointers(form.outputs, &fixed),
      ChannelPointers(form.outputs, length: StreamForm.piece, &fixed)
    )
  }

  /// The branch given last.
  var newest: Link { waiting ?? coming ?? current }

  /// Clears all state; the newest branch continues.
  @_noLocks @_noAllocation
  mutating func reset() {
    while coming != nil { succeed() }
    current.pointee.reset()
    started = false
  }

  /// Takes a branch; of several that wait, only the last is kept.
  @_noLocks @_noAllocation
  mutating func take(_ branch: Link) {
    guard coming == nil else {
      retire(waiting)
      waiting = branch
      return
    }
    coming = branch
    heard = 0
    if !started { succeed() }
  }

  /// Hands out the list of branches no longer in use.
  @_noLocks @_noAllocation
  mutating func takeRetired() -> Link? {
    let list = retired
    retired = nil
    return list
  }

  /// Any number of samples. Outputs may be inputs.
  @_noLocks @_noAllocation
  mutating func run(
    _ controls: Controls, _ input: Separator.Input, to output: Separator.Output, count: Int
  ) {
    if count > 0 { started = true }
    var done = 0
    // Controls count even in a call without samples: they may be the first after a reset.
    repeat {
      let length = min(count &- done, min(StreamForm.piece, settling &+ fade &- heard))
      self.input.point(to: input, from: done)
      self.output.point(to: output, from: done)
      if let coming, length > 0 {
        // `coming` first: the outputs of `current` may be the inputs.
        coming.pointee.run(controls, self.input.input, to: samples.output, count: length)
        current.pointee.run(controls, self.input.input, to: self.output.output, count: length)
        fadeIn(length)
      } else {
        current.pointee.run(controls, self.input.input, to: self.output.output, count: length)
      }
      done &+= length
    } while done < count
  }

  /// Mixes in a piece of `coming`, as far as the fade has got.
  @_noLocks @_noAllocation
  private mutating func fadeIn(_ count: Int) {
    for channel in 0..<outputs {
      let (old, new) = (output.output[channel], samples.output[channel])
      for i in min(max(settling &- heard, 0), count)..<count {
        let share = Float(heard &+ i &- settling &+ 1) / Float(fade)
        old[i] += share * (new[i] - old[i])
      }
    }
    heard &+= count
    if heard == settling &+ fade { succeed() }
  }

  /// Makes `coming` the current branch and starts the one that waits.
  @_noLocks @_noAllocation
  private mutating func succeed() {
    guard let coming else { return }
    retire(current)
    current = coming
    self.coming = waiting
    waiting = nil
    heard = 0
  }

  @_noLocks @_noAllocation
  private mutating func retire(_ branch: Link?) {
    guard let branch else { return }
    branch.pointee.next = retired
    retired = branch
  }
}
