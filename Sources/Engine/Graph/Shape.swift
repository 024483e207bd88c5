/// What one frame of an edge holds: `bins` × `channels` floats, channels innermost.
public struct Shape {
  /// Feature maps.
  public let channels: Int
  /// Frequencies or bands.
  public let bins: Int

  /// Floats of a frame.
  public var count: Int { channels * bins }

  /// No frame is larger than this, so that sizes computed from shapes cannot overflow.
  static let largest = 1 << 22

  static func == (a: Shape, b: Shape) -> Bool { a.channels == b.channels && a.bins == b.bins }

  /// `32×96`, channels × bins.
  var shown: String { "\(channels)×\(bins)" }
}
