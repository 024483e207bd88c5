/// Why a model cannot be used: one line that names the thing, without a full stop.
public struct ModelError: Error {
  /// For the user, for example `line 14: conv "enc3": weight is 32×16×2×3, expected 32×24×2×3`.
  public let message: String

  /// An error with a message for the user.
  public init(_ message: String) { self.message = message }

  /// There is no memory left.
  public static var outOfMemory: ModelError { ModelError("out of memory") }
}
