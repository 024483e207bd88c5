import ArgumentParser
import CIsolde

/// A control of the plug-ins, from the library's table.
struct Control {
  let id: String
  let unit: String
  let comment: String
  let initial: Float
  let range: ClosedRange<Float>

  /// The control with that id, which must exist.
  init(_ id: String) {
    let info = UnsafeMutablePointer<isolde_control_info>.allocate(capacity: 1)
    defer { info.deallocate() }
    var index: UInt32 = 0
    repeat {
      precondition(isolde_control_get_info(index, info), "no control \(id)")
      index += 1
    } while String(cString: info.pointee.id) != id
    self.id = id
    unit = String(cString: info.pointee.unit)
    comment = String(cString: info.pointee.comment)
    initial = info.pointee.initial
    range = info.pointee.minimum...info.pointee.maximum
  }

  /// The option's help text.
  var help: ArgumentHelp {
    let ends = "\(Int(range.lowerBound)) ... +\(Int(range.upperBound))\(hasOff ? " or off" : "")"
    return ArgumentHelp(
      "\(comment) \(ends) (default: \(Int(initial))).", valueName: unit == "dB" ? "dB" : "percent")
  }

  /// Whether it is a fader, whose lowest level is off.
  private var hasOff: Bool { range.lowerBound == -60 }

  /// Throws when a level is outside the range. Faders accept any lower level, as off.
  func check(_ level: Level, option: String) throws {
    let value = level.value.map { hasOff ? max($0, range.lowerBound) : $0 }
    guard let value, range.contains(value) else {
      let ends = "\(Int(range.lowerBound)) to +\(Int(range.upperBound)) \(unit)"
      throw ValidationError(
        "--\(option) \(level.text): not a level; give \(ends)\(hasOff ? ", or off" : "")")
    }
  }
}
