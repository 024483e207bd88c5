import CLinux
import Glibc

/// A recording to be cleaned.
struct Recording {
  let path: String
  /// Its folder below the named one, such as "day1/"; empty if it was named itself.
  let subfolder: String

  /// The extended file attribute that marks files written by Isolde.
  private static let mark = "user.isolde"

  /// Marks the open file as a result of this recording. On file systems without attributes only its name
  /// shows that.
  func markResult(_ descriptor: Int32) {
    let contents = Array("result of ".utf8) + Path(path).name.pathBytes
    fsetxattr(descriptor, Self.mark, contents, contents.count, 0)
  }

  /// Whether Isolde has written the file, whatever its name.
  static func isMarkedResult(_ path: String) -> Bool {
    path.withPath { getxattr($0, mark, nil, 0) } > 0
  }

  /// The other recording from which this result was made, if only its format differs from this one's: a.mp3 for
  /// a-clean.wav and the recording a.wav. Nil if the result is this recording's own or carries no name.
  func twin(ofResult result: String) -> String? {
    var contents = [UInt8](repeating: 0, count: 512)
    let count = result.withPath { getxattr($0, Self.mark, &contents, contents.count) }
    let prefix = Array("result of ".utf8)
    guard count > prefix.count, contents.starts(with: prefix) else { return nil }
    let source = Path(String(pathBytes: contents[prefix.count..<count]))
    let own = Path(path)
    guard source.stem == own.stem, source.extension.lowercased() != own.extension.lowercased()
    else { return nil }
    return source.name
  }
}

/// Identifies a file independently of its path.
struct FileIdentity: Hashable {
  private let device: UInt
  private let number: UInt

  /// Nil when there is no such file.
  init?(_ path: String) {
    guard let status = Path(path).status else { return nil }
    device = UInt(status.st_dev)
    number = UInt(status.st_ino)
  }
}

/// The recordings that a command line names: files, folders of them, patterns, and lists of names.
struct RecordingList {
  private(set) var recordings: [Recording] = []
  /// Names that match no recording.
  private(set) var failures: [Failure] = []
  /// Whether a folder or a pattern was named, so that there can be any number of recordings.
  private(set) var isOpen = false
  private var known: Set<Path> = []

  /// - Parameters:
  ///   - names: the command line's arguments
  ///   - list: a file with more names, one a line; "-" is standard input
  init(_ names: [String], list: String?) throws {
    for name in names { add(name) }
    guard let list else { return }
    isOpen = true
    for line in try Self.lines(of: list) where !line.isEmpty { add(line) }
  }

  private static func lines(of path: String) throws -> [String] {
    let name = path == "-" ? "/dev/stdin" : path
    guard let file = name.withPath({ fopen($0, "r") }) else {
      throw Failure(path, "cannot be read: \(systemError())", remedy: "name a list of recordings")
    }
    defer { fclose(file) }
    var lines: [String] = []
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while case var length = getline(&line, &capacity, file), length > 0, let line {
      while length > 0, [10, 13].contains(line[length - 1]) { length -= 1 }
      line[length] = 0
      lines.append(String(pathBytes: UnsafeRawBufferPointer(start: line, count: length)))
    }
    // Windows editors begin a text with a byte order mark.
    if let first = lines.first { lines[0] = String(first.drop { $0 == "\u{FEFF}" }) }
    return lines
  }

  private mutating func add(_ name: String) {
    if Path(name).isExistingFolder {
      isOpen = true
      let (before, failed) = (recordings.count, failures.count)
      walk(name.hasSuffix("/") ? name : name + "/", below: "") { _ in true }
      if recordings.count == before, failures.count == failed {
        missing(name, "holds no recording")
      }
    } else if Path(name).status == nil, name.contains(where: { "*?[".contains($0) }) {
      isOpen = true
      let before = recordings.count
      match(name)
      if recordings.count == before { missing(name, "matches no recording") }
    } else {
      append(Recording(path: name, subfolder: ""))
    }
  }

  private mutating func missing(_ name: String, _ problem: String) {
    failures.append(Failure(name, problem, remedy: "check the name"))
  }

