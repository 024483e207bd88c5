/// Which channels of a recording are linked, and which are left alone.
struct ChannelPlan {
  /// Groups of linked channels, counted from 0.
  let groups: [[Int]]
  /// The other channels, which pass through unchanged and in sync.
  let untouched: [Int]

  /// The channels that are cleaned.
  var cleaned: [Int] { groups.flatMap { $0 } }

  /// - Parameters:
  ///   - chosen: the channels to clean, counted from 1; nil: all
  ///   - unlinked: whether each channel is a group of its own
  init(_ count: Int, chosen: [Int]?, unlinked: Bool, for path: String) throws {
    let cleaned = (chosen ?? Array(1...count)).map { $0 - 1 }
    if let missing = cleaned.first(where: { $0 >= count }) {
      let has = count == 1 ? "one channel" : "\(count) channels"
      throw Failure(path, "has \(has), and no channel \(missing + 1)", remedy: "change --channels")
    }
    groups = unlinked ? cleaned.map { [$0] } : [cleaned]
    untouched = (0..<count).filter { !cleaned.contains($0) }
  }
}
