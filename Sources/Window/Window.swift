import CWindow

/// The window of one plug-in: its parts, where they lie, and which of them the user's hands mean.
final class Window {
  private let form: Form
  private let theme: Theme
  private let settings: Settings

  private let title: Label
  private let model: Label
  private let latency: Label
  private let help: Label
  private let bypass: BypassButton
  private let spectrogram: Spectrogram
  private let spectrogramTitle: Label
  private var views: [ViewButton] = []
  private var strips: [Strip] = []
  private var lines: [Line] = []
  private var listenTitle: Label?
  private var listen: [Button] = []
  /// All of them, in the order of the tab key.
  private var widgets: [Widget] = []

  /// Points.
  private var bounds = Rect()
  /// The parts before the first drawing, and after a change of size: the ground is to be painted.
  private var isGroundDirty = true
  private var focus: Widget?
  private var pressed: Widget?
  private var hovered: Widget?
  private var now = 0.0
  private var lastPress: (widget: Widget?, time: Double) = (nil, -1)

  init(_ form: Form, host: UnsafeMutableRawPointer) {
    self.form = form
    theme = Theme(background: form.background, text: form.foreground)
    settings = Settings(host: host)
    title = Label(settings, form.title, size: 14, bold: true)
    model = Label(
      settings, "Model: " + form.model, help: "The model at work. The host's menu chooses another.")
    latency = Label(
      settings, at: .right,
      help: "The output is late by this, in bypass too; hosts compensate it.")
    help = Label(settings, dim: true)
    bypass = BypassButton(settings)
    spectrogram = Spectrogram(settings, hasFaders: form.hasFaders)
    spectrogramTitle = Label(settings, "Spectrogram")
    widgets = [title, model, latency, spectrogramTitle, spectrogram]
    if form.hasFaders { addViews() }
    if form.hasFaders {
      for index in 0..<3 {
        let strip = Strip(settings, Stem(rawValue: index) ?? .voice)
        strips.append(strip)
        widgets += strip.widgets
      }
    }
    addLine(PORT_sensitivity)
    if form.hasFaders {
      addLine(PORT_trim)
      let heading = Label(settings, Control(PORT_listen).name)
      listenTitle = heading
      widgets.append(heading)
      addListen("Mix", 0, "What the faders give.")
      addListen("Difference", 4, "What the mix leaves out: words in it call for more sensitivity.")
    }
    widgets += [bypass, help]
    showLatency()
  }

  private func addViews() {
    views = [
      ViewButton(settings, spectrogram, .before, "Before", help: "The stems as they came in."),
      ViewButton(settings, spectrogram, .after, "After", help: "The stems through the faders."),
      ViewButton(
        settings, spectrogram, .difference, "Difference", help: "What the faders take away."),
    ]
    for view in views { view.others = views }
    for view in views { widgets.append(view) }
  }

  private func addLine(_ port: port) {
    let line = Line(settings, port)
    lines.append(line)
    widgets += [line.name, line.fader]
  }

  private func addListen(_ title: String, _ choice: Int, _ help: String) {
    let button = ListenButton(settings, title, choice: choice, help: help)
    listen.append(button)
    widgets.append(button)
  }

  /// Pixels of a point.
  var scale: Double { form.scale }

  // MARK: Layout

  /// Points that it likes, and the least.
  var wantedSize: (wanted: Point, least: Point) {
    form.hasFaders
      ? (Point(x: 720, y: 540), Point(x: 560, y: 440))
      : (Point(x: 640, y: 340), Point(x: 480, y: 240))
  }

  func resize(width: Double, height: Double) {
    let least = wantedSize.least
    bounds = Rect(width: max(width, least.x), height: max(height, least.y))
    layOut()
    // On whole pixels, so that a part that is drawn again leaves no seam.
    for widget in widgets { widget.frame = widget.frame.snapped(scale) }
    redraw()
  }

  private func redraw() {
    isGroundDirty = true
    for widget in widgets { widget.isDirty = true }
  }

