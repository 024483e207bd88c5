import Engine

/// A model that a stream uses, and what is to happen to its owner when it no longer does.
public struct StreamModel: ~Copyable {
  let model: UnsafePointer<Model>
  let owner: UnsafeMutableRawPointer
  private let release: @convention(c) (UnsafeMutableRawPointer) -> Void

  /// - Parameters:
  ///   - model: must stay until `release` is called.
  ///   - owner: who holds the model; `Stream.newest` tells it.
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
