import CWindow

/// The window of one plug-in: its widgets, their layout, and which of them the user's input goes to.
final class Window {
  private let form: Form
  private let theme: Theme
  private let settings: Settings

  private let title: Label
  private let model: ModelButton
  private let latency: Label
  /// The foot of the window: the help of the focused widget, or what went wrong.
  private let foot: Label
  private let bypass: BypassButton
  private let spectrogram: Spectrogram
  private let levels: LevelScale
  /// Presets, A/B and undo.
  private var presets: [(button: Button, width: Double)] = []
  private var views: [ViewButton] = []
  private var strips: [Strip] = []
  private var lines: [Line] = []
  private let amount: Amount
  private var listenTitle: Label?
  private var listen: [Button] = []
  /// All widgets, in the order of the tab key.
  private var widgets: [Widget] = []
  /// Drawn above the widgets while they are shown.
  private let menu: Menu
  private let tooltip: Tooltip

  /// The whole window, in points.
  private var bounds = Rect()
  /// Whether the background must be painted: before the first drawing and after each change of layout.
  private var isGroundDirty = true
  private var focus: Widget?
  private var pressed: Widget?
  private var hovered: (widget: Widget?, place: Point, time: Double)
  private var now = 0.0
  private var lastPress: (widget: Widget?, time: Double) = (nil, -1)
  private var shown: (slot: Int, canUndo: Bool) = (0, false)
  private let host: UnsafeMutableRawPointer
  private var words = "Drag, turn the wheel or type a value. Ctrl: fine. Double-click: default."

  init(_ form: Form, host: UnsafeMutableRawPointer) {
    self.form = form
    theme = Theme(background: form.background, text: form.foreground)
    settings = Settings(host: host, hasFaders: form.hasFaders)
    self.host = host
    hovered = (nil, Point(x: 0, y: 0), 0)
    menu = Menu(settings)
    tooltip = Tooltip(settings)
    title = Label(settings, form.title, size: 14, bold: true)
    model = ModelButton(settings, menu, host: host, folder: form.models, own: form.model)
    latency = Label(
      settings, at: .right,
      help: "Delay of the output, in bypass too. Hosts compensate for it.")
    foot = Label(settings, dim: true)
    bypass = BypassButton(settings)
    spectrogram = Spectrogram(settings, hasFaders: form.hasFaders)
    levels = LevelScale(settings)
    amount = Amount(settings)
    widgets = [title, model, latency, bypass]
    presets = [
      (PresetButton(settings, menu), 190), (SlotButton(settings, 0), 32),
      (SlotButton(settings, 1), 32), (CopyButton(settings), 56), (UndoButton(settings), 56),
    ]
    for preset in presets { widgets.append(preset.button) }
    if form.hasFaders { addViews() }
    widgets += [spectrogram, levels]
    if form.hasFaders {
      for index in 0..<3 {
        let strip = Strip(settings, Stem(rawValue: index) ?? .voice)
        strips.append(strip)
        widgets += strip.widgets
      }
      widgets.append(amount)
    }
    addLine(PORT_sensitivity)
    if form.hasFaders {
      addLine(PORT_trim)
      let heading = Label(settings, Control(PORT_listen).name)
      listenTitle = heading
      widgets.append(heading)
      addListen("Mix", 0, "The mix that the faders set.")
      addListen("Difference", 4, "What the mix leaves out. If it has words, raise Sensitivity.")
    }
    widgets.append(foot)
    showLatency()
    showFoot()
  }