  private func layOut() {
    var rest = bounds
    var head = rest.cutTop(40).inset(12, 6)
    bypass.frame = head.cutRight(84)
    _ = head.cutRight(12)
    title.frame = head.cutLeft(min(head.width * 0.36, 210))
    latency.frame = head.cutRight(min(head.width * 0.65, 250))
    model.frame = head
    help.frame = rest.cutBottom(24).inset(12, 2)
    var body = rest.inset(12, 4)
    // What is higher than it need be is the spectrogram's.
    var picture = body.cutTop(body.height - (form.hasFaders ? 268 : 56))
    var row = picture.cutTop(28)
    for view in views.reversed() { view.frame = row.cutRight(84) }
    spectrogramTitle.frame = row
    spectrogram.frame = picture.inset(0, 4)
    if form.hasFaders {
      var right = body.cutRight(body.width * 0.4)
      _ = right.cutLeft(20)
      for (index, strip) in strips.enumerated() {
        strip.layOut(body.cutLeft(body.width / Double(strips.count - index)).inset(4, 0))
      }
      for line in lines { line.layOut(right.cutTop(56)) }
      listenTitle?.frame = right.cutTop(22)
      var row = right.cutTop(30)
      for (index, button) in listen.enumerated() {
        button.frame = row.cutLeft(row.width / Double(listen.count - index))
      }
    } else {
      for line in lines { line.layOut(body.cutTop(56)) }
    }
  }

  // MARK: Drawing

  /// Draws one part that has changed; nil when there is none.
  func draw(_ canvas: Canvas) -> Rect? {
    if isGroundDirty {
      isGroundDirty = false
      canvas.fill(bounds, theme.background)
      for strip in strips { strip.drawGround(canvas, theme) }
      for widget in widgets {
        widget.isDirty = false
        widget.draw(canvas, theme)
      }
      return bounds
    }
    for widget in widgets where widget.isDirty {
      widget.isDirty = false
      canvas.fill(widget.frame, ground(of: widget))
      widget.draw(canvas, theme)
      return widget.frame
    }
    return nil
  }

  private func ground(of widget: Widget) -> Colour {
    for strip in strips where strip.holds(widget) { return strip.ground(theme) }
    return theme.background
  }

  // MARK: The host

  func receive(_ port: port, _ value: Float) {
    settings.receive(port, value)
    showChanges()
  }

  /// The name of its file, without folder and extension.
  func receiveModel(_ path: UnsafePointer<CChar>) {
    var (name, count) = (path, 0)
    while name[count] != 0 {
      if name[count] == CChar(UInt8(ascii: "/")) {
        name += count + 1
        count = 0
      } else {
        count += 1
      }
    }
    let bytes = UnsafeRawBufferPointer(start: name, count: count)
    var end = count
    while end > 0, bytes[end - 1] != UInt8(ascii: ".") { end -= 1 }
    let stem = end > 1 ? UnsafeRawBufferPointer(rebasing: bytes[..<(end - 1)]) : bytes
    model.content =
      "Model: " + (count == 0 ? "none, the input passes" : String(decoding: stem, as: UTF8.self))
  }

  func add(_ column: UnsafePointer<UInt8>) { spectrogram.add(column) }

  func tick(_ now: Double) {
    self.now = now
    settings.tick(now)
    for widget in widgets { widget.tick(now) }
    showChanges()
  }

  private func showChanges() {
    for port in settings.takeChanged() {
      for widget in widgets where widget.shows(port) { widget.isDirty = true }
      if port == PORT_LATENCY { showLatency() }
    }
  }

  /// "85.3 ms · 4,096 samples · 48 kHz", as far as it is known.
  private func showLatency() {
    let samples = settings.value(PORT_LATENCY)
    guard samples > 0, samples < 1e6 else { return }
    var parts = "Latency: "
    if form.rate > 0 {
      parts += decimal(samples * 1000 / form.rate, places: 1) + " ms, "
    }
    parts += grouped(Int(samples)) + " samples"
    if form.rate > 0 {
      let kilohertz = form.rate / 1000
      parts +=
        " at " + decimal(kilohertz, places: kilohertz == kilohertz.rounded() ? 0 : 1) + " kHz"
    }
    latency.content = parts
  }

  // MARK: Hands

  private func widget(at point: Point) -> Widget? {
    for widget in widgets where widget.frame.contains(point) { return widget }
    return nil
  }

  func press(_ point: Point) {
    let target = widget(at: point)
    let isDouble = target != nil && target === lastPress.widget && now - lastPress.time < 0.4
    lastPress = (isDouble ? nil : target, now)
    setFocus(target?.canFocus == true ? target : nil)
    pressed = target
    target?.press(point, isDouble: isDouble)
    showChanges()
  }

