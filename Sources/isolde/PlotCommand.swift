import ArgumentParser

/// `isolde plot`: two recordings in one picture.
struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot",
    abstract: "Draws the spectrograms of two recordings, one above the other.",
    discussion: """
      Time in seconds, frequency in hertz, level in dBFS, the same scales for both. Prints how \
      much lower the pauses are in the second one.
      """)

  @Argument(help: "The recording before.", completion: .file()) var before: String
  @Argument(help: "The recording after; same length.", completion: .file()) var after: String
  @Argument(help: "The PNG file to write.", completion: .file(extensions: ["png"]))
  var picture: String
  @Flag(name: .shortAndLong, help: "Replace the picture if it exists.") var force = false

  func run() throws {
    for recording in [before, after] where Path.sameFile(recording, picture) {
      throw Failure(
        picture, "is a recording itself and is never replaced", remedy: "choose another name")
    }
    let comparison = try Comparison(
      before: PlotSource(path: before, title: Path(before).name),
      after: PlotSource(path: after, title: Path(after).name))
    let file = try PartialFile(picture, force: force)
    try comparison.write(file)
    try file.commit()
    if let pauses = PauseLevels(before: try levels(before), after: try levels(after)) {
      print("noise    \(pauses.text)")
    }
  }

  private func levels(_ path: String) throws -> PieceLevels {
    let source = try SoundReader(path)
    let block = PlanarBlock(channels: source.channels, capacity: 4_096)
    var levels = PieceLevels(rate: source.rate, channels: source.channels)
    while case let count = try source.read(into: block), count > 0 {
      levels.add(block, 0..<count)
    }
    return levels
  }
}
