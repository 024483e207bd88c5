import CIsolde

/// One stream through the model: linked audio channels in, a mix or the stems of them out.
final class Separator {
  /// Samples by which the output is late.
  let latency: Int
  private let handle: OpaquePointer
  private let model: Model  // must outlive the handle

  /// Makes a separator in its initial state.
  init(_ model: Model, rate: Int, channels: Int, for path: String) throws {
    self.model = model
    handle = try withMessage(path) {
      isolde_separator_new(model.handle, Double(rate), UInt32(channels), $0)
    }
    latency = Int(isolde_separator_latency(handle))
  }

  deinit { isolde_separator_free(handle) }

  /// Writes the mix that the controls ask for.
  func mix(
    _ input: PlanarBlock, _ controls: isolde_controls, into output: PlanarBlock, count: Int
  ) {
    var controls = controls
    isolde_separator_mix(
      handle, &controls, input.readPointers, output.pointers, UInt32(count))
  }

  /// Writes the mix and voice, reverb and background, which sum to the delayed input.
  func mixAndSplit(
    _ input: PlanarBlock, _ controls: isolde_controls, into output: PlanarBlock,
    _ stems: [PlanarBlock], count: Int
  ) {
    var controls = controls
    isolde_separator_mix_and_split(
      handle, &controls, input.readPointers, output.pointers, stems[0].pointers,
      stems[1].pointers, stems[2].pointers, UInt32(count))
  }
}
