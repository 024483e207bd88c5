import Engine

/// Why there can be no separator: one line that names the thing and the remedy, without a full stop.
public struct SeparatorError: Error {
  /// For the user.
  public let message: String

  /// What programs tell failures apart by.
  public var kind = ModelError.Kind.model

  /// There is no memory left.
  static var outOfMemory: SeparatorError { SeparatorError(.outOfMemory) }
}

extension SeparatorError {
  init(_ error: ModelError) { self.init(message: error.message, kind: error.kind) }
}
