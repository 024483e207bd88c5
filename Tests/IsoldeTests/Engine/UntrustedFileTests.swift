import CIsolde
import Foundation
import Testing

/// People share model files, so files are untrusted: whatever one contains, reading it takes little time and memory, and
/// results in a model or in one line.
@Suite struct UntrustedFileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let names: [String]
    let bytes: [UInt8]

    init(_ description: String, names: [String], _ file: ModelFile) {
      testDescription = description
      self.names = names
      bytes = file.bytes
    }
  }

  /// Processor time of the calling thread, seconds.
  private func cost(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    try body()
    return now() - start
  }

  @Test(arguments: overflows + sizes + texts + costs)
  func `is refused at once, whatever it asks for`(wrong: Case) {
    var refusal: Refusal?
    let seconds = cost {
      refusal = #expect(throws: Refusal.self) { try Separator(Model(wrong.bytes)) }
    }
    #expect(refusal?.isOneLine == true, "\(refusal?.message ?? "")")
    for name in wrong.names {
      #expect(refusal?.message.contains(name) == true, "\(refusal?.message ?? "")")
    }
    #expect(seconds < 1, "\(seconds) s")
  }

  @Test func `what stands in a file is fit to be shown`() throws {
    let model = try Model(
      ModelFile.small.with {
        $0["general.name"] = .string("\u{1B}]0;owned\u{7}voice\u{9B}31m\u{202E}")
        $0["general.description"] = .string("é €\u{1F600}\tand\nso on\0hidden")
        $0["general.author"] = .raw(
          type: 8, bytes: little([UInt64(5)]) + [0xC3, 0x28, 0xFF, 0xED, 0xA0])
        $0.graph += "\n# \u{1B}[2J\n"
      })
    let info = model.info
    #expect(String(cString: info.name) == "?]0;owned?voice?31m?")
    #expect(String(cString: info.description) == "é €\u{1F600}\tand\nso on?hidden")
    #expect(String(cString: info.author) == "?(???")
    #expect(String(cString: info.graph).hasSuffix("# ?[2J\n"))
  }

  // MARK: - The checksum

  @Test func `a sealed file opens, and sounds as before`() throws {
    let input = [Signal.talk(10_000, rate: 48_000)]
    #expect(
      try Separator(Model(ModelFile.small.sealed)).mix(input)
        == Separator(Model(.small)).mix(input))
  }

  @Test func `in a sealed file no byte can change`() {
    let whole = ModelFile.small.sealed.bytes
    for position in stride(from: 0, to: whole.count, by: 13) {
      var bytes = whole
      bytes[position] ^= 1
      let refusal = #expect(throws: Refusal.self, "byte \(position)") { try Model(bytes) }
      #expect(refusal?.isOneLine == true, "byte \(position): \(refusal?.message ?? "")")
    }
  }

  // MARK: - Files that are not models

  @Test func `what is not a regular file is never read`() throws {
    let folder = NSTemporaryDirectory() + "isolde-test-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let fifo = folder + "/fifo.isolde"
    #expect(mkfifo(fifo, 0o600) == 0)
    for path in [fifo, folder, "/dev/zero", "/dev/tty", "/proc/self/mem"] {
      let refusal = #expect(throws: Refusal.self, "\(path)") { try Model(path: path) }
      #expect(refusal?.isOneLine == true, "\(path): \(refusal?.message ?? "")")
    }
  }

  /// 60 MB of zeros, with and without the first bytes of a model, and a file of a terabyte.
  @Test(arguments: [(60_000_000, ""), (60_000_000, "GGUF"), (1 << 40, "GGUF")])
  func `a large file that is none is refused at once`(size: Int, start: String) throws {
    let path = NSTemporaryDirectory() + "isolde-large-\(getpid())-\(size)-\(start).isolde"
    #expect(FileManager.default.createFile(atPath: path, contents: Data(start.utf8)))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(truncate(path, size) == 0)
    let seconds = cost {
      let refusal = #expect(throws: Refusal.self) { try Model(path: path) }
      #expect(refusal?.isOneLine == true, "\(refusal?.message ?? "")")
    }
    #expect(seconds < 1, "\(seconds) s")
  }

  /// A file that is rewritten and truncated again and again while it is read.
  @Test func `a file that changes is refused or whole`() throws {
    let path = NSTemporaryDirectory() + "isolde-changes-\(getpid()).isolde"
    let bytes = ModelFile.small.sealed.bytes
    try Data(bytes).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let writer = Thread {
      let file = open(path, O_WRONLY)
      while !Thread.current.isCancelled {
        ftruncate(file, bytes.count / 2)
        _ = bytes.withUnsafeBytes { pwrite(file, $0.baseAddress, $0.count, 0) }
      }
      close(file)
    }
    writer.start()
    defer { writer.cancel() }
    for _ in 0..<200 {
      do throws(Refusal) {
        let model = try Model(path: path)
        #expect(model.info.latency == 4_096)
      } catch {
        #expect(error.isOneLine, "\(error)")
      }
    }
  }

  // MARK: - Demands of a file

  private static func separation(_ lines: String, _ tensors: [ModelFile.Tensor] = []) -> ModelFile {
    ModelFile(
      graph: """
        power = input(bins=1025)
        \(lines)
        half = scale(power, factor=0, offset=0.5)
        both = concat(half, half)
        mask = output(both)
        """, tensors: tensors)
  }

  private static func halves(_ name: String, _ shape: [Int]) -> ModelFile.Tensor {
    ModelFile.Tensor(
      name: name, shape: shape, type: 1,
      bytes: [UInt8](repeating: 0, count: 2 * shape.reduce(1, *)))
  }

  static let overflows: [Case] = [
    Case(
      "a dilation of more floats than 31 bits", names: ["line 2", "c"],
      ModelFile(
        graph: """
          i = input(channels=524289, bins=1)
          c = conv(i, channels=1, kernel=1x1, dilation=1x4096)
          mask = output(c)
          """, tensors: [halves("c.weight", [1, 524_289, 1, 1])])),
    Case(
      "a stride of more floats than 31 bits", names: ["line 2", "c"],
      ModelFile(
        graph: """
          i = input(channels=524289, bins=1)
          c = conv(i, channels=1, kernel=1x1, stride=4096)
          mask = output(c)
          """, tensors: [halves("c.weight", [1, 524_289, 1, 1])])),
    Case(
      "a distance of more floats than 31 bits", names: ["line 2", "c"],
      ModelFile(
        graph: """
          i = input(bins=1)
          c = upconv(i, channels=524289, kernel=1x1, stride=4096, bins=1)
          mask = output(c)
          """, tensors: [halves("c.weight", [1, 524_289, 1, 1])])),
    Case(
      "pads beyond all memory", names: ["MiB"],
      separation(
        "wide = reshape(power, channels=1025, bins=1)\n"
          + (0..<300).map {
            "c\($0) = conv(wide, channels=1, kernel=1x1, pad=4096, dilation=4096x1)\n"
          }.joined(), (0..<300).map { halves("c\($0).weight", [1, 1_025, 1, 1]) })),
  ]

  static let sizes: [Case] = [
    Case(
      "ten frames of four million floats", names: ["MiB"],
      separation((0..<10).map { "u\($0) = upsample(power, factor=1x4090)\n" }.joined())),
    Case(
      "frames that are kept for ever", names: ["MiB"],
      separation(
        "wide = pad(power, bins=8000)\nwait = max_pool(wide, kernel=4096x1, stride=1, look=4096)")),
    Case(
      "a window of attention without end", names: ["MiB"],
      separation("a = attention(power, power, power, over=time, window=65536)")),
    Case(
      "a million groups", names: ["line 4", "c", "pieces"],
      separation(
        "wide = pad(power, bins=999999)\nflat = reshape(wide, channels=999999, bins=1)\n"
          + "c = conv(flat, channels=999999, groups=999999, kernel=1x1)",
        [halves("c.weight", [999_999, 1, 1, 1])])),
    Case(
      "a state for every bin", names: ["MiB"],
      separation(
        "wide = upsample(power, factor=1x4000)\n"
          + (0..<20).map { "g\($0) = gru(wide, hidden=1, over=each)\n" }.joined(),
        (0..<20).flatMap {
          [halves("g\($0).weight_ih", [3, 1]), halves("g\($0).weight_hh", [3, 1])]
        })),
    Case(
      "weights that are widened and filled up to blocks", names: ["MiB"],
      separation(
        "long = upsample(power, factor=1x60)\nwide = reshape(long, channels=61500, bins=1)\n"
          + (0..<40).map { "c\($0) = conv(wide, channels=1, kernel=1x1)\n" }.joined(),
        (0..<40).map { halves("c\($0).weight", [1, 61_500, 1, 1]) })),
    Case(
      "a latency of hours", names: ["seconds"],
      separation(
        "late = conv(power, channels=1, kernel=1x1, look=4000)",
        [halves("late.weight", [1, 1, 1, 1])]
      )
      .with { $0.graph = $0.graph.replacing("scale(power", with: "scale(late") }),
  ]

  static let texts: [Case] = [
    Case(
      "a line of 400,000 inputs", names: ["line 2"],
      separation(
        "c = concat(" + [String](repeating: "power", count: 400_000).joined(separator: ",") + ")")),
    Case(
      "a line of 400,000 options", names: ["line 2"],
      separation("c = relu(power" + [String](repeating: ",a=1", count: 400_000).joined() + ")")),
    Case(
      "100,000 lines", names: ["4096"],
      separation((0..<100_000).map { "a\($0) = relu(power)\n" }.joined())),
    Case(
      "60 MB of empty lines", names: ["text", "4194304"],
      separation(String(repeating: "\n", count: 60_000_000))),
    Case(
      "60 MB of description", names: ["text", "4194304"],
      .small.with { $0["general.description"] = .string(String(repeating: " ", count: 60_000_000)) }
    ),
    Case(
      "a name of a megabyte", names: ["line 2"],
      separation(String(repeating: "a", count: 1_000_000) + " = relu(power)")),
    Case(
      "a megabyte of brackets", names: ["line 2"],
      separation("a = relu" + String(repeating: "(", count: 1_000_000) + ")")),
    Case(
      "tensors that overlap", names: ["\"a.weight\"", "\"b.weight\"", "overlap"],
      separation("", [halves("a.weight", [64]), halves("b.weight", [64])]).with { $0.overlap = 32 }),
    Case(
      "two tensors of one name", names: ["\"a.weight\""],
      separation("", [halves("a.weight", [64]), halves("a.weight", [64])])),
    Case(
      "a tensor's name of a kilobyte", names: ["63"],
      separation("", [halves(String(repeating: "a", count: 1_000), [1])])),
    Case(
      "more tensors than any model has", names: ["4097"],
      separation("", (0..<4_097).map { halves("t\($0)", [1]) })),
    Case(
      "a rate of a megahertz", names: ["isolde.rate"],
      .small.with { $0["isolde.rate"] = .uint32(1_000_000) }),
    Case(
      "a hop of a second", names: ["isolde.hop"], .small.with { $0["isolde.hop"] = .uint32(48_000) }
    ),
  ]

  static let costs: [Case] = [
    Case(
      "attention among 41,000 bins", names: ["multiply-adds"],
      ModelFile(
        graph: """
          power = input(bins=1025)
          u = upsample(power, factor=1x40)
          t = attention(u, u, u)
          c = crop(t, bins=1025)
          b = concat(c, c)
          mask = output(b)
          """)),
    Case(
      "a pool under which everything lies", names: ["multiply-adds"],
      separation("wide = pad(power, bins=1000000)\np = max_pool(wide, kernel=1x4096, stride=1x1)")),
    Case(
      "a rate for which no transform is made", names: ["window"],
      ModelFile(
        graph: """
          power = input(bins=32769)
          half = scale(power, factor=0, offset=0.5)
          both = concat(half, half)
          mask = output(both)
          """
      ).with {
        $0["isolde.rate"] = .uint32(8_000)
        $0["isolde.hop"] = .uint32(16_384)
        $0["isolde.window"] = .uint32(65_536)
        $0["isolde.synthesis"] = .uint32(65_536)
      }),
  ]
}
