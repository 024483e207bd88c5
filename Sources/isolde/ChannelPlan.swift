/// Which channels of a recording are linked, and which are left alone.
struct ChannelPlan {
  /// Channels, from 0; each group is one image.
  let groups: [[Int]]
  /// The other channels, which pass through unchanged and in sync.
  let untouched: [Int]

  /// The channels that are cleaned.
  var cleaned: [Int] { groups.flatMap { $0 } }

  /// - Parameters:
  ///   - chosen: channels from 1, as people count them; nil: all
  ///   - unlinked: each by itself
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
