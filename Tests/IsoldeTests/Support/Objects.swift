import CIsolde
import Foundation
import Testing

/// The library's message when it refuses to make an object.
struct Refusal: Error, Equatable, CustomStringConvertible {
  let message: String
  var description: String { message }

  /// Calls `make` with a buffer for the message.
  static func unwrap<T>(_ make: (UnsafeMutablePointer<CChar>) -> T?) throws(Refusal) -> T {
    let size = Int(ISOLDE_MESSAGE_SIZE)
    let text = UnsafeMutablePointer<CChar>.allocate(capacity: size)
    defer { text.deallocate() }
    // Neither empty nor terminated, so that a message that is never written is noticed.
    text.update(repeating: 0x7F, count: size)
    if let made = make(text) { return made }
    let bytes = UnsafeBufferPointer(start: text, count: size).map { UInt8(bitPattern: $0) }
    throw Refusal(message: String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
  }

  /// Whether it is as isolde.h promises: one line, terminated, without a full stop.
  var isOneLine: Bool {
    !message.isEmpty && message.utf8.count < Int(ISOLDE_MESSAGE_SIZE) && !message.hasSuffix(".")
      && message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
  }
}

/// A model, freed with its last user.
final class Model: @unchecked Sendable {
  let pointer: OpaquePointer

  init(_ bytes: [UInt8]) throws(Refusal) {
    var bytes = bytes
    pointer = try Refusal.unwrap { message in
      bytes.withUnsafeMutableBytes { bytes in
        // The library does not need them after reading.
        defer { bytes.initializeMemory(as: UInt8.self, repeating: 0xFF) }
        // Zero bytes still need an address.
        return isolde_model_parse(
          bytes.baseAddress ?? UnsafeMutableRawPointer(message), bytes.count, message)
      }
    }
  }

  convenience init(_ file: ModelFile) throws(Refusal) { try self.init(file.bytes) }

  init(path: String) throws(Refusal) {
    pointer = try Refusal.unwrap { isolde_model_open(path, $0) }
  }

  deinit { isolde_model_free(pointer) }

  var info: isolde_model_info {
    let info = UnsafeMutablePointer<isolde_model_info>.allocate(capacity: 1)
    defer { info.deallocate() }
    isolde_model_get_info(pointer, info)
    return info.pointee
  }

  func layer(_ index: Int) -> isolde_layer_info? {
    let info = UnsafeMutablePointer<isolde_layer_info>.allocate(capacity: 1)
    defer { info.deallocate() }
    return isolde_model_get_layer(pointer, UInt32(index), info) ? info.pointee : nil
  }

  func layer(named name: String) -> isolde_layer_info? {
    (0..<Int(info.layers)).lazy.compactMap(layer).first { String(cString: $0.name) == name }
  }
}

/// A network: frames in, frames out.
final class Network {
  let pointer: OpaquePointer
  let model: Model

  init(_ model: Model, level: Int32 = ISOLDE_LEVEL_BEST.rawValue) throws(Refusal) {
    self.model = model
    pointer = try Refusal.unwrap { isolde_network_new(model.pointer, level, $0) }
  }

  deinit { isolde_network_free(pointer) }

  var delay: Int { Int(isolde_network_delay(pointer)) }

  func reset() { isolde_network_reset(pointer) }

  /// Pushes one frame; returns the output's frame.
  func push(_ inputs: [String: [Float]], output: String, count: Int) throws -> [Float] {
    try write(inputs)
    isolde_network_push(pointer)
    let row = try #require(isolde_network_output(pointer, output), "no output \(output)")
    return Array(UnsafeBufferPointer(start: row, count: count))
  }

  func write(_ inputs: [String: [Float]]) throws {
    for (name, values) in inputs {
      let row = try #require(isolde_network_input(pointer, name), "no input \(name)")
      for (index, value) in values.enumerated() { row[index] = value }
    }
  }
}

/// One buffer a channel, at addresses that do not move.
final class Channels {
  let pointers: [UnsafeMutablePointer<Float>]
  let count: Int

  init(channels: Int, count: Int, filledWith value: Float = 0) {
    self.count = count
    pointers = (0..<channels).map { _ in
      let buffer = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
      buffer.initialize(repeating: value, count: count)
      return buffer
    }
  }

  convenience init(_ signals: [[Float]]) {
    self.init(channels: signals.count, count: signals.first?.count ?? 0)
    for (buffer, signal) in zip(pointers, signals) {
      signal.withUnsafeBufferPointer { values in
        for index in values.indices { buffer[index] = values[index] }
      }
    }
  }

  deinit { pointers.forEach { $0.deallocate() } }

  var arrays: [[Float]] { pointers.map { Array(UnsafeBufferPointer(start: $0, count: count)) } }

  func readable(from start: Int) -> [UnsafePointer<Float>] {
    pointers.map { UnsafePointer($0 + start) }
  }

