/// Why there can be no separator: one line that names the thing and the remedy, without a full stop.
public struct SeparatorError: Error {
  /// For the user.
  public let message: String

  /// There is no memory left.
  static var outOfMemory: SeparatorError { SeparatorError(message: "out of memory") }
}
