import Foundation

/// Writes model files (docs/model-file.md): valid ones, and ones with a chosen fault.
///
/// A second implementation, independent of `Training/`, so that a test can put anything into a file.
struct ModelFile {
  enum Value {
    case uint32(UInt32)
    case float32(Float)
    case string(String)
    /// Anything else, as it stands in the file.
    case raw(type: UInt32, bytes: [UInt8])
  }

  struct Tensor {
    var name: String
    /// In PyTorch's order: the innermost dimension last. In GGUF it is the first.
    var shape: [Int]
    var type: UInt32
    var bytes: [UInt8]

    static func float(_ name: String, _ shape: [Int], _ values: [Float]) -> Tensor {
      Tensor(name: name, shape: shape, type: 0, bytes: little(values.map(\.bitPattern)))
    }

    static func half(_ name: String, _ shape: [Int], _ values: [Float]) -> Tensor {
      Tensor(
        name: name, shape: shape, type: 1, bytes: little(values.map { Float16($0).bitPattern }))
    }

    static func integer(_ name: String, _ shape: [Int], _ values: [Int32]) -> Tensor {
      Tensor(
        name: name, shape: shape, type: 26,
        bytes: little(values.map { UInt32(bitPattern: $0) }))
    }
  }

  static let alignment = 32

  var magic: [UInt8] = Array("GGUF".utf8)
  var version: UInt32 = 3
  var keys: [(name: String, value: Value)]
  var tensors: [Tensor]
  /// Replaces the true numbers, if set.
  var tensorCount: UInt64?
  var keyCount: UInt64?
  /// Bytes by which every tensor but the first begins too early.
  var overlap = 0

  /// A file of this graph, with the keys that every file has.
  init(graph: String, tensors: [Tensor] = []) {
    self.tensors = tensors
    keys = [
      ("general.architecture", .string("isolde")),
      ("general.name", .string("test")),
      ("general.version", .string("1")),
      ("general.author", .string("the tests")),
      ("general.license", .string("GPL-3.0-or-later")),
      ("general.description", .string("made by a test")),
      ("isolde.format", .uint32(1)),
      ("isolde.data", .string("none")),
      ("isolde.rate", .uint32(48_000)),
      ("isolde.hop", .uint32(512)),
      ("isolde.window", .uint32(2_048)),
      ("isolde.synthesis", .uint32(1_024)),
      ("isolde.graph", .string(graph)),
    ]
    self["isolde.sha256"] = .string(sha256(tensorData.bytes))
  }

  subscript(name: String) -> Value? {
    get { keys.first { $0.name == name }?.value }
    set {
      let index = keys.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): keys[index].value = value
      case (let index?, nil): keys.remove(at: index)
      case (nil, let value?): keys.append((name, value))
      case (nil, nil): break
      }
    }
  }

  var graph: String {
    get {
      if case .string(let text)? = self["isolde.graph"] { text } else { "" }
    }
    set { self["isolde.graph"] = .string(newValue) }
  }

  /// Changes the tensors and the checksum over them.
  mutating func changeTensors(_ change: (inout [Tensor]) -> Void) {
    change(&tensors)
    self["isolde.sha256"] = .string(sha256(tensorData.bytes))
  }

  /// The file in format 2, whose checksum is over the whole file.
  var sealed: ModelFile {
    let open = with {
      $0["isolde.format"] = .uint32(2)
      $0["isolde.sha256"] = .string(String(repeating: "0", count: 64))
    }
    return open.with { $0["isolde.sha256"] = .string(sha256(open.bytes)) }
  }

  func with(_ change: (inout ModelFile) -> Void) -> ModelFile {
    var copy = self
    change(&copy)
    return copy
  }

  private var tensorData: (bytes: [UInt8], offsets: [Int]) {
    var bytes: [UInt8] = []
    var offsets: [Int] = []
    for tensor in tensors {
      offsets.append(bytes.count)
      bytes += tensor.bytes
      bytes += [UInt8](repeating: 0, count: -bytes.count & (Self.alignment - 1))
    }
    return (bytes, offsets)
  }

  /// Where the parts of the file end: header, each key, each tensor's description, padding, all.
  var borders: [Int] { layout.borders }

  var bytes: [UInt8] { layout.bytes }

  private var layout: (bytes: [UInt8], borders: [Int]) {
    var out = magic
    var borders: [Int] = []
    out += little([version])
    out += little([tensorCount ?? UInt64(tensors.count), keyCount ?? UInt64(keys.count)])
    borders.append(out.count)
    for (name, value) in keys {
      out += string(name)
      switch value {
      case .uint32(let number): out += little([4, number])
      case .float32(let number): out += little([6, number.bitPattern])
      case .string(let text): out += little([UInt32(8)]) + string(text)
      case .raw(let type, let bytes): out += little([type]) + bytes
      }
      borders.append(out.count)
    }
    let data = tensorData
    for (tensor, offset) in zip(tensors, data.offsets) {
      out += string(tensor.name)
      out += little([UInt32(tensor.shape.count)])
      out += little(tensor.shape.reversed().map { UInt64(bitPattern: Int64($0)) })
      out += little([tensor.type])
      out += little([UInt64(max(offset - overlap, 0))])
      borders.append(out.count)
    }
    out += [UInt8](repeating: 0, count: -out.count & (Self.alignment - 1))
    borders.append(out.count)
    out += data.bytes
    borders.append(out.count)
    return (out, borders)
  }

  private func string(_ text: String) -> [UInt8] {
    little([UInt64(text.utf8.count)]) + Array(text.utf8)
  }
}

