import CIsolde
import Testing

/// The engine computes delays from the graph, and aligns edges that meet.
@Suite struct GraphTests {
  /// Convolutions that pass one frame on; with a look-ahead of `look`, their delay is as many frames.
  static func passing(_ name: String, look: Int, kernel: Int = 1) -> ModelFile.Tensor {
    // The newest frame of the kernel has the last tap.
    .float("\(name).weight", [1, 1, kernel, 1], [Float](repeating: 0, count: kernel - 1) + [1])
  }

  @Test func `delays add along the graph and joins take the longest`() throws {
    let model = try Model(
      ModelFile(
        graph: """
          x = input(bins=2)
          a = conv(x, channels=1, kernel=1x1, look=2)
          b = conv(a, channels=1, kernel=1x1, look=3)
          c = conv(x, channels=1, kernel=1x1, look=4)
          d = add(b, c)
          e = add(d, x)
          y = output(e)
          """,
        tensors: [
          Self.passing("a", look: 2), Self.passing("b", look: 3), Self.passing("c", look: 4),
        ]))
    let delays = ["x": 0, "a": 2, "b": 5, "c": 4, "d": 5, "e": 5]
    for (name, delay) in delays { #expect(model.layer(named: name).map { Int($0.delay) } == delay) }
    #expect(model.info.look_ahead == 5)
    #expect(try Network(model).delay == 5)
  }

  /// b[j] = x[j + 5], c[j] = x[j + 4], so the sum shows every path at its own frame.
  @Test func `edges that meet belong to the same frame`() throws {
    let network = try Network(
      Model(
        ModelFile(
          graph: """
            x = input(bins=1)
            a = conv(x, channels=1, kernel=1x1, look=2)
            b = conv(a, channels=1, kernel=1x1, look=3)
            c = conv(x, channels=1, kernel=1x1, look=4)
            d = subtract(b, c)
            e = concat(d, x)
            y = output(e)
            """,
          tensors: [
            Self.passing("a", look: 2), Self.passing("b", look: 3), Self.passing("c", look: 4),
          ])))
    let input = Signal.noise(40, level: 1)
    for (n, value) in input.enumerated() {
      let row = try network.push(["x": [value]], output: "y", count: 2)
      let j = n - 5
      if j < 0 {
        #expect(row == [0, 0])
      } else {
        #expect(row == [input[j + 5] - input[j + 4], input[j]])
      }
    }
  }

  @Test func `an edge may be used many times`() throws {
    let network = try Network(
      Model(
        ModelFile(
          graph:
            "x = input(channels=2, bins=3)\na = add(x, x)\nb = multiply(a, x)\ny = output(b)\nz = output(a)"
        )))
    let frame: [Float] = [1, 2, 3, -4, 5, -6]
    #expect(try network.push(["x": frame], output: "y", count: 6) == frame.map { 2 * $0 * $0 })
    #expect(try network.push(["x": frame], output: "z", count: 6) == frame.map { 2 * $0 })
  }

  @Test func `outputs are due together`() throws {
    // One output looks ahead, the other does not; both are delayed equally.
    let network = try Network(
      Model(
        ModelFile(
          graph:
            "x = input(bins=1)\na = conv(x, channels=1, kernel=1x1, look=3)\ny = output(a)\nz = output(x)",
          tensors: [Self.passing("a", look: 3)])))
    #expect(network.delay == 3)
    for n in 0..<10 {
      let ahead = try network.push(["x": [Float(n + 1)]], output: "y", count: 1)[0]
      let now = try #require(isolde_network_output(network.pointer, "z"))[0]
      #expect(now == (n < 3 ? 0 : Float(n - 3 + 1)))
      #expect(ahead == (n < 3 ? 0 : Float(n + 1)))
    }
  }

  @Test func `names that are not there give nothing`() throws {
    let network = try Network(Model(.small))
    for name in ["", "mask", "Power", "power ", "\u{1F600}", String(repeating: "x", count: 10_000)]
    {
      #expect(isolde_network_input(network.pointer, name) == nil)
    }
    for name in ["", "power", "gain", "Mask", String(repeating: "x", count: 10_000)] {
      #expect(isolde_network_output(network.pointer, name) == nil)
    }
    #expect(isolde_network_input(network.pointer, "power") != nil)
    #expect(isolde_network_output(network.pointer, "mask") != nil)
  }

  @Test func `info tells what the file says`() throws {
    let model = try Model(.small)
    defer { withExtendedLifetime(model) {} }  // the texts live as long as it does
    let info = model.info
    #expect(String(cString: info.name) == "test")
    #expect(String(cString: info.version) == "1")
    #expect(String(cString: info.author) == "the tests")
    #expect(String(cString: info.license) == "GPL-3.0-or-later")
    #expect(String(cString: info.description) == "made by a test")
    #expect(String(cString: info.data) == "none")
    #expect(String(cString: info.graph) == ModelFile.small.graph)
    #expect(
      info.rate == 48_000 && info.hop == 512 && info.window == 2_048 && info.synthesis == 1_024)
    #expect(info.look_ahead == 5)
    #expect(info.layers == 7)
    // enc: 4 outputs x 30 weights + 4; gain: 2 x 4 + 2; bands: 1,025 values each.
    #expect(info.parameters >= 134)
    // A multiply-add for each weight of enc and gain at each of the 48 bins, at the least.
    #expect(info.macs >= UInt64(48 * (120 + 8)))
    #expect(info.state_bytes > 0)

    let kinds = (0..<7).compactMap { model.layer($0).map { String(cString: $0.kind) } }
    #expect(kinds == ["input", "bands", "log", "running_norm", "conv", "conv", "bands"])
    let encoder = try #require(model.layer(named: "enc"))
    #expect(encoder.channels == 4 && encoder.bins == 48 && encoder.delay == 5)
    #expect(encoder.parameters == 124 && encoder.macs == 48 * 120)
    #expect(model.layer(7) == nil)
    #expect(model.layer(Int(UInt32.max)) == nil)
  }

  @Test func `keys that only describe may be missing`() throws {
    var file = ModelFile.small
    for key in ["name", "version", "author", "license", "description"] {
      file["general.\(key)"] = nil
    }
    file["isolde.data"] = nil
    let model = try Model(file)
    withExtendedLifetime(model) {
      let info = model.info
      for text in [info.name, info.version, info.author, info.license, info.description, info.data]
      {
        #expect(String(cString: text).isEmpty)
      }
    }
  }

  @Test func `keys of others are skipped`() throws {
    let file = ModelFile.small.with {
      $0.keys.insert(("general.quantization_version", .uint32(2)), at: 3)
      $0["other.float64"] = .raw(type: 12, bytes: little([Double(1.5).bitPattern]))
      $0["other.bool"] = .raw(type: 7, bytes: [1])
      // An array of two strings: type of the elements, how many, the elements.
      $0["other.texts"] = .raw(
        type: 9, bytes: little([UInt32(8)]) + little([UInt64(2), 1]) + [65] + little([UInt64(0)]))
    }
    let separator = try Separator(Model(file))
    let input = [Signal.talk(10_000, rate: 48_000)]
    #expect(try separator.mix(input) == Separator(Model(.small)).mix(input))
  }

  @Test func `comments, blank lines and order of definition are free`() throws {
    let file = ModelFile.small.with { file in
      file.graph =
        "# a network\n\n" + file.graph.replacing("gain   =", with: "   gain=   ") + "\n\n# end"
    }
    #expect(try Separator(Model(file)).latency == 4_096)
  }
}
