import Engine

/// A model for a stream, and how to release its owner after use.
public struct StreamModel: ~Copyable {
  let model: UnsafePointer<Model>
  let owner: UnsafeMutableRawPointer
  private let release: @convention(c) (UnsafeMutableRawPointer) -> Void

  /// - Parameters:
  ///   - model: valid until `release` is called.
  ///   - owner: the holder of the model; `Stream.newest` returns it.
  ///   - release: called once with the owner, never in the audio thread.
  public init(
    _ model: UnsafePointer<Model>, owner: UnsafeMutableRawPointer,
    release: @escaping @convention(c) (UnsafeMutableRawPointer) -> Void
  ) {
    self.model = model
    self.owner = owner
    self.release = release
  }

  deinit { release(owner) }
}
