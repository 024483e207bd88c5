import CModelFile

extension Model {
  /// Reads a model file. The error's message does not name it.
  public init(path: UnsafePointer<CChar>) throws(ModelError) {
    var file = model_file()
    defer { model_file_close(&file) }
    guard model_file_open(&file, path) else {
      throw ModelError(
        String(cString: model_file_error(&file)), file.is_missing ? .missing : .unreadable)
    }
    try self.init(size: file.size) { (bytes) throws(ModelError) in
      guard let start = bytes.baseAddress, model_file_read(&file, start, bytes.count) else {
        throw ModelError(String(cString: model_file_error(&file)))
      }
    }
  }
}
