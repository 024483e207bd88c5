import CIsolde
import Engine
import Separation

extension OpaquePointer {
  /// What an `isolde_stream` is.
  fileprivate var stream: UnsafeMutablePointer<Separation.Stream> { UnsafeMutablePointer(self) }
}

extension StreamForm {
  init(_ form: UnsafePointer<isolde_stream_form>) {
    self.init(
      rate: form.pointee.rate, channels: Int(form.pointee.channels),
      task: StreamTask(rawValue: form.pointee.task) ?? .mix)
  }
}

extension StreamModel {
  fileprivate init(_ model: isolde_stream_model) {
    self.init(model.model.model, owner: model.owner, release: model.release)
  }
}

/// See `stream.h`.
@c @implementation
public func isolde_stream_new(
  _ form: UnsafePointer<isolde_stream_form>, _ model: isolde_stream_model,
  _ message: UnsafeMutablePointer<CChar>?
) -> OpaquePointer? {
  do throws(SeparatorError) {
    return hold(try Stream(StreamForm(form), StreamModel(model)), message)
  } catch {
    fail(error.message, error.kind, model: ISOLDE_UNSUITABLE_MODEL, message)
    return nil
  }
}

/// See `stream.h`.
@c @implementation
public func isolde_stream_new_passing(
  _ form: UnsafePointer<isolde_stream_form>, _ latency: UInt32
) -> OpaquePointer? {
  do throws(SeparatorError) {
    return hold(try Stream(StreamForm(form), latency: Int(latency)), nil)
  } catch {
    return nil
  }
}

/// See `stream.h`.
@c @implementation
public func isolde_stream_free(_ stream: OpaquePointer?) {
  endPlaced(stream?.stream)
}

/// See `stream.h`.
@c @implementation
public func isolde_stream_give(
  _ stream: OpaquePointer, _ model: isolde_stream_model, _ message: UnsafeMutablePointer<CChar>?
) -> Bool {
  do throws(SeparatorError) {
    try stream.stream.pointee.give(StreamModel(model))
    return true
  } catch {
    fail(error.message, error.kind, model: ISOLDE_UNSUITABLE_MODEL, message)
    return false
  }
}

/// See `stream.h`.
@c @implementation
public func isolde_stream_give_nothing(_ stream: OpaquePointer) -> Bool {
  do throws(SeparatorError) {
    try stream.stream.pointee.giveNothing()
    return true
  } catch {
    return false
  }
}

/// See `stream.h`.
@c @implementation
public func isolde_stream_collect(_ stream: OpaquePointer) { stream.stream.pointee.collect() }

/// See `stream.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_stream_reset(_ stream: OpaquePointer) { stream.stream.pointee.reset() }

/// See `stream.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_stream_take(_ stream: OpaquePointer) -> Bool { stream.stream.pointee.take() }

/// See `stream.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_stream_retire(_ stream: OpaquePointer) -> Bool {
  stream.stream.pointee.retire()
}

/// See `stream.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_stream_newest(_ stream: OpaquePointer) -> UnsafeMutableRawPointer? {
  stream.stream.pointee.newest
}

/// See `stream.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_stream_latency(_ stream: OpaquePointer) -> UInt32 {
  UInt32(truncatingIfNeeded: stream.stream.pointee.latency)
}

/// See `stream.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_stream_run(
  _ stream: OpaquePointer, _ controls: UnsafePointer<isolde_controls>,
  _ input: UnsafePointer<UnsafePointer<Float>>,
  _ output: UnsafePointer<UnsafeMutablePointer<Float>>, _ count: UInt32
) {
  stream.stream.pointee.run(Controls(controls.pointee), input, to: output, count: Int(count))
}

/// See `stream.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_stream_levels(_ stream: OpaquePointer, _ levels: UnsafeMutablePointer<Float>) {
  stream.stream.pointee.levels.write(to: levels)
}

/// See `stream.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_stream_watch(_ stream: OpaquePointer, _ isWatched: Bool) {
  stream.stream.pointee.watch(isWatched)
}

/// See `stream.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_stream_column(
  _ stream: OpaquePointer, _ column: UnsafeMutablePointer<UInt8>
) -> Bool {
  stream.stream.pointee.takeColumn(column)
}