  private func addViews() {
    views = [
      ViewButton(settings, spectrogram, .before, "Before", help: "The stems before their faders."),
      ViewButton(settings, spectrogram, .after, "After", help: "The stems after their faders."),
      ViewButton(
        settings, spectrogram, .difference, "Difference", help: "What the faders remove."),
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

  /// Pixels per point.
  var scale: Double { form.scale }

  // MARK: Layout

  /// The preferred and the smallest size, in points.
  var wantedSize: (wanted: Point, least: Point) {
    form.hasFaders
      ? (Point(x: 760, y: 580), Point(x: 640, y: 480))
      : (Point(x: 680, y: 370), Point(x: 560, y: 270))
  }

  func resize(width: Double, height: Double) {
    let least = wantedSize.least
    bounds = Rect(width: max(width, least.x), height: max(height, least.y))
    menu.bounds = bounds
    menu.close()
    tooltip.hide()
    layOut()
    // On whole pixels, so that a widget that is drawn again leaves no seam.
    for widget in widgets { widget.frame = widget.frame.snapped(scale) }
    redraw()
  }

  private func redraw() {
    isGroundDirty = true
    for widget in widgets { widget.isDirty = true }
  }

  private func layOut() {
    var rest = bounds
    // Buttons leave room for the focus ring inside their frames; the ring may reach into the margin.
    let ring = 2.0
    var head = rest.cutTop(42).inset(12 - ring, 6)
    _ = head.cutLeft(ring)
    bypass.frame = head.cutRight(84)
    _ = head.cutRight(12)
    title.frame = head.cutLeft(min(head.width * 0.34, 210))
    _ = head.cutLeft(8)
    model.frame = head.cutLeft(min(head.width * 0.4, 170))
    _ = head.cutLeft(8)
    latency.frame = head
    showLatency()
    foot.frame = rest.cutBottom(24).inset(12, 2)
    var body = rest.inset(12, 2)
    // The spectrogram takes all the height that the controls leave.
    var picture = body.cutTop(body.height - (form.hasFaders ? 276 : 56))
    var row = picture.cutTop(30).inset(-ring, 0)
    for view in views.reversed() { view.frame = row.cutRight(min(row.width / 6, 84)) }
    for preset in presets { preset.button.frame = row.cutLeft(preset.width) }
    picture = picture.inset(0, 4)
    levels.frame = picture.cutRight(LevelScale.width)
    spectrogram.frame = picture
    if form.hasFaders {
      var right = body.cutRight(body.width * 0.4)
      _ = right.cutLeft(20)
      body = body.inset(-4, 0)
      for (index, strip) in strips.enumerated() {
        strip.layOut(body.cutLeft(body.width / Double(strips.count - index)).inset(4, 0))
      }
      amount.frame = right.cutTop(88)
      _ = right.cutTop(6)
      for line in lines { line.layOut(right.cutTop(60)) }
      // Beside Solo and Mute, which set the same control.
      _ = right.cutBottom(4)
      var row = right.cutBottom(28).inset(-ring, 0)
      listenTitle?.frame = right.cutBottom(22)
      for (index, button) in listen.enumerated() {
        button.frame = row.cutLeft(row.width / Double(listen.count - index))
      }
    } else {
      for line in lines { line.layOut(body.cutTop(56)) }
    }
  }

  // MARK: Drawing

  /// Draws one widget that has changed, and returns its area; nil when nothing has changed.
  func draw(_ canvas: Canvas) -> Rect? {
    if isGroundDirty {
      isGroundDirty = false
      canvas.fill(bounds, theme.background)
      for strip in strips { strip.drawGround(canvas, theme) }
      for widget in widgets {
        widget.isDirty = false
        widget.draw(canvas, theme)
      }
      drawOverlays(canvas)
      return bounds
    }
    for widget in widgets where widget.isDirty {
      widget.isDirty = false
      canvas.fill(widget.frame, ground(of: widget))
      widget.draw(canvas, theme)
      drawOverlays(canvas)  // they may cover it
      return widget.frame
    }
    for overlay in overlays where overlay.isDirty {
      overlay.isDirty = false
      drawOverlays(canvas)
      return overlay.frame
    }
    return nil
  }

  private var overlays: [Widget] {
    (menu.isOpen ? [menu] : []) + (tooltip.isShown ? [tooltip] : [])
  }

  private func drawOverlays(_ canvas: Canvas) {
    for overlay in overlays { overlay.draw(canvas, theme) }
  }

  private func ground(of widget: Widget) -> Colour {
    for strip in strips where strip.holds(widget) { return strip.ground(theme) }
    return theme.background
  }

  // MARK: Host

  func receive(_ port: port, _ value: Float) {
    settings.receive(port, value)
    showChanges()
  }

  func receiveModel(_ path: UnsafePointer<CChar>) {
    model.receive(bytes(path))
    showFoot()
  }

  func add(_ column: UnsafePointer<UInt8>) { spectrogram.add(column) }

  func tick(_ now: Double) {
    self.now = now
    settings.tick(now)
    for widget in widgets { widget.tick(now) }
    if let widget = hovered.widget, !tooltip.isShown, pressed == nil, !menu.isOpen,
      now - hovered.time > 0.7, !widget.help.isEmpty
    {
      tooltip.show(widget.help, at: hovered.place, in: bounds)
    }
    showChanges()
  }

  private func showChanges() {
    for port in settings.takeChanged() {
      for widget in widgets where widget.shows(port) { widget.isDirty = true }
      if port == PORT_LATENCY { showLatency() }
    }
    if shown != (settings.slot, settings.canUndo) {
      shown = (settings.slot, settings.canUndo)
      for preset in presets { preset.button.isDirty = true }
    }
  }

  /// Shows "Latency: 85.3 ms, 4,096 samples at 48 kHz", as far as the rate is known and there is room.
  private func showLatency() {
    let samples = settings.value(PORT_LATENCY)
    guard samples > 0, samples < 1e6 else { return }
    let isWide = latency.frame.width > 220
    var parts = isWide ? "Latency: " : ""
    if form.rate > 0 {
      parts += decimal(samples * 1000 / form.rate, places: 1) + " ms, "
    }
    parts += grouped(Int(samples)) + " samples"
    if form.rate > 0, isWide {
      let kilohertz = form.rate / 1000
      parts +=
        " at " + decimal(kilohertz, places: kilohertz == kilohertz.rounded() ? 0 : 1) + " kHz"
    }
    latency.content = parts
  }

  // MARK: User

  private func widget(at point: Point) -> Widget? {
    for widget in widgets where widget.frame.contains(point) { return widget }
    return nil
  }

  func press(_ point: Point) {
    hideTooltip()
    if menu.isOpen {
      changeMenu {
        if menu.frame.contains(point) { menu.press(point, isDouble: false) } else { menu.close() }
      }
      return
    }
    let target = widget(at: point)
    let isDouble = target != nil && target === lastPress.widget && now - lastPress.time < 0.4
    lastPress = (isDouble ? nil : target, now)
    setFocus(target?.canFocus == true ? target : nil)
    pressed = target
    changeMenu { target?.press(point, isDouble: isDouble) }
  }

  func move(_ point: Point, fine: Bool) {
    if menu.isOpen {
      menu.point(at: point)
    } else if let pressed {
      lastPress.widget = nil  // a drag, not the first half of a double click
      pressed.drag(point, fine: fine)
      showChanges()
    } else {
      let widget = widget(at: point)
      if widget !== hovered.widget { hideTooltip() }
      hovered = (widget, point, now)
    }
  }

  func release() {
    pressed?.release()
    pressed = nil
    showChanges()
  }

  func leave() {
    hovered.widget = nil
    hideTooltip()
  }

  func scroll(_ point: Point, _ steps: Int, fine: Bool) {
    hideTooltip()
    hovered.time = now + 1
    if menu.isOpen {
      menu.scroll(steps, fine: fine)
    } else if pressed == nil {
      widget(at: point)?.scroll(steps, fine: fine)
    }
    showChanges()
  }

  func key(_ key: UInt32, shift: Bool, control: Bool) -> Bool {
    hideTooltip()
    lastPress.widget = nil  // clicks with a key between them are no double click
    var isUsed = true
    changeMenu {
      if menu.isOpen {
        if control, Int(key) == Int(UInt8(ascii: "v")) {
          host_paste(host)
        } else {
          _ = menu.key(key, fine: control)  // an open menu takes all keys
        }
      } else if let focus, focus.key(key, fine: control) {
      } else {
        switch Int(key) {
        case WINDOW_KEY_TAB: moveFocus(by: shift ? -1 : 1)
        case WINDOW_KEY_ESCAPE where focus != nil: setFocus(nil)
        case Int(UInt8(ascii: "z")) where control: settings.undo()
        default: isUsed = host_key(host, key)
        }
      }
    }
    return isUsed
  }

  /// Pastes text of another program into the menu's entry line.
  func paste(_ text: UnsafeBufferPointer<UInt8>) {
    for byte in text { menu.insert(byte) }
  }

  /// Runs `body`, which may open or close the menu, and redraws what the menu covered.
  private func changeMenu(_ body: () -> Void) {
    let (wasOpen, frame) = (menu.isOpen, menu.frame)
    body()
    if wasOpen, !menu.isOpen || menu.frame != frame { redraw() }
    showFoot()
    showChanges()
  }

  private func hideTooltip() {
    guard tooltip.isShown else { return }
    tooltip.hide()
    redraw()
  }

  func setKeys(_ has: Bool) {
    if !has { setFocus(nil) }
  }

  private func setFocus(_ widget: Widget?) {
    guard widget !== focus else { return }
    focus?.leaveFocus()
    focus?.isFocused = false
    focus = widget
    focus?.isFocused = true
    showFoot()
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

  /// Sets the text at the foot for as long as nothing else is shown there.
  func say(_ words: String) {
    self.words = words
    showFoot()
  }

  private func showFoot() {
    let content = model.complaint.isEmpty ? focus?.help ?? words : model.complaint
    guard !content.utf8.elementsEqual(foot.content.utf8) else { return }
    foot.isDim = model.complaint.isEmpty
    foot.content = content
  }

  /// Called when the host closes the window.
  func close() {
    settings.end()
    menu.close()
    for view in views { view.others = [] }
  }
}

/// What is known when the window is made: `window_form` of window.h.
struct Form {
  let title: String
  let model: String
  /// Folder of the installed models, ending in a slash.
  let models: [UInt8]
  let hasFaders: Bool
  /// Pixels per point.
  let scale: Double
  /// Hz; 0: unknown.
  let rate: Float
  let background: UInt32
  let foreground: UInt32
}

/// A stem's name, fader, meter and buttons.
private final class Strip {
  private let stem: Stem
  private var frame = Rect()
  private let name: Label
  private let fader: Fader
  private let meter: Meter
  private let unit: Label
  private let solo: SoloButton
  private let mute: MuteButton

  init(_ settings: Settings, _ stem: Stem) {
    self.stem = stem
    name = Label(settings, stem.name, size: 12, bold: true)
    fader = Fader(settings, stem.fader, stem: stem)
    meter = Meter(settings, stem)
    unit = Label(settings, "dBFS", size: 8.5, at: .middle, dim: true)
    solo = SoloButton(settings, stem)
    mute = MuteButton(settings, stem)
  }

  var widgets: [Widget] { [name, fader, unit, meter, solo, mute] }

  func holds(_ widget: Widget) -> Bool { frame.contains(widget.frame.middle) }

  func ground(_ theme: Theme) -> Colour { theme.ground(0.05) }

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
    meter.track = Fader.verticalTrack(rest)
    unit.frame = rest.cutTop(9)
    meter.frame = rest
  }

  /// Draws the panel, and the stem's colour beside its name.
  func drawGround(_ canvas: Canvas, _ theme: Theme) {
    canvas.fill(frame, ground(theme), corner: 5)
    canvas.fill(
      Rect(x: frame.x + 10, y: name.frame.middle.y - 5, width: 10, height: 10),
      theme.colour(of: stem), corner: 2)
  }
}

/// A horizontal fader with its name above it.
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
    fader.frame = rest.cutTop(28).inset(-2, 0)
  }
}
