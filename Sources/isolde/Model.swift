import CIsolde
import Glibc

/// A model file: weights and graph, read-only.
final class Model {
  let path: String
  let handle: OpaquePointer
  let info: isolde_model_info

  /// Reads the file.
  init(_ path: String) throws {
    self.path = path
    try requireFile(path, remedy: "name the .isolde file in it")
    handle = try withMessage(path) { message in
      path.withPath { isolde_model_open($0, message) }
    }
    let place = UnsafeMutablePointer<isolde_model_info>.allocate(capacity: 1)
    defer { place.deallocate() }
    isolde_model_get_info(handle, place)
    info = place.pointee
  }

  deinit { isolde_model_free(handle) }

  /// The layers in the order of the file.
  var layers: [isolde_layer_info] {
    let place = UnsafeMutablePointer<isolde_layer_info>.allocate(capacity: 1)
    defer { place.deallocate() }
    return (0..<info.layers).compactMap { index in
      isolde_model_get_layer(handle, index, place) ? place.pointee : nil
    }
  }
}

extension Model {
  /// The model of a file, or a built-in one by its name, such as `studio` or `live`, in letters of any
  /// case. None named: that of $ISOLDE_MODEL, or Studio.
  static func path(_ named: String?) throws -> String {
    if let named { return isName(named) ? try builtInPath(named.lowercased()) : named }
    if let set = getenv("ISOLDE_MODEL"), set.pointee != 0 { return try path(String(cString: set)) }
    return try builtInPath("studio")
  }

  /// A file of that name goes first; a folder is no model.
  private static func isName(_ text: String) -> Bool {
    !text.utf8.contains { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ".") }
      && (access(text, F_OK) != 0 || Path(text).isFolder)
  }

  /// From the bundle beside the executable, where `make` leaves it, from PREFIX/lib/lv2 for PREFIX/bin/isolde,
  /// where `make install` puts it, or from ~/.lv2, where it is for one user.
  private static func builtInPath(_ name: String) throws -> String {
    let folder = Path(executablePath()).folder
    var folders = ["isolde.lv2/models/", "../lib/lv2/isolde.lv2/models/"].map { folder + $0 }
    if let home = getenv("HOME") {
      folders.append(String(cString: home) + "/.lv2/isolde.lv2/models/")
    }
    let places = folders.map { "\($0)\(name).isolde" }
    if let found = places.first(where: { access($0, R_OK) == 0 }) { return found }
    let known = folders.flatMap(modelNames).sorted()
    guard !known.isEmpty else {
      throw Failure(
        places[0], "the built-in model is missing", remedy: "name one by --model or ISOLDE_MODEL")
    }
    let what = Path(name).isFolder ? "a folder" : "no such file"
    throw Failure(
      name, "\(what), and no built-in model of that name",
      remedy: "built in are \(known.joined(separator: ", "))")
  }

  /// The names of the model files in a folder; none if it cannot be read.
  private static func modelNames(_ folder: String) -> [String] {
    guard let open = opendir(folder) else { return [] }
    defer { closedir(open) }
    var names: [String] = []
    while let entry = readdir(open) {
      let file = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if file.hasSuffix(".isolde") { names.append(String(file.dropLast(".isolde".utf8.count))) }
    }
    return names
  }

  private static func executablePath() -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX) + 1) { buffer in
      buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress, readlink("/proc/self/exe", start, Int(PATH_MAX)) > 0
      else { return "" }
      return String(cString: start)
    }
  }
}

/// Calls a function of isolde.h that returns nil and a message when it fails.
func withMessage(
  _ subject: String, _ body: (UnsafeMutablePointer<CChar>?) -> OpaquePointer?
) throws -> OpaquePointer {
  try withUnsafeTemporaryAllocation(
    of: CChar.self, capacity: Int(ISOLDE_MESSAGE_SIZE)
  ) { message in
    message.initialize(repeating: 0)
    if let handle = body(message.baseAddress) { return handle }
    let line = message.baseAddress.map { String(cString: $0) } ?? ""
    throw Failure(subject, line.isEmpty ? "cannot be used" : line)
  }
}
