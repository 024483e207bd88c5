import CPresets
import CWindow

/// A menu of the factory presets. The button shows the preset that the controls are set to.
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

  /// Index of the preset that the controls are set to; nil: none.
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

/// Selects one of the two settings A and B.
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

/// Copies the selected setting to the other one.
final class CopyButton: Button {
  init(_ settings: Settings) {
    super.init(settings, "", help: "Copies the current setting to the other one.")
  }

  override var title: String { settings.slot == 0 ? "A \u{2192} B" : "B \u{2192} A" }
  override func push() { settings.copyToOther() }
}

/// Undoes the last change.
final class UndoButton: Button {
  init(_ settings: Settings) {
    super.init(settings, "Undo", help: "Undoes the last change, as Ctrl-Z does.")
  }

  override var isEnabled: Bool { settings.canUndo }
  override func push() { settings.undo() }
}
