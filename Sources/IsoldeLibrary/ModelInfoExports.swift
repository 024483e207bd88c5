import CIsolde
import Engine
import Separation

/// See `isolde.h`.
@c @implementation
public func isolde_model_get_info(
  _ model: OpaquePointer, _ info: UnsafeMutablePointer<isolde_model_info>
) {
  let place = model.model
  let about = place.pointee.about
  info.pointee.name = about.name
  info.pointee.version = about.version
  info.pointee.author = about.author
  info.pointee.license = about.license
  info.pointee.description = about.description
  info.pointee.data = about.data
  info.pointee.graph = about.graph
  info.pointee.rate = UInt32(clamping: place.pointee.rate)
  info.pointee.hop = UInt32(clamping: place.pointee.hop)
  info.pointee.window = UInt32(clamping: place.pointee.window)
  info.pointee.synthesis = UInt32(clamping: place.pointee.synthesis)
  info.pointee.look_ahead = UInt32(clamping: place.pointee.lookAhead)
  info.pointee.latency = UInt32(clamping: Separator.latency(of: place))
  info.pointee.layers = UInt32(clamping: place.pointee.layerCount)
  var parameters = 0
  var macs = 0
  for index in 0..<place.pointee.layerCount {
    let layer = place.pointee.layer(index)
    parameters = parameters.saturatingAdd(layer.parameters)
    macs = macs.saturatingAdd(layer.macs)
  }
  info.pointee.parameters = UInt64(parameters)
  info.pointee.macs = UInt64(macs)
  info.pointee.state_bytes = UInt64(place.pointee.networkBytes)
  info.pointee.task = UnsafeRawPointer(place.pointee.task.name.utf8Start).assumingMemoryBound(
    to: CChar.self)
}