  func writable(from start: Int) -> [UnsafeMutablePointer<Float>] { pointers.map { $0 + start } }
}

/// How a signal is cut into callbacks.
enum Blocks: Sendable, CustomTestStringConvertible {
  case of(Int)
  case random(seed: UInt64)

  func lengths(of total: Int) -> [Int] {
    var lengths: [Int] = []
    var left = total
    var random = Random(seed: 1)
    if case .random(let seed) = self { random = Random(seed: seed) }
    while left > 0 {
      let wanted: Int
      switch self {
      case .of(let size): wanted = size
      case .random: wanted = Int(random.next() % 1_500)  // callbacks of no sample as well
      }
      lengths.append(min(wanted, left))
      left -= lengths[lengths.count - 1]
    }
    return lengths
  }

  var testDescription: String {
    switch self {
    case .of(let size): "blocks of \(size)"
    case .random(let seed): "random blocks, seed \(seed)"
    }
  }
}

struct Stems {
  var voice: [[Float]]
  var reverb: [[Float]]
  var ambience: [[Float]]
}

extension isolde_controls {
  /// All faders at 0 dB: what comes out is what went in.
  static var unity: isolde_controls { levels(0, 0, 0) }

  static func levels(_ voice: Float, _ reverb: Float, _ ambience: Float) -> isolde_controls {
    isolde_controls_default().with {
      $0.voice = voice
      $0.reverb = reverb
      $0.ambience = ambience
    }
  }

  func with(_ change: (inout isolde_controls) -> Void) -> isolde_controls {
    var copy = self
    change(&copy)
    return copy
  }

  func listening(to what: isolde_listen) -> isolde_controls {
    with { $0.listen = Int32(what.rawValue) }
  }
}

/// A separator: audio in, a mix or stems out.
final class Separator {
  let pointer: OpaquePointer
  let model: Model
  let channels: Int

  init(_ model: Model, rate: Double = 48_000, channels: Int = 1) throws(Refusal) {
    self.model = model
    self.channels = channels
    pointer = try Refusal.unwrap {
      isolde_separator_new(model.pointer, rate, UInt32(clamping: channels), $0)
    }
  }

  deinit { isolde_separator_free(pointer) }

  var latency: Int { Int(isolde_separator_latency(pointer)) }

  /// RMS of voice, reverb and ambience.
  var levels: [Float] {
    var levels: [Float] = [-1, -1, -1]
    isolde_separator_levels(pointer, &levels)
    return levels
  }

  func reset() { isolde_separator_reset(pointer) }

  /// Mixes a whole signal; `controls` may change from block to block, by the position of its start.
  func mix(
    _ input: [[Float]], blocks: Blocks = .of(512), inPlace: Bool = false,
    controls: (Int) -> isolde_controls
  ) -> [[Float]] {
    let source = Channels(input)
    let target =
      inPlace ? source : Channels(channels: channels, count: source.count, filledWith: .nan)
    var start = 0
    for count in blocks.lengths(of: source.count) {
      var now = controls(start)
      isolde_separator_mix(
        pointer, &now, source.readable(from: start), target.writable(from: start), UInt32(count))
      start += count
    }
    return target.arrays
  }

  func mix(
    _ input: [[Float]], _ controls: isolde_controls = .unity, blocks: Blocks = .of(512),
    inPlace: Bool = false
  ) -> [[Float]] {
    mix(input, blocks: blocks, inPlace: inPlace) { _ in controls }
  }

  func split(_ input: [[Float]], sensitivity: Float = 0, blocks: Blocks = .of(512)) -> Stems {
    let source = Channels(input)
    let stems = (0..<3).map { _ in
      Channels(channels: channels, count: source.count, filledWith: .nan)
    }
    var start = 0
    for count in blocks.lengths(of: source.count) {
      isolde_separator_split(
        pointer, sensitivity, true, source.readable(from: start), stems[0].writable(from: start),
        stems[1].writable(from: start), stems[2].writable(from: start), UInt32(count))
      start += count
    }
    return Stems(voice: stems[0].arrays, reverb: stems[1].arrays, ambience: stems[2].arrays)
  }

  /// Mix and stems in one pass, with controls that may change from block to block.
  func mixAndSplit(
    _ input: [[Float]], blocks: Blocks = .of(512), controls: (Int) -> isolde_controls
  ) -> (mix: [[Float]], stems: Stems) {
    let source = Channels(input)
    let outputs = (0..<4).map { _ in
      Channels(channels: channels, count: source.count, filledWith: .nan)
    }
    var start = 0
    for count in blocks.lengths(of: source.count) {
      var now = controls(start)
      isolde_separator_mix_and_split(
        pointer, &now, source.readable(from: start), outputs[0].writable(from: start),
        outputs[1].writable(from: start), outputs[2].writable(from: start),
        outputs[3].writable(from: start), UInt32(count))
      start += count
    }
    let stems = outputs.dropFirst().map(\.arrays)
    return (outputs[0].arrays, Stems(voice: stems[0], reverb: stems[1], ambience: stems[2]))
  }
}