/// The bytes of integers, lowest first.
func little<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
  values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}

extension ModelFile {
  /// A separation model of a few hundred weights with the transform and the look-ahead of the big one:
  /// five frames, so 4,096 samples at 48 kHz. Its weights are noise: its output is useless, but depends on
  /// every bin, on the past and on the future.
  static let small = made(windowHops: 4, look: 5)

  /// A similar model with the transform of Live, a window of two hops, and no look-ahead: 1,536 samples
  /// at 48 kHz.
  static let live = made(windowHops: 2, look: 0)

  private static func made(windowHops: Int, look: Int) -> ModelFile {
    let bins = windowHops * 256 + 1
    let bands = 48
    let channels = 4
    var random = Random(seed: 48)
    func noise(_ count: Int, _ scale: Float) -> [Float] {
      (0..<count).map { _ in scale * random.sample() }
    }
    // Band b holds the bins first[b] ..< first[b + 1]; each band is wider than the one before.
    let first = (0...bands).map { band in
      Int((Double(bins) * pow(Double(band) / Double(bands), 1.6)).rounded(.up))
    }
    let widths = (0..<bands).map { first[$0 + 1] - first[$0] }
    let bandOfBin = (0..<bins).map { bin in (first.firstIndex { $0 > bin } ?? bands) - 1 }
    let file = ModelFile(
      graph: """
        power  = input(bins=\(bins))
        energy = bands(power, bins=\(bands))
        level  = log(energy, floor=1e-13, factor=0.5)
        shape  = running_norm(level, over=bin, rate=0.0106, hold=-6)
        enc    = conv(shape, channels=\(channels), kernel=6x5, pad=2, look=\(look), activation=relu)
        gain   = conv(enc, channels=2, kernel=1x1, activation=sigmoid)  # decides
        wide   = bands(gain, bins=\(bins))
        mask   = output(wide)
        """,
      tensors: [
        .integer("energy.first", [bands], first.dropLast().map(Int32.init)),
        .integer("energy.count", [bands], widths.map(Int32.init)),
        .float(
          "energy.value", [bins], widths.flatMap { [Float](repeating: 1 / Float($0), count: $0) }),
        .float("enc.weight", [channels, 1, 6, 5], noise(channels * 30, 0.4)),
        .float("enc.bias", [channels], noise(channels, 0.2)),
        .float("gain.weight", [2, channels, 1, 1], noise(2 * channels, 3)),
        .float("gain.bias", [2], [0.5, -0.5]),
        .integer("wide.first", [bins], bandOfBin.map(Int32.init)),
        .integer("wide.count", [bins], [Int32](repeating: 1, count: bins)),
        .float("wide.value", [bins], [Float](repeating: 1, count: bins)),
      ])
    return file.with { $0["isolde.window"] = .uint32(UInt32(windowHops * 512)) }
  }
}

/// SHA-256 (FIPS 180-4), 64 hexadecimal digits.
func sha256(_ message: [UInt8]) -> String {
  /// The first 32 bits of the fractional part of the n-th root of a prime.
  func fraction(_ root: Double) -> UInt32 { UInt32((root - root.rounded(.down)) * 4_294_967_296) }
  let primes = (2...311).filter { n in !(2..<n).contains { n % $0 == 0 } }
  let constants = primes.map { fraction(cbrt(Double($0))) }
  var hash = primes.prefix(8).map { fraction(Double($0).squareRoot()) }
  func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

  var padded = message + [0x80]
  padded += [UInt8](repeating: 0, count: (56 - padded.count % 64 + 64) % 64)
  padded += little([UInt64(message.count * 8)]).reversed()

  for start in stride(from: 0, to: padded.count, by: 64) {
    var w = [UInt32](repeating: 0, count: 64)
    for i in 0..<16 {
      w[i] = padded[start + 4 * i..<start + 4 * i + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
    for i in 16..<64 {
      let s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3
      let s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10
      w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
    }
    var h = hash
    for i in 0..<64 {
      let s1 = rotate(h[4], 6) ^ rotate(h[4], 11) ^ rotate(h[4], 25)
      let choice = h[4] & h[5] ^ ~h[4] & h[6]
      let t1 = h[7] &+ s1 &+ choice &+ constants[i] &+ w[i]
      let s0 = rotate(h[0], 2) ^ rotate(h[0], 13) ^ rotate(h[0], 22)
      let majority = h[0] & h[1] ^ h[0] & h[2] ^ h[1] & h[2]
      h = [t1 &+ s0 &+ majority, h[0], h[1], h[2], h[3] &+ t1, h[4], h[5], h[6]]
    }
    for i in 0..<8 { hash[i] &+= h[i] }
  }
  return hash.map { String(format: "%08x", $0) }.joined()
}
