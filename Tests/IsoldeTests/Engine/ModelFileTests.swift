import CIsolde
import Foundation
import Testing

/// A damaged file is refused with one line that names the fault; nothing crashes.
@Suite struct ModelFileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the message has to name.
    let names: [String]
    let bytes: [UInt8]

    init(_ description: String, names: [String] = [], _ change: (inout ModelFile) -> Void) {
      testDescription = description
      self.names = names
      bytes = ModelFile.small.with(change).bytes
    }

    /// A whole graph of its own.
    init(_ description: String, names: [String], graph: String, _ tensors: [ModelFile.Tensor] = [])
    {
      testDescription = description
      self.names = names
      bytes = ModelFile(graph: graph, tensors: tensors).bytes
    }
  }

  @Test func `the model of the tests is whole`() throws {
    _ = try Separator(Model(.small))
  }

  @Test(arguments: header + keys + tensors + graphs)
  func `what is wrong is named`(wrong: Case) {
    let refusal = #expect(throws: Refusal.self) { try Model(wrong.bytes) }
    guard let refusal else { return }
    #expect(refusal.isOneLine, "\(refusal)")
    for name in wrong.names { #expect(refusal.message.contains(name), "\(refusal)") }
  }

  @Test(arguments: separation)
  func `a model that separates nothing is no separator`(wrong: Case) {
    let refusal = #expect(throws: Refusal.self) { try Separator(Model(wrong.bytes)) }
    guard let refusal else { return }
    #expect(refusal.isOneLine, "\(refusal)")
    for name in wrong.names { #expect(refusal.message.contains(name), "\(refusal)") }
  }

  /// The file is cut at and around every border between its parts, and in the middle of each.
  @Test func `a truncated file is refused wherever it ends`() {
    let file = ModelFile.small
    let whole = file.bytes
    let borders = file.borders
    var lengths = Set(borders.flatMap { $0 - 9...$0 + 9 })
    lengths.formUnion(zip(borders, borders.dropFirst()).map { ($0 + $1) / 2 })
    lengths.formUnion(0...64)
    lengths = lengths.filter { 0..<whole.count ~= $0 }
    #expect(lengths.count > 200)
    for length in lengths {
      let refusal = #expect(throws: Refusal.self, "\(length) bytes") {
        try Model(Array(whole[..<length]))
      }
      #expect(refusal?.isOneLine == true, "\(length) bytes: \(refusal?.message ?? "")")
    }
  }

  @Test func `a damaged weight is noticed`() {
    var bytes = ModelFile.small.bytes
    for position in [
      bytes.count - 40, bytes.count - 5_000, ModelFile.small.borders.dropLast().last ?? 0,
    ] {
      bytes[position] ^= 0x10
      let refusal = #expect(throws: Refusal.self) { try Model(bytes) }
      #expect(
        refusal?.message.lowercased().contains("checksum") == true, "\(refusal?.message ?? "")")
      bytes[position] ^= 0x10
    }
  }

  @Test func `half precision weights are widened`() throws {
    let halves = ModelFile.small.with { file in
      file.changeTensors { tensors in
        for index in tensors.indices where tensors[index].name.hasSuffix("weight") {
          let values = stride(from: 0, to: tensors[index].bytes.count, by: 4).map { at in
            tensors[index].bytes[at..<at + 4].enumerated().reduce(Float(0)) { sum, byte in
              Float(bitPattern: sum.bitPattern | UInt32(byte.element) << (8 * UInt32(byte.offset)))
            }
          }
          tensors[index] = .half(tensors[index].name, tensors[index].shape, values)
        }
      }
    }
    let input = [Signal.talk(20_000, rate: 48_000)]
    let exact = try Separator(Model(.small)).split(input).voice
    let widened = try Separator(Model(halves)).split(input).voice
    let error = difference(exact, widened)
    #expect(error > 0 && error < 0.02, "\(error)")
  }

  @Test func `files that are none are refused by name`() throws {
    let folder = NSTemporaryDirectory()
    for path in ["/no/such/model.isolde", folder, "", root + "/Makefile", "/dev/null"] {
      let refusal = #expect(throws: Refusal.self, "\(path)") { try Model(path: path) }
      #expect(refusal?.isOneLine == true, "\(path): \(refusal?.message ?? "")")
    }
    // Even with a name that is longer than the message.
    let long = "/" + String(repeating: "x", count: 5_000)
    let refusal = #expect(throws: Refusal.self) { try Model(path: long) }
    #expect(refusal?.isOneLine == true)
  }

  @Test func `a file and its bytes are the same model`() throws {
    let path = NSTemporaryDirectory() + "isolde-test-\(getpid()).isolde"
    try Data(ModelFile.small.bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let model = try Model(path: path)
    // The file may be deleted while the model is in use.
    try FileManager.default.removeItem(atPath: path)
    let input = [Signal.talk(10_000, rate: 48_000)]
    #expect(try Separator(model).mix(input) == Separator(Model(.small)).mix(input))
  }

  // MARK: - Faults

  static let header: [Case] = [
    Case("no magic") { $0.magic = Array("GGML".utf8) },
    Case("version 2", names: ["2"]) { $0.version = 2 },
    Case("version 4", names: ["4"]) { $0.version = 4 },
    Case("big-endian version") { $0.version = UInt32(3).byteSwapped },
    Case("a tensor too many") { $0.tensorCount = UInt64($0.tensors.count + 1) },
    Case("a key too many") { $0.keyCount = UInt64($0.keys.count + 1) },
    Case("a key too few") { $0.keyCount = UInt64($0.keys.count - 1) },
    Case("as many tensors as there are numbers") { $0.tensorCount = .max },
    Case("as many keys as there are numbers") { $0.keyCount = .max },
    Case("2^61 tensors") { $0.tensorCount = 1 << 61 },
    Case("2^32 keys") { $0.keyCount = 1 << 32 },
  ]

  static let keys: [Case] = [
    Case("another architecture", names: ["llama"]) {
      $0["general.architecture"] = .string("llama")
    },
    Case("no architecture", names: ["general.architecture"]) { $0["general.architecture"] = nil },
    Case("a newer format", names: ["3", "2"]) { $0["isolde.format"] = .uint32(3) },
    Case("format as text", names: ["isolde.format"]) { $0["isolde.format"] = .string("1") },
    Case("no graph", names: ["isolde.graph"]) { $0["isolde.graph"] = nil },
    Case("graph as a number", names: ["isolde.graph"]) { $0["isolde.graph"] = .uint32(7) },
    Case("no rate", names: ["isolde.rate"]) { $0["isolde.rate"] = nil },
    Case("rate 0", names: ["isolde.rate"]) { $0["isolde.rate"] = .uint32(0) },
    Case("rate beyond all", names: ["isolde.rate"]) { $0["isolde.rate"] = .uint32(.max) },
    Case("no hop", names: ["isolde.hop"]) { $0["isolde.hop"] = nil },
    Case("hop 0", names: ["isolde.hop"]) { $0["isolde.hop"] = .uint32(0) },
    Case("hop beyond all", names: ["isolde."]) {
      $0["isolde.hop"] = .uint32(1 << 30)
      $0["isolde.window"] = .uint32(0)
    },
    Case("window 0", names: ["isolde.window"]) { $0["isolde.window"] = .uint32(0) },
    Case("windows that nobody knows", names: ["isolde.windows", "kaiser"]) {
      $0["isolde.windows"] = .string("kaiser")
    },
    Case("taps of what nobody knows", names: ["isolde.taps.of", "all"]) {
      $0["isolde.taps.of"] = .string("all")
    },
    Case("synthesis 0", names: ["isolde.synthesis"]) { $0["isolde.synthesis"] = .uint32(0) },
    Case("a value of a type that GGUF lacks") {
      $0["other.x"] = .raw(type: 13, bytes: [0, 0, 0, 0])
    },
    Case("a value of type 2^32 - 1") { $0["other.x"] = .raw(type: .max, bytes: [0, 0, 0, 0]) },
    Case("a text of 2^64 - 1 bytes") { $0["other.x"] = .raw(type: 8, bytes: little([UInt64.max])) },
    Case("a text of 2^63 bytes") {
      $0["other.x"] = .raw(type: 8, bytes: little([UInt64(1) << 63]))
    },
    Case("an array of 2^62 numbers") {
      $0["other.x"] = .raw(type: 9, bytes: little([UInt32(4)]) + little([UInt64(1) << 62]))
    },
    Case("an array of 2^62 texts") {
      $0["other.x"] = .raw(type: 9, bytes: little([UInt32(8)]) + little([UInt64(1) << 62]))
    },
    Case("arrays in arrays, deep") {
      let level = little([UInt32(9)]) + little([UInt64(1)])
      $0["other.x"] = .raw(type: 9, bytes: (0..<50_000).flatMap { _ in level })
    },
    Case("a checksum of other bytes") { $0["isolde.sha256"] = .string(sha256([1])) },
    Case("a checksum that is none") { $0["isolde.sha256"] = .string("abc") },
  ]

  static let tensors: [Case] = [
    // DESIGN.md, section 5, has the message.
    Case("a shape that does not fit", names: ["line 5", "enc", "4×1×5×6", "4×1×6×5"]) { file in
      file.changeTensors { $0[3].shape = [4, 1, 5, 6] }
    },
    Case("a tensor that is missing", names: ["line 5", "enc", "weight"]) { file in
      file.changeTensors { $0.remove(at: 3) }
    },
    Case("weights as whole numbers", names: ["energy"]) { file in
      file.changeTensors { $0[0].type = 0 }
    },
    Case("a type that GGUF lacks", names: ["99"]) { file in file.changeTensors { $0[3].type = 99 }
    },
    Case("quantised weights") { file in file.changeTensors { $0[3].type = 8 } },
    Case("a tensor without dimensions") { file in file.changeTensors { $0[3].shape = [] } },
    Case("a tensor of five dimensions") { file in
      file.changeTensors { $0[3].shape = [4, 1, 1, 6, 5] }
    },
    Case("a dimension of 0") { file in file.changeTensors { $0[3].shape = [0, 1, 6, 5] } },
    Case("dimensions of 2^62") { file in
      file.changeTensors { $0[3].shape = [1 << 62, 1 << 62, 6, 5] }
    },
    Case("dimensions whose product is 2^64") { file in
      file.changeTensors { $0[3].shape = [1 << 32, 1 << 32, 1, 1] }
    },
    Case("a dimension of -1") { file in file.changeTensors { $0[3].shape = [-1, 1, 6, 5] } },
    Case("a name of 64 bytes") { file in
      file.changeTensors { $0[3].name = String(repeating: "e", count: 57) + ".weight" }
    },
    Case("a name of no bytes") { file in file.changeTensors { $0[3].name = "" } },
    Case("bands that begin before the first bin", names: ["line 2", "energy"]) { file in
      file.changeTensors {
        $0[0] = .integer("energy.first", [48], (0..<48).map { $0 == 3 ? -1 : 3 })
      }
    },
    Case("bands that end after the last bin", names: ["line 2", "energy"]) { file in
      file.changeTensors {
        $0[0] = .integer("energy.first", [48], [Int32](repeating: 1_020, count: 48))
      }
    },
    Case("bands of a negative width", names: ["line 2", "energy"]) { file in
      file.changeTensors {
        $0[1] = .integer("energy.count", [48], [Int32](repeating: -7, count: 48))
      }
    },
    Case("bands of a width beyond all", names: ["line 2", "energy"]) { file in
      file.changeTensors {
        $0[1] = .integer("energy.count", [48], [Int32](repeating: .max, count: 48))
      }
    },
    Case("bands with too few values", names: ["line 2", "energy"]) { file in
      file.changeTensors { $0[2] = .float("energy.value", [1_000], Signal.noise(1_000)) }
    },
  ]

  static let graphs: [Case] =
    [
      ("an unknown kind", ["line 2", "b", "fold"], "b = fold(a)"),
      ("a name that is not there", ["line 2", "b", "c"], "b = relu(c)"),
      ("a layer of itself", ["line 2", "b"], "b = relu(b)"),
      ("a circle", ["line 2", "c"], "b = relu(c)\nc = relu(b)"),
      ("a name twice", ["line 2", "a"], "a = relu(a)"),
      ("no brackets", ["line 2"], "b = relu"),
      ("no end", ["line 2"], "b = relu(a"),
      ("more than the end", ["line 2"], "b = relu(a) b"),
      ("no name", ["line 2"], "= relu(a)"),
      ("no kind", ["line 2"], "b = (a)"),
      ("no equals sign", ["line 2"], "b relu(a)"),
      ("a key without a value", ["line 2"], "b = scale(a, factor=)"),
      ("a key that is not known", ["line 2", "b", "colour"], "b = scale(a, colour=2)"),
      ("a key twice", ["line 2", "factor"], "b = scale(a, factor=2, factor=3)"),
      ("text for a number", ["line 2", "b", "factor"], "b = scale(a, factor=two)"),
      ("a pair for a number", ["line 2", "b", "factor"], "b = scale(a, factor=2x3)"),
      ("a number that is too large", ["line 2", "b"], "b = scale(a, factor=1e999)"),
      ("no number at all", ["line 2", "b"], "b = scale(a, factor=nan)"),
      ("an infinite number", ["line 2", "b"], "b = log(a, floor=inf)"),
      (
        "a digit string without end", ["line 2"],
        "b = scale(a, factor=\(String(repeating: "9", count: 5_000)))"
      ),
      ("no input where one is needed", ["line 2", "b"], "b = relu()"),
      ("two inputs where one is needed", ["line 2", "b"], "b = relu(a, a)"),
      ("one input where two are needed", ["line 2", "b"], "b = add(a)"),
      (
        "shapes that cannot be added", ["line 3", "c", "2×8", "2×4"],
        "b = crop(a, bins=4)\nc = add(a, b)"
      ),
      ("bins that cannot be joined", ["line 3", "c"], "b = crop(a, bins=4)\nc = concat(a, b)"),
      ("channels that are not there", ["line 2", "b"], "b = slice(a, first=1, channels=2)"),
      ("bins that are not there", ["line 2", "b"], "b = crop(a, first=5, bins=4)"),
      ("channels from before the first", ["line 2", "b"], "b = slice(a, first=-1, channels=1)"),
      ("fewer bins than there are", ["line 2", "b"], "b = pad(a, bins=7)"),
      ("no channels", ["line 2", "b"], "b = conv(a, channels=0, kernel=1x1)"),
      ("channels below nothing", ["line 2", "b"], "b = conv(a, channels=-3, kernel=1x1)"),
      ("half a channel", ["line 2", "b"], "b = conv(a, channels=2.5, kernel=1x1)"),
      ("channels beyond all", ["line 2", "b"], "b = conv(a, channels=2000000000, kernel=1x1)"),
      (
        "more channels than 64 bits", ["line 2"],
        "b = conv(a, channels=99999999999999999999, kernel=1x1)"
      ),
      ("no kernel", ["line 2", "b", "kernel"], "b = conv(a, channels=1)"),
      ("a kernel of nothing", ["line 2", "b"], "b = conv(a, channels=1, kernel=0x1)"),
      ("a kernel of one number", ["line 2", "b"], "b = conv(a, channels=1, kernel=3)"),
      ("a kernel of three numbers", ["line 2"], "b = conv(a, channels=1, kernel=3x3x3)"),
      ("a kernel wider than the frame", ["line 2", "b"], "b = conv(a, channels=1, kernel=1x9)"),
      (
        "a kernel beyond all", ["line 2", "b"],
        "b = conv(a, channels=1, kernel=2000000000x2000000000, pad=1000000000)"
      ),
      ("a stride of 0", ["line 2", "b"], "b = conv(a, channels=1, kernel=1x1, stride=0)"),
      ("a dilation of 0", ["line 2", "b"], "b = conv(a, channels=1, kernel=2x2, dilation=0x1)"),
      (
        "a dilation beyond all", ["line 2", "b"],
        "b = conv(a, channels=1, kernel=2x1, dilation=2000000000x1)"
      ),
      (
        "groups that do not divide", ["line 2", "b"],
        "b = conv(a, channels=4, kernel=1x1, groups=3)"
      ),
      ("groups of nothing", ["line 2", "b"], "b = conv(a, channels=4, kernel=1x1, groups=0)"),
      ("padding below nothing", ["line 2", "b"], "b = conv(a, channels=1, kernel=1x3, pad=-1)"),
      (
        "padding beyond all", ["line 2", "b"], "b = conv(a, channels=1, kernel=1x1, pad=2000000000)"
      ),
      ("looking back", ["line 2", "b"], "b = conv(a, channels=1, kernel=1x1, look=-1)"),
      (
        "looking ahead beyond all", ["line 2", "b"],
        "b = conv(a, channels=1, kernel=1x1, look=2000000000)"
      ),
      (
        "an activation that is not known", ["line 2", "b", "swoosh"],
        "b = conv(a, channels=1, kernel=1x1, activation=swoosh)"
      ),
      (
        "crop of more than there is", ["line 2", "b"],
        "b = upconv(a, channels=1, kernel=2, stride=1, crop=9)"
      ),
      (
        "an upconv without a stride", ["line 2", "b"],
        "b = upconv(a, channels=1, kernel=2, stride=0)"
      ),
      ("a state beyond all", ["line 2", "b"], "b = gru(a, hidden=1000000000)"),
      ("no state", ["line 2", "b"], "b = gru(a, hidden=0)"),
      (
        "a mean over what is not known", ["line 2", "b"],
        "b = running_norm(a, over=time, rate=0.1, hold=0)"
      ),
      (
        "a mean that begins as nobody knows", ["line 2", "b", "start"],
        "b = unit_norm(a, rate=0.1, start=late)"
      ),
      ("a mean that never moves", ["line 2", "b", "rate"], "b = unit_norm(a, rate=0)"),
      ("a magnitude of 0", ["line 2", "b", "floor"], "b = unit_norm(a, rate=0.1, floor=0)"),
      (
        "a level below nothing", ["line 2", "b", "level"],
        "b = unit_norm(a, rate=0.1, level=-1)"
      ),
      (
        "groups of a matrix that do not divide", ["line 2", "b", "3"],
        "b = dense(a, channels=6, groups=3)"
      ),
      (
        "groups of an upconv that do not divide", ["line 2", "b", "2"],
        "b = upconv(a, channels=3, kernel=2, stride=2, groups=2)"
      ),
    ].map { (description: String, names: [String], lines: String) in
      Case(
        description, names: names, graph: "a = input(channels=2, bins=8)\n\(lines)\ny = output(a)")
    } + [
      Case("no text", names: [], graph: ""),
      Case("only comments", names: [], graph: "# nothing\n\n# here"),
      Case("no output", names: ["output"], graph: "a = input(bins=4)\nb = relu(a)"),
      Case("no input", names: [], graph: "y = output(a)"),
      Case(
        "an input of 0 bins", names: ["line 1", "a"], graph: "a = input(bins=0)\ny = output(a)"),
      Case(
        "an input beyond all", names: ["line 1", "a"],
        graph: "a = input(channels=1000000, bins=1000000)\ny = output(a)"),
      Case("zeros in the text", names: [], graph: "a = input(bins=4)\0\ny = output(a)"),
      Case("a text that is no text", names: [], graph: "\u{FFFD}\u{202E} = \u{1F600}(\n"),
      Case(
        "a bias of the wrong size", names: ["line 2", "b", "bias", "3", "1"],
        graph: "a = input(bins=4)\nb = conv(a, channels=1, kernel=1x1)\ny = output(b)",
        [.float("b.weight", [1, 1, 1, 1], [1]), .float("b.bias", [3], [1, 2, 3])]),
      Case(
        "edges that grow with each line", names: [],
        graph: "a0 = input(bins=100)\n"
          + (1...60).map { "a\($0) = concat(a\($0 - 1), a\($0 - 1))\n" }.joined()
          + "y = output(a60)"),
      Case(
        "delays that grow with each line", names: [],
        graph: "a0 = input(bins=1)\n"
          + (1...5_000).map { "a\($0) = conv(a\($0 - 1), channels=1, kernel=1x1, look=1000000)\n" }
          .joined() + "y = output(a5000)",
        (1...5_000).map { .float("a\($0).weight", [1, 1, 1, 1], [1]) }),
    ]

  /// Valid networks that do not meet the requirements of docs/model-file.md for a separation model.
  static let separation: [Case] = [
    Case("window of three hops", names: ["1536", "512"]) { $0["isolde.window"] = .uint32(1_536) },
    Case("synthesis of one hop", names: ["synthesis", "512"]) {
      $0["isolde.synthesis"] = .uint32(512)
    },
    Case("Vorbis windows of four hops", names: ["Vorbis", "512"]) {
      $0["isolde.windows"] = .string("vorbis")
    },
    Case("synthesis longer than the window", names: ["synthesis", "4096"]) {
      $0["isolde.synthesis"] = .uint32(4_096)
    },
    Case("no mask", names: ["mask"]) { $0.graph = $0.graph.replacing("mask ", with: "masc ") },
    Case("an input that Isolde does not know", names: ["input"]) {
      $0.graph += "\nflux = input(bins=4)"
    },
    Case("no power", names: ["power"]) {
      $0.graph = $0.graph.replacing("power ", with: "flux ").replacing("(power", with: "(flux")
    },
    Case("a mask of one channel", names: ["mask"]) {
      $0.graph = $0.graph.replacing("output(wide)", with: "output(half)").replacing(
        "mask ", with: "half = slice(wide, channels=1)\nmask ")
    },
    Case("a mask of too few bins", names: ["mask"]) {
      $0.graph = $0.graph.replacing("output(wide)", with: "output(half)").replacing(
        "mask ", with: "half = crop(wide, bins=1000)\nmask ")
    },
    Case("power of another window", names: ["power"]) {
      $0["isolde.hop"] = .uint32(256)
      $0["isolde.window"] = .uint32(1_024)
      $0["isolde.synthesis"] = .uint32(512)
    },
    Case("taps that nobody counted", names: ["taps"]) {
      $0.graph += "\ntaps = output(wide)"
    },
    Case("taps beyond all", names: ["taps"]) {
      $0.graph += "\ntaps = output(wide)"
      $0["isolde.taps.before"] = .uint32(.max)
      $0["isolde.taps.after"] = .uint32(.max)
    },
  ]
}
