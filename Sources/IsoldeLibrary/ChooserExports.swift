import CIsolde
import Engine
import Separation

extension OpaquePointer {
  /// What an `isolde_chooser` is.
  fileprivate var chooser: UnsafeMutablePointer<Chooser> { UnsafeMutablePointer(self) }
}

/// See `chooser.h`.
@c @implementation
public func isolde_chooser_new(
  _ bundle: UnsafePointer<CChar>, _ model: UnsafePointer<CChar>, _ latency: UInt32,
  _ form: UnsafePointer<isolde_stream_form>, _ log: isolde_log
) -> OpaquePointer? {
  do throws(SeparatorError) {
    let chooser = try Chooser(
      bundle: Text(cString: bundle), fallback: Text(cString: model), latency: Int(latency),
      StreamForm(form), Chooser.Log(log.write, context: log.context))
    return hold(chooser, nil)
  } catch {
    return nil
  }
}

/// See `chooser.h`.
@c @implementation
public func isolde_chooser_free(_ chooser: OpaquePointer?) { endPlaced(chooser?.chooser) }

/// See `chooser.h`.
@c @implementation
public func isolde_chooser_stream(_ chooser: OpaquePointer) -> OpaquePointer {
  OpaquePointer(chooser.chooser.pointee.stream)
}

/// See `chooser.h`.
@c @implementation
public func isolde_chooser_ask(_ chooser: OpaquePointer, _ path: UnsafePointer<CChar>) {
  chooser.chooser.pointee.ask(Text(cString: path))
}

/// See `chooser.h`.
@c @implementation
public func isolde_chooser_store(
  _ chooser: OpaquePointer, _ text: UnsafeMutablePointer<CChar>
) -> Bool {
  chooser.chooser.pointee.store(text, size: Int(ISOLDE_CHOICE_SIZE))
}

/// See `chooser.h`.
@c @implementation
public func isolde_chooser_restore(
  _ chooser: OpaquePointer, _ text: UnsafePointer<CChar>, _ isName: Bool
) {
  chooser.chooser.pointee.restore(Text(cString: text), isName: isName)
}

/// See `chooser.h`.
@c @implementation @_noLocks @_noAllocation
public func isolde_chooser_path(_ chooser: OpaquePointer) -> UnsafePointer<CChar> {
  let path = chooser.chooser.pointee.path ?? Text("")
  return UnsafeRawPointer(path.start).assumingMemoryBound(to: CChar.self)
}
