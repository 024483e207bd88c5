import Engine

/// Why a separator cannot be made: one line that names the cause and the remedy, without a full stop.
public struct SeparatorError: Error {
  /// For the user.
  public let message: String

  /// The kind of failure, for programs.
  public var kind = ModelError.Kind.model

  /// There is no memory left.
  static var outOfMemory: SeparatorError { SeparatorError(.outOfMemory) }
}

extension SeparatorError {
  init(_ error: ModelError) { self.init(message: error.message, kind: error.kind) }
}
