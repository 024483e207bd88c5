/// The keys of a model file, as docs/model-file.md lists them.
struct ModelKeys {
  private let file: GGUF
  /// The newest format that this Isolde reads.
  private static let format = 2

  init(_ file: GGUF) { self.file = file }

  /// Refuses files that are not models, newer formats and damaged files.
  func check() throws(ModelError) {
    let architecture = try text("general.architecture")
    guard architecture == "isolde" else {
      throw ModelError("a model for \"\(architecture.shown)\", not for Isolde")
    }
    let format = try integer("isolde.format", in: 1...1_000_000)
    guard format <= ModelKeys.format else {
      throw ModelError(
        "of format \(format); this Isolde reads formats up to \(ModelKeys.format): update Isolde")
    }
    let expected = try text("isolde.sha256")
    let digest =
      format == 1
      ? SHA256.digest(file.tensorBytes)
      : SHA256.digest(file.bytes, without: file.place(of: expected))
    let matches = digest.withUnsafeBufferPointer { digits in
      digits.baseAddress.map { Text(start: $0, count: digits.count) == expected } ?? false
    }
    guard matches else {
      throw ModelError(
        "damaged: \(format == 1 ? "its weights do" : "it does") not match its checksum; "
          + "fetch it again")
    }
  }

  /// A text that must be there.
  func text(_ key: StaticString) throws(ModelError) -> Text {
    guard case .text(let text)? = file.value(key) else {
      throw ModelError("the key \(key) is missing: not a model for Isolde, or damaged")
    }
    return text
  }

  /// A text, empty when there is none.
  func optionalText(_ key: StaticString) -> Text {
    if case .text(let text)? = file.value(key) { return text }
    return Text("")
  }

  /// A whole number within `range`.
  func integer(
    _ key: StaticString, default fallback: Int? = nil, in range: ClosedRange<Int>
  ) throws(ModelError) -> Int {
    guard case .integer(let value)? = file.value(key) else {
      guard let fallback else {
        throw ModelError("the key \(key) is missing: not a model for Isolde, or damaged")
      }
      return fallback
    }
    guard range.contains(value) else {
      throw ModelError("\(key) is \(value), not within \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}

/// A model file's metadata, as texts for C that live as long as the model.
public struct About {
  /// `general.name`
  public let name: UnsafePointer<CChar>
  /// `general.version`
  public let version: UnsafePointer<CChar>
  /// `general.author`
  public let author: UnsafePointer<CChar>
  /// `general.license`
  public let license: UnsafePointer<CChar>
  /// `general.description`
  public let description: UnsafePointer<CChar>
  /// What the model was trained on.
  public let data: UnsafePointer<CChar>
  /// The graph's text.
  public let graph: UnsafePointer<CChar>

  init(_ key: ModelKeys, _ store: WeightStore) throws(ModelError) {
    name = try store.cString(key.optionalText("general.name"))
    version = try store.cString(key.optionalText("general.version"))
    author = try store.cString(key.optionalText("general.author"))
    license = try store.cString(key.optionalText("general.license"))
    description = try store.cString(key.optionalText("general.description"))
    data = try store.cString(key.optionalText("isolde.data"))
    graph = try store.cString(key.optionalText("isolde.graph"))
  }
}
