import CSystem
import Engine

extension Separator {
  /// Channels of samples, as C passes them.
  public typealias Input = UnsafePointer<UnsafePointer<Float>>
  /// Channels of samples to be written, as C passes them.
  public typealias Output = UnsafePointer<UnsafeMutablePointer<Float>>

  /// Where the three stems go.
  public struct StemOutputs {
    let voice, reverb, ambience: Output

    /// One pointer a channel for each stem.
    public init(voice: Output, reverb: Output, ambience: Output) {
      self.voice = voice
      self.reverb = reverb
      self.ambience = ambience
    }
  }

  /// Writes the mix that `controls` ask for.
  ///
  /// Outputs may be inputs, of the same channel or of others. Changes of a fader or of `listen` are ramps of 5 ms from
  /// the first sample on, those of `enabled` of 20 ms. The first controls after a reset act at once. `sensitivity` is
  /// taken at the first sample of each hop.
  @_noLocks @_noAllocation
  public mutating func mix(_ controls: Controls, _ input: Input, to output: Output, count: Int) {
    process(controls, input, mix: output, stems: nil, count: count)
  }

  /// Writes the three stems, which sum to the delayed input. With `enabled` false, the voice is the delayed input and
  /// the other stems are silent; the change is a ramp of 20 ms. Outputs may be inputs.
  @_noLocks @_noAllocation
  public mutating func split(
    sensitivity: Float, enabled: Bool, _ input: Input, to stems: StemOutputs, count: Int
  ) {
    let controls = Controls(sensitivity: sensitivity, enabled: enabled)
    process(controls, input, mix: nil, stems: stems, count: count)
  }

  /// Writes the mix and the stems in one pass, the same samples as `mix` and `split` write.
  @_noLocks @_noAllocation
  public mutating func mixAndSplit(
    _ controls: Controls, _ input: Input, to output: Output, _ stems: StemOutputs, count: Int
  ) {
    process(controls, input, mix: output, stems: stems, count: count)
  }

  private mutating func process(
    _ controls: Controls, _ input: Input, mix: Output?, stems: StemOutputs?, count: Int
  ) {
    let denormals = denormals_off()
    processProtected(controls, input, mix: mix, stems: stems, count: count)
    denormals_restore(denormals)
  }

  @inline(never)
  private mutating func processProtected(
    _ controls: Controls, _ input: Input, mix: Output?, stems: StemOutputs?, count: Int
  ) {
    parts.mixer.set(controls)
    var done = 0
    while done < count {
      let length = min(min(count &- done, plan.geometry.hop &- position), parts.mixer.span)
      beginSegment(input, from: done, count: length, controls)
      parts.mixer.begin(length)
      for channel in 0..<plan.channels {
        let now = leaving(channel)
        if let mix {
          parts.mixer.mix(
            now.input, now.speech, now.voice, to: mix[channel] + done, count: length)
        }
        if let stems {
          parts.mixer.split(
            now.input, now.speech, now.voice, voice: stems.voice[channel] + done,
            reverb: stems.reverb[channel] + done, ambience: stems.ambience[channel] + done,
            count: length)
        }
      }
      endSegment(count: length)
      done &+= length
    }
    work()
  }

  /// Reads a segment of all input channels before any output is written.
  private mutating func beginSegment(
    _ input: Input, from start: Int, count: Int, _ controls: Controls
  ) {
    if position == 0 { odds = controls.odds }
    for channel in 0..<plan.channels {
      parts.history.write(input[channel] + start, to: channel, at: position, count: count)
    }
  }

  /// Pointers to what leaves at the current sample of the hop.
  private func leaving(
    _ channel: Int
  ) -> (
    input: UnsafePointer<Float>, speech: UnsafePointer<Float>, voice: UnsafePointer<Float>
  ) {
    (
      UnsafePointer(parts.history.hop(of: channel, ago: plan.latencyHops) + position),
      parts.overlap.output(of: channel, .speech) + position,
      parts.overlap.output(of: channel, .voice) + position
    )
  }

  /// Counts the segment. At the end of a hop the work on the last frame is finished, and that on the
  /// next one begins.
  private mutating func endSegment(count: Int) {
    position &+= count
    guard position == plan.geometry.hop else { return }
    work()
    parts.history.advance()
    parts.spectra.advance()
    parts.overlap.advance()
    parts.ceiling.advance()
    parts.schedule.begin()
    position = 0
  }
}
