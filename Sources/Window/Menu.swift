import CWindow

/// A menu. While it is open it lies above the other parts of the window.
final class Menu: Widget {
  struct Item {
    let title: String
    /// Secondary text, at the right.
    var detail = ""
    /// Whether it is the current choice.
    var isOn = false
  }

  /// The area in which it may open.
  var bounds = Rect()
  /// The button that has opened it; nil: it is closed.
  private(set) var owner: MenuButton?
  private var items: [Item] = []
  /// Index of the first item in view.
  private var first = 0
  /// Index of the highlighted item, by pointer or keys.
  private var marked: Int?
  /// Text of the entry line at the top, UTF-8; nil: there is no such line.
  private var line: [UInt8]?

  private static let row = 22.0
  private static let border = 4.0

  var isOpen: Bool { owner != nil }

  /// Opens it below a button.
  ///
  /// - Parameter line: the initial text of an entry line at the top; nil for none.
  func open(for owner: MenuButton, _ items: [Item], width: Double, line: [UInt8]? = nil) {
    self.owner = owner
    self.items = items
    self.line = line
    (first, marked) = (0, nil)
    for (index, item) in items.enumerated() where item.isOn { marked = index }
    let wanted = Double(items.count + (line == nil ? 0 : 1)) * Menu.row + 2 * Menu.border
    let top = min(owner.frame.bottom, max(bounds.bottom - wanted - 8, bounds.y + 8))
    frame = Rect(
      x: max(min(owner.frame.x + 2, bounds.right - width - 8), bounds.x + 8), y: top,
      width: min(width, bounds.width - 16), height: min(wanted, bounds.bottom - top - 8))
    if let marked { show(marked) }
    isDirty = true
  }

  func close() {
    owner = nil
    items = []
    line = nil
  }

  // MARK: Drawing

  private var listTop: Double { frame.y + Menu.border + (line == nil ? 0 : Menu.row) }
  /// How many items fit.
  private var room: Int { max(Int((frame.bottom - Menu.border - listTop) / Menu.row + 0.01), 1) }

  private func show(_ index: Int) {
    first = max(min(first, index), index - room + 1)
    isDirty = true
  }

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    canvas.fill(frame, theme.ground(0.12), corner: 4)
    canvas.stroke(frame, theme.dim, corner: 4)
    var rest = frame.inset(Menu.border, Menu.border)
    if let line {
      let box = rest.cutTop(Menu.row)
      canvas.fill(box, theme.sunken, corner: 3)
      canvas.stroke(box, theme.accent, corner: 3)
      canvas.write(
        String(decoding: line, as: UTF8.self) + "|", in: box.inset(6, 0), theme.text, keeps: .end)
    }
    for index in first..<min(first + room, items.count) {
      let (item, row) = (items[index], rest.cutTop(Menu.row))
      if index == marked {
        canvas.fill(row, theme.ground(0.3), corner: 3)
      }
      var words = row.inset(8, 0)
      let tick = words.cutLeft(16)
      if item.isOn {
        canvas.fill(
          Rect(x: tick.x + 1, y: tick.middle.y - 3, width: 6, height: 6), theme.text, corner: 3)
      }
      canvas.write(item.detail, in: words, theme.dim, size: 10, at: .right)
      canvas.write(item.title, in: words, theme.text, bold: item.isOn)
    }
    // The scroll bar.
    guard room < items.count else { return }
    let track = Rect(
      x: frame.right - 5, y: listTop, width: 3, height: frame.bottom - Menu.border - listTop)
    let share = track.height / Double(items.count)
    canvas.fill(
      Rect(
        x: track.x, y: track.y + share * Double(first), width: 3, height: share * Double(room)),
      theme.dim, corner: 1.5)
  }

  // MARK: Input

  private func index(at point: Point) -> Int? {
    guard frame.contains(point), point.y >= listTop else { return nil }
    let index = first + Int((point.y - listTop) / Menu.row)
    return index < min(first + room, items.count) ? index : nil
  }

  func point(at point: Point) {
    guard let index = index(at: point), index != marked else { return }
    marked = index
    isDirty = true
  }

  override func press(_ point: Point, isDouble: Bool) {
    if let index = index(at: point) { choose(index) }
  }

  override func scroll(_ steps: Int, fine: Bool) {
    first = max(min(first - 3 * steps, items.count - room), 0)
    isDirty = true
  }

  private func choose(_ index: Int) {
    let owner = owner
    close()
    owner?.choose(index)
  }

  override func key(_ key: UInt32, fine: Bool) -> Bool {
    isDirty = true
    switch Int(key) {
    case WINDOW_KEY_UP: mark((marked ?? items.count) - 1)
    case WINDOW_KEY_DOWN: mark((marked ?? -1) + 1)
    case WINDOW_KEY_PAGE_UP: mark((marked ?? 0) - room)
    case WINDOW_KEY_PAGE_DOWN: mark((marked ?? 0) + room)
    case WINDOW_KEY_HOME: mark(0)
    case WINDOW_KEY_END: mark(items.count - 1)
    case WINDOW_KEY_ESCAPE, WINDOW_KEY_TAB: close()
    case WINDOW_KEY_ENTER:
      if let marked { choose(marked) } else { enter() }
    case WINDOW_KEY_ERASE:
      // One character: all its bytes.
      while let byte = line?.popLast(), byte & 0xC0 == 0x80 {}
      marked = nil
    default: return type(key)
    }
    return true
  }

  private func mark(_ index: Int) {
    guard !items.isEmpty else { return }
    marked = max(min(index, items.count - 1), 0)
    show(marked ?? 0)
  }

  private func type(_ key: UInt32) -> Bool {
    guard line != nil, key >= 0x20, let character = Unicode.Scalar(key) else { return false }
    for byte in UTF8.encode(character) ?? UTF8.encodedReplacementCharacter { insert(byte) }
    return true
  }

  /// Appends a byte of UTF-8 to the entry line.
  func insert(_ byte: UInt8) {
    guard let count = line?.count, count < 4000, byte >= 0x20 else { return }
    line?.append(byte)
    marked = nil
    isDirty = true
  }

  private func enter() {
    guard let line else { return }
    let owner = owner
    close()
    owner?.enter(line)
  }
}

/// A button that opens a menu.
class MenuButton: Button {
  let menu: Menu

  init(_ settings: Settings, _ menu: Menu, help: String) {
    self.menu = menu
    super.init(settings, "", help: help)
  }

  /// Called when the user has chosen an item.
  func choose(_ index: Int) {}
  /// Called when the user has typed a text into the entry line.
  func enter(_ text: [UInt8]) {}
  /// The text on the button.
  var content: String { "" }

  override func draw(_ canvas: Canvas, _ theme: Theme) {
    let body = frame.inset(2, 2)
    canvas.fill(body, theme.raised, corner: 3)
    var words = body.inset(8, 0)
    let arrow = words.cutRight(12)
    canvas.triangle(
      Rect(x: arrow.right - 8, y: arrow.middle.y - 2, width: 8, height: 5), theme.text)
    canvas.write(content, in: words, theme.text)
    drawFocus(canvas, theme)
  }

  override func key(_ key: UInt32, fine: Bool) -> Bool {
    guard key == UInt32(WINDOW_KEY_DOWN) else { return super.key(key, fine: fine) }
    push()
    return true
  }
}
