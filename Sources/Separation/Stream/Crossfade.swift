import CSystem
import Engine

/// Goes over from one branch to the next without a gap. Of the audio thread alone.
///
/// A new branch hears the input beside the old one and is faded in over 20 ms when it has heard its
/// latency and 85 ms before it. Every frame that reaches its output then lies wholly in what it has heard:
/// an output sample is made of input no older than the latency, one window and the filter's taps before it,
/// and for these 85 ms are enough (four hops and four, of 10.7 ms). All branches have one latency, so both
/// say the same word at the same sample, and with the faders at 0 dB the same samples: the straight fade
/// between them changes nothing. Until it is done a callback costs twice as much, never more: a third
/// branch waits for its turn.
///
/// Before the first sample after a reset there is nothing to fade from, and a new branch begins at once.
struct Crossfade: ~Copyable {
  typealias Link = UnsafeMutablePointer<Branch>

  /// The branch that is heard.
  private(set) var current: Link
  /// The one that runs beside it; nil: none.
  private var coming: Link?
  /// The one that follows when `coming` has come; nil: none.
  private var waiting: Link?
  /// List of those that the stream is through with.
  private var retired: Link?

  /// Sound has passed since the reset.
  private var started = false
  /// Samples that `coming` has heard.
  private var heard = 0
  /// Samples that it is to hear before the fade.
  private let settling: Int
  /// Samples of the fade.
  private let fade: Int

  private let outputs: Int
  /// Where the piece lies in the host's block.
  private let input: ChannelPointers
  private let output: ChannelPointers
  /// What `coming` makes of it.
  private let samples: ChannelPointers
  private let fixed: Arena

  /// Begins with `first`, and owns it as all that are given, also when it fails.
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

  /// The branch that runs last or is to.
  var newest: Link { waiting ?? coming ?? current }

  /// Clears the past; the newest branch goes on.
  @_noLocks @_noAllocation
  mutating func reset() {
    while coming != nil { succeed() }
    current.pointee.reset()
    started = false
  }

  /// Takes a branch; of those that wait the last one counts.
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

  /// Hands out the list of those that the stream is through with.
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
    // Without a sample controls act too: they are the first after a reset.
    repeat {
      let length = min(count &- done, min(StreamForm.piece, settling &+ fade &- heard))
      self.input.point(to: input, from: done)
      self.output.point(to: output, from: done)
      if let coming, length > 0 {
        // First, as the outputs of the other may be inputs.
        coming.pointee.run(controls, self.input.input, to: samples.output, count: length)
        current.pointee.run(controls, self.input.input, to: self.output.output, count: length)
        fadeIn(length)
      } else {
        current.pointee.run(controls, self.input.input, to: self.output.output, count: length)
      }
      done &+= length
    } while done < count
  }

  /// Mixes a piece of `coming` in, as much as is its share.
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

  /// `coming` has come, and the one that waits may.
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