  /// A recording named twice counts once.
  private mutating func append(_ recording: Recording) {
    if known.insert(Path(recording.path)).inserted { recordings.append(recording) }
  }

  /// Appends the matches of a shell pattern; `**` stands for any number of folders.
  private mutating func match(_ pattern: String) {
    if let stars = pattern.firstRange(of: "**/") {
      let start = String(pattern[..<stars.lowerBound])
      let folder = Path(start.prefix { !"*?[".contains($0) } + "").folder
      let flat = pattern.replacing("**/", with: "")
      let deep = pattern.replacing("**/", with: "*/")
      walk(folder, below: "") { path in
        path.withPath { path in
          flat.withPath { fnmatch($0, path, FNM_PATHNAME) } == 0
            || deep.withPath { fnmatch($0, path, 0) } == 0
        }
      }
      return
    }
    var found = glob_t()
    defer { globfree(&found) }
    guard pattern.withPath({ glob($0, 0, nil, &found) }) == 0 else { return }
    for index in 0..<Int(found.gl_pathc) {
      guard let path = found.gl_pathv[index] else { continue }
      add(String(pathBytes: UnsafeRawBufferPointer(start: path, count: strlen(path))))
    }
  }

  /// Appends the sound files in and below a folder that `isWanted` accepts, in the order of their names. Hidden files
  /// and linked folders are left out.
  private mutating func walk(_ folder: String, below: String, isWanted: (String) -> Bool) {
    guard let names = Self.names(in: folder.isEmpty ? "." : folder) else {
      failures.append(
        Failure(folder, "cannot be read: \(systemError())", remedy: "check its permissions"))
      return
    }
    for name in names where !name.hasPrefix(".") {
      let path = folder + name
      var status = stat()
      guard path.withPath({ lstat($0, &status) }) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        walk(path + "/", below: below + name + "/", isWanted: isWanted)
      } else if SoundFormat.isSound(extension: Path(name).extension), isWanted(path) {
        append(Recording(path: path, subfolder: below))
      }
    }
  }

  /// The names in a folder; nil, with `errno` set, when it cannot be read.
  private static func names(in folder: String) -> [String]? {
    guard let handle = folder.withPath({ opendir($0) }) else { return nil }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(pathBytes: bytes.prefix { $0 != 0 })
        })
    }
    return names.sorted()
  }

  /// Keeps part `number` of `count`: every `count`-th recording, so that the parts are about equal.
  mutating func keep(part number: Int, of count: Int) {
    recordings = recordings.enumerated().filter { $0.offset % count == number - 1 }.map(\.element)
  }
}

extension SoundFormat {
  /// The extensions of sound files in folders: those that libsndfile reads, then those for ffmpeg.
  static let readable = [
    "wav", "wave", "bwf", "flac", "aif", "aiff", "aifc", "w64", "rf64", "bw64", "caf", "au", "snd",
    "ogg",
    "oga", "opus", "mp3", "m4a", "m4b", "mp4", "mov", "mkv", "mka", "webm", "wv", "aac", "ac3",
    "wma",
    "amr", "ape", "tta", "mp2", "3gp", "3ga", "3g2", "m4v", "m4r", "avi", "mpg", "mpeg", "vob",
    "mts",
    "m2ts", "flv", "wmv", "asf", "mxf", "ogv", "ogx", "spx", "mpga", "eac3", "dts", "dsf", "dff",
    "mpc", "shn", "tak", "voc", "gsm", "qt",
  ]

  /// Whether files with this extension count as sound files.
  static func isSound(extension name: String) -> Bool { readable.contains(name.lowercased()) }
}

extension Path {
  /// Whether it is an existing folder.
  var isExistingFolder: Bool {
    status.map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  /// Size of the file in bytes; 0 when there is none.
  var size: Int { Int(status?.st_size ?? 0) }

  /// Creates the folder of the path, and its parents, where they are missing.
  func makeFolder() throws {
    guard !folder.isEmpty, Path(folder).status == nil else { return }
    let name = folder.trimmingSuffix("/")
    try Path(name).makeFolder()
    guard name.withPath({ mkdir($0, 0o777) }) == 0 || errno == EEXIST else {
      throw Failure(name, "cannot be made: \(systemError())", remedy: "choose another folder")
    }
  }
}
