import CPresets
import CWindow

/// The factory presets, by the name of the one that the controls stand at.
final class PresetButton: MenuButton {
  init(_ settings: Settings, _ menu: Menu) {
    super.init(
      settings, menu, help: "Factory presets set all controls except Bypass. Ctrl-Z undoes them.")
  }

  private var count: Int {
    Int(settings.hasFaders ? ISOLDE_PRESET_COUNT : ISOLDE_STEMS_PRESET_COUNT)
  }

  private func preset(_ index: Int) -> isolde_preset {
    settings.hasFaders ? isolde_preset_at(Int32(index)) : isolde_stems_preset_at(Int32(index))
  }

  /// nil: the user's own values.
  private var current: Int? {
    for index in 0..<count where settings.isAt(preset(index)) { return index }
    return nil
  }

  override var content: String {
    guard let current else { return "Preset: custom" }
    return "Preset: " + text(preset(current).label)
  }

  override func shows(_ port: port) -> Bool {
    Control(port).isSetting(hasFaders: settings.hasFaders)
  }

  override func push() {
    var items: [Menu.Item] = []
    for index in 0..<count {
      let preset = preset(index)
      items.append(
        Menu.Item(
          title: text(preset.label), detail: text(preset.comment), isOn: index == current))
    }
    menu.open(for: self, items, width: 560)
  }

  override func choose(_ index: Int) { settings.use(preset(index)) }
}

/// One of two settings to compare.
final class SlotButton: Button {
  private let slot: Int

  init(_ settings: Settings, _ slot: Int) {
    self.slot = slot
    super.init(
      settings, slot == 0 ? "A" : "B",
      help: "Two settings to compare. Each button recalls its own "
        + (settings.hasFaders ? "faders, sensitivity and trim." : "sensitivity.")
    )
  }

  override var isOn: Bool { settings.slot == slot }
  override func push() { settings.choose(slot) }
}

/// Makes the other of two settings the same.
final class CopyButton: Button {
  init(_ settings: Settings) {
    super.init(settings, "", help: "Copies the current setting to the other one.")
  }

  override var title: String { settings.slot == 0 ? "A \u{2192} B" : "B \u{2192} A" }
  override func push() { settings.copyToOther() }
}

/// Takes the last move back.
final class UndoButton: Button {
  init(_ settings: Settings) {
    super.init(settings, "Undo", help: "Undoes the last change, as Ctrl-Z does.")
  }

  override var isEnabled: Bool { settings.canUndo }
  override func push() { settings.undo() }
}
