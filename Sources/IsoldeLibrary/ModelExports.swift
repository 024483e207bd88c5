import CIsolde
import Engine

extension OpaquePointer {
  /// What an `isolde_model` is.
  var model: UnsafeMutablePointer<Model> { UnsafeMutablePointer(self) }
}

/// See `model_open.h`.
@c @implementation
public func isolde_file_open(
  _ path: UnsafePointer<CChar>, _ message: UnsafeMutablePointer<CChar>?
) -> OpaquePointer? {
  makeModel(message) { () throws(ModelError) in try Model(path: path) }
}

/// See `isolde.h`.
@c @implementation
public func isolde_model_parse(
  _ bytes: UnsafeRawPointer, _ size: Int, _ message: UnsafeMutablePointer<CChar>?
) -> OpaquePointer? {
  var position = 0
  return makeModel(message) { () throws(ModelError) in
    try Model(size: size) { part in
      part.copyMemory(from: UnsafeRawBufferPointer(start: bytes + position, count: part.count))
      position += part.count
    }
  }
}

/// The model that `read` reads; nil and a message when it is none.
private func makeModel(
  _ message: UnsafeMutablePointer<CChar>?, _ read: () throws(ModelError) -> Model
) -> OpaquePointer? {
  do throws(ModelError) {
    return hold(try read(), message)
  } catch {
    fail(error.message, error.kind, model: ISOLDE_BAD_MODEL, message)
    return nil
  }
}

/// See `isolde.h`.
@c @implementation
public func isolde_model_free(_ model: OpaquePointer?) {
  endPlaced(model?.model)
}

/// See `isolde.h`.
@c @implementation
public func isolde_model_get_layer(
  _ model: OpaquePointer, _ index: UInt32, _ info: UnsafeMutablePointer<isolde_layer_info>
) -> Bool {
  let place = model.model
  guard Int(index) < place.pointee.layerCount else { return false }
  let layer = place.pointee.layer(Int(index))
  info.pointee = isolde_layer_info(
    name: layer.name, kind: layer.kind, channels: UInt32(clamping: layer.shape.channels),
    bins: UInt32(clamping: layer.shape.bins), rate: UInt32(clamping: layer.rate),
    delay: UInt32(clamping: layer.delay),
    parameters: UInt64(layer.parameters), macs: UInt64(layer.macs),
    state_bytes: UInt64(layer.stateBytes))
  return true
}
