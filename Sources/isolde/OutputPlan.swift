/// Where results are written.
struct OutputPlace {
  /// --output as a file; nil when it names a folder or nothing.
  let file: Path?
  /// --output as a folder, with a slash at its end; nil: beside each recording.
  let folder: String?
  /// --plot, in the same two ways.
  let plotFile: String?
  let plotFolder: String?

  /// - Parameter isSingle: whether only one recording was named, so that --output can be a file. A folder need not
  ///   exist.
  init(_ order: Order, isSingle: Bool) {
    func isFile(_ place: String) -> Bool {
      isSingle && !Path(place).isFolder && !Path(place).extension.isEmpty
    }
    func folder(_ place: String) -> String { place.hasSuffix("/") ? place : place + "/" }
    let output = order.files.output.map { (place: $0, isFile: isFile($0)) }
    file = output.flatMap { $0.isFile ? Path($0.place) : nil }
    self.folder = output.flatMap { $0.isFile ? nil : folder($0.place) }
    let plot = order.files.plot.map { (place: $0, isFile: isFile($0)) }
    plotFile = plot.flatMap { $0.isFile ? $0.place : nil }
    plotFolder = plot.flatMap { $0.isFile ? nil : folder($0.place) }
  }
}

/// The names of the files that one recording becomes.
struct OutputPlan {
  /// The mix.
  let mix: String
  /// Those that the order names.
  let stems: [String]
  let plot: String?

  /// All files.
  var files: [String] { [mix] + stems + (plot.map { [$0] } ?? []) }

  /// What is appended to a recording's name, by the model's task.
  static let suffixes = ["separate": "-clean", "extend": "-extended", "split": "-vocals"]

  /// Chooses the names.
  init(_ recording: Recording, _ place: OutputPlace, _ order: Order) throws {
    let source = Path(recording.path)
    let fileExtension =
      SoundFormat.isKept(extension: source.extension) ? source.extension : "wav"
    let base: Path
    if let file = place.file {
      mix = file.text
      base = file
    } else {
      let folder = place.folder.map { $0 + recording.subfolder } ?? source.folder
      base = Path(folder + "\(Self.stem(of: source)).\(fileExtension)")
      mix = base.sibling(suffix: order.suffix, extension: base.extension)
    }
    let extensionName = base.extension
    stems = order.stems.map { base.sibling(suffix: $0.suffix, extension: extensionName) }
    plot =
      place.plotFile
      ?? place.plotFolder.map {
        Path($0 + recording.subfolder + Self.stem(of: source) + ".png")
          .sibling(suffix: "", extension: "png")
      }
    if let plot { _ = try Canvas.Format(of: plot) }
    guard SoundFormat.canWrite(extension: extensionName) else {
      throw Failure(
        mix, "the extension names no format", remedy: "use one of \(SoundFormat.writable)")
    }
    guard Set(files.map(Path.init)).count == files.count else {
      throw Failure(mix, "is meant for two outputs", remedy: "choose another name for one of them")
    }
  }

  /// The recording's name without its extension. The extension stays when the result becomes WAV and another
  /// recording has the same name: A-clean.wav and A.mp3-clean.wav.
  private static func stem(of source: Path) -> String {
    func becomesWave(_ name: String) -> Bool {
      name == "wav" || !SoundFormat.isKept(extension: name)
    }
    let own = source.extension.lowercased()
    guard own != "wav", becomesWave(own) else { return source.stem }
    let isShared = SoundFormat.readable.contains {
      $0 != own && becomesWave($0) && Path(source.sibling("\(source.stem).\($0)")).status != nil
    }
    return isShared ? source.name : source.stem
  }

  /// The name, without extension, of the recording whose result would have this name; nil when it is not the name of
  /// a result.
  static func recordingStem(ofResult stem: String) -> String? {
    let ofStems = (StemFile.all + [.accompaniment]).map(\.suffix)
    let suffix = (Array(suffixes.values) + ofStems).first {
      stem.hasSuffix($0) && stem.count > $0.count
    }
    return suffix.map { stem.trimmingSuffix($0) }
  }
}
