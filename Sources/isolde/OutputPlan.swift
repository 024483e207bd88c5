/// The names of the files that one recording becomes.
struct OutputPlan {
  /// The mix.
  let mix: String
  /// Voice, reverb and ambience; empty without --stems.
  let stems: [String]
  let plot: String?

  /// All of them.
  var files: [String] { [mix] + stems + (plot.map { [$0] } ?? []) }

  /// Decides the names; refuses one that is a recording to be read.
  init(_ input: String, _ command: CleanCommand) throws {
    let source = Path(input)
    let fileExtension =
      SoundFormat.isKept(extension: source.extension) ? source.extension : "wav"
    let place = command.output.map(Path.init)
    let base: Path
    if let place, !place.isFolder {
      mix = place.text
      base = place
    } else {
      let folder = place.map { $0.text.hasSuffix("/") ? $0.text : $0.text + "/" }
      base = Path((folder ?? source.folder) + "\(source.stem).\(fileExtension)")
      mix = base.sibling(suffix: "-clean", extension: base.extension)
    }
    let extensionName = base.extension
    stems =
      !command.stems
      ? []
      : ["voice", "reverb", "ambience"].map {
        base.sibling(suffix: "-\($0)", extension: extensionName)
      }
    plot = command.plot.map { plot in
      guard Path(plot).isFolder else { return plot }
      return (plot.hasSuffix("/") ? plot : plot + "/") + "\(source.stem).png"
    }
    guard SoundFormat.canWrite(extension: extensionName) else {
      throw Failure(
        mix, "the extension names no format", remedy: "use one of \(SoundFormat.writable)")
    }
    guard Set(files.map(\.pathBytes)).count == files.count else {
      throw Failure(mix, "is meant for two outputs", remedy: "choose another name for one of them")
    }
    for output in files {
      for recording in command.inputs where Path.sameFile(output, recording) {
        throw Failure(
          output, "is a recording itself and is never replaced", remedy: "choose another name")
      }
    }
  }
}
