import CWindow

// The functions of window.h. They convert between pixels and points.

extension OpaquePointer {
  fileprivate var window: Window {
    Unmanaged<Window>.fromOpaque(UnsafeRawPointer(self)).takeUnretainedValue()
  }
}

extension Window {
  fileprivate func point(_ x: Int32, _ y: Int32) -> Point {
    Point(x: (Double(x) + 0.5) / scale, y: (Double(y) + 0.5) / scale)
  }
}

/// See `window.h`.
@c @implementation
public func window_new(
  _ form: UnsafePointer<window_form>, _ host: UnsafeMutableRawPointer
) -> OpaquePointer? {
  let form = form.pointee
  let window = Window(
    Form(
      title: text(form.title), model: text(form.model), models: bytes(form.models),
      hasFaders: form.has_faders,
      scale: Double(form.scale), rate: Float(form.rate), background: form.background,
      foreground: form.foreground), host: host)
  return OpaquePointer(Unmanaged.passRetained(window).toOpaque())
}

/// See `window.h`.
@c @implementation
public func window_free(_ window: OpaquePointer?) {
  guard let window else { return }
  window.window.close()
  Unmanaged<Window>.fromOpaque(UnsafeRawPointer(window)).release()
}

/// See `window.h`.
@c @implementation
public func window_wanted_size(_ window: OpaquePointer) -> window_size {
  let window = window.window
  let (wanted, least) = window.wantedSize
  func pixels(_ points: Double) -> Int32 { Int32((points * window.scale).rounded(.up)) }
  return window_size(
    width: pixels(wanted.x), height: pixels(wanted.y), least_width: pixels(least.x),
    least_height: pixels(least.y))
}

/// See `window.h`.
@c @implementation
public func window_resize(_ window: OpaquePointer, _ width: Int32, _ height: Int32) {
  let window = window.window
  window.resize(width: Double(width) / window.scale, height: Double(height) / window.scale)
}

/// See `window.h`.
@c @implementation
public func window_tick(_ window: OpaquePointer, _ now: Double) { window.window.tick(now) }

/// See `window.h`.
@c @implementation
public func window_draw(
  _ window: OpaquePointer, _ cairo: OpaquePointer, _ area: UnsafeMutablePointer<window_area>
) -> Bool {
  let window = window.window
  guard let drawn = window.draw(Canvas(context: cairo, scale: window.scale)) else { return false }
  func pixels(_ points: Double, _ rule: FloatingPointRoundingRule) -> Int32 {
    Int32((points * window.scale).rounded(rule))
  }
  area.pointee.x = pixels(drawn.x, .down)
  area.pointee.y = pixels(drawn.y, .down)
  area.pointee.width = pixels(drawn.right, .up) - area.pointee.x
  area.pointee.height = pixels(drawn.bottom, .up) - area.pointee.y
  return true
}

/// See `window.h`.
@c @implementation
public func window_set_port(_ window: OpaquePointer, _ port: port, _ value: Float) {
  window.window.receive(port, value)
}

/// See `window.h`.
@c @implementation
public func window_set_model(_ window: OpaquePointer, _ path: UnsafePointer<CChar>) {
  window.window.receiveModel(path)
}

/// See `window.h`.
@c @implementation
public func window_add_column(_ window: OpaquePointer, _ column: UnsafePointer<UInt8>) {
  window.window.add(column)
}

/// See `window.h`.
@c @implementation
public func window_say(_ window: OpaquePointer, _ words: UnsafePointer<CChar>) {
  window.window.say(text(words))
}

/// See `window.h`.
@c @implementation
public func window_press(_ window: OpaquePointer, _ x: Int32, _ y: Int32, _ modifiers: UInt32) {
  window.window.press(window.window.point(x, y))
}

/// See `window.h`.
@c @implementation
public func window_release(_ window: OpaquePointer) { window.window.release() }

/// See `window.h`.
@c @implementation
public func window_move(_ window: OpaquePointer, _ x: Int32, _ y: Int32, _ modifiers: UInt32) {
  window.window.move(window.window.point(x, y), fine: modifiers & UInt32(WINDOW_CONTROL) != 0)
}

/// See `window.h`.
@c @implementation
public func window_leave(_ window: OpaquePointer) { window.window.leave() }

/// See `window.h`.
@c @implementation
public func window_scroll(
  _ window: OpaquePointer, _ x: Int32, _ y: Int32, _ steps: Int32, _ modifiers: UInt32
) {
  window.window.scroll(
    window.window.point(x, y), Int(steps), fine: modifiers & UInt32(WINDOW_CONTROL) != 0)
}

/// See `window.h`.
@c @implementation
public func window_key(_ window: OpaquePointer, _ key: UInt32, _ modifiers: UInt32) -> Bool {
  window.window.key(
    key, shift: modifiers & UInt32(WINDOW_SHIFT) != 0,
    control: modifiers & UInt32(WINDOW_CONTROL) != 0)
}

/// See `window.h`.
@c @implementation
public func window_paste(
  _ window: OpaquePointer, _ text: UnsafePointer<UInt8>, _ count: Int
) {
  window.window.paste(UnsafeBufferPointer(start: text, count: count))
}

/// See `window.h`.
@c @implementation
public func window_focus(_ window: OpaquePointer, _ isFocused: Bool) {
  window.window.setKeys(isFocused)
}
