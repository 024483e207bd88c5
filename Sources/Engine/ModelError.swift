/// Why a model cannot be used: one line that names the thing, without a full stop.
public struct ModelError: Error {
  /// The kind of failure, for programs.
  public enum Kind: Sendable {
    /// There is no such file.
    case missing
    /// The file exists but cannot be read, or its size is not a model's.
    case unreadable
    /// Something is wrong with the model.
    case model
    /// Something is wrong with the request.
    case argument
    /// There is no memory left.
    case memory
  }

  /// For the user, for example `line 14: conv "enc3": weight is 32×16×2×3, expected 32×24×2×3`.
  public let message: String

  /// The kind of failure, for programs.
  public let kind: Kind

  /// An error with a message for the user.
  public init(_ message: String, _ kind: Kind = .model) {
    self.message = message
    self.kind = kind
  }

  /// There is no memory left.
  public static var outOfMemory: ModelError { ModelError("out of memory", .memory) }
}