  func move(_ point: Point, fine: Bool) {
    if let pressed {
      lastPress.widget = nil  // a drag, not the first half of a double click
      pressed.drag(point, fine: fine)
      showChanges()
    } else {
      hovered = widget(at: point)
      showHelp()
    }
  }

  func release() {
    pressed?.release()
    pressed = nil
    showChanges()
  }

  func leave() {
    hovered = nil
    showHelp()
  }

  func scroll(_ point: Point, _ steps: Int, fine: Bool) {
    guard pressed == nil else { return }
    widget(at: point)?.scroll(steps, fine: fine)
    showChanges()
  }

  func key(_ key: UInt32, shift: Bool, control: Bool) -> Bool {
    defer { showChanges() }
    if let focus, focus.key(key, fine: control) { return true }
    switch Int(key) {
    case WINDOW_KEY_TAB: moveFocus(by: shift ? -1 : 1)
    case WINDOW_KEY_ESCAPE where focus != nil: setFocus(nil)
    case Int(UInt8(ascii: "z")) where control: settings.undo()
    default: return false
    }
    return true
  }

  func setKeys(_ has: Bool) {
    if !has { setFocus(nil) }
  }

  private func moveFocus(by step: Int) {
    var index = step > 0 ? -1 : widgets.count
    for (i, widget) in widgets.enumerated() where widget === focus { index = i }
    for _ in widgets {
      index = (index + step + widgets.count) % widgets.count
      guard widgets[index].canFocus else { continue }
      setFocus(widgets[index])
      return
    }
  }

  private func setFocus(_ widget: Widget?) {
    guard widget !== focus else { return }
    focus?.leaveFocus()
    focus?.isFocused = false
    focus = widget
    focus?.isFocused = true
    showHelp()
  }

  private func showHelp() {
    let content = (hovered ?? focus)?.help ?? ""
    guard
      content.utf8.count != help.content.utf8.count
        || !content.utf8.elementsEqual(help.content.utf8)
    else { return }
    help.content = content
  }

  /// The host closes the window: a gesture ends.
  func close() {
    settings.end()
    for view in views { view.others = [] }
  }
}

/// What the host told when the window was made.
struct Form {
  let title: String
  let model: String
  let hasFaders: Bool
  /// Pixels of a point.
  let scale: Double
  /// Hz; 0: unknown.
  let rate: Float
  let background: UInt32
  let foreground: UInt32
}

/// A stem: name, fader, meter, and its buttons.
private final class Strip {
  private let stem: Stem
  private var frame = Rect()
  private let name: Label
  private let fader: Fader
  private let meter: Meter
  private let solo: SoloButton
  private let mute: MuteButton

  init(_ settings: Settings, _ stem: Stem) {
    self.stem = stem
    name = Label(settings, stem.name, size: 12, bold: true)
    fader = Fader(settings, stem.fader, stem: stem)
    meter = Meter(settings, stem)
    solo = SoloButton(settings, stem)
    mute = MuteButton(settings, stem)
  }

  var widgets: [Widget] { [name, fader, meter, solo, mute] }

  func holds(_ widget: Widget) -> Bool { frame.contains(widget.frame.middle) }

  func ground(_ theme: Theme) -> Colour { theme.background.mixed(with: theme.text, 0.05) }

  func layOut(_ frame: Rect) {
    self.frame = frame
    var rest = frame.inset(4, 4)
    name.frame = rest.cutTop(22).inset(10, 0)
    name.frame.x += 10
    name.frame.width -= 10
    var buttons = rest.cutBottom(28)
    solo.frame = buttons.cutLeft(buttons.width / 2)
    mute.frame = buttons
    fader.frame = rest.cutLeft(rest.width * 0.62)
    meter.frame = rest
  }

  /// The panel, and the stem's colour beside its name: the legend.
  func drawGround(_ canvas: Canvas, _ theme: Theme) {
    canvas.fill(frame, ground(theme), corner: 5)
    canvas.fill(
      Rect(x: frame.x + 10, y: name.frame.middle.y - 5, width: 10, height: 10),
      theme.colour(of: stem), corner: 2)
  }
}

/// A lying control with its name above.
private final class Line {
  let name: Label
  let fader: Fader

  init(_ settings: Settings, _ port: port) {
    name = Label(settings, Control(port).name)
    fader = Fader(settings, port)
  }

  func layOut(_ frame: Rect) {
    var rest = frame
    name.frame = rest.cutTop(20)
    fader.frame = rest.cutTop(28)
  }
}
