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
      path.withPath { isolde_file_open($0, message) }
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
  /// The installed models that separate, for help texts.
  static let separating = "studio, live, deepfilter or deepfilter_live"

  /// The path of a model, given as a file or by the name of a built-in one, such as `studio` or `live`, in upper or
  /// lower case. Without one: that of $ISOLDE_MODEL, or Studio.
  static func path(_ named: String?) throws -> String {
    if let named { return try file(named) }
    if let set = getenv("ISOLDE_MODEL"), set.pointee != 0 { return try file(String(cString: set)) }
    return try file("studio")
  }

  private static func file(_ named: String) throws -> String {
    try withMessage(named) { message in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { path in
        guard let start = path.baseAddress,
          named.withPath({ isolde_model_path($0, start, path.count, message) })
        else { return nil }
        return String(pathBytes: UnsafeRawBufferPointer(start: start, count: strlen(start)))
      }
    }
  }
}

/// Calls a function of isolde.h that returns nil and a message when it fails.
func withMessage<T>(
  _ subject: String, _ body: (UnsafeMutablePointer<CChar>?) -> T?
) throws -> T {
  try withUnsafeTemporaryAllocation(
    of: CChar.self, capacity: Int(ISOLDE_MESSAGE_SIZE)
  ) { message in
    message.initialize(repeating: 0)
    if let result = body(message.baseAddress) { return result }
    let line = message.baseAddress.map { String(cString: $0) } ?? ""
    throw Failure(subject, line.isEmpty ? "cannot be used" : line)
  }
}
