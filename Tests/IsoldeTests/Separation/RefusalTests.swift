import CIsolde
import Testing

/// What cannot be done is refused with one line.
@Suite struct RefusalTests {
  @Test(arguments: [0, -1, 1, 7_999, 192_001, 1e9, 1e300, .infinity, -.infinity, .nan] as [Double])
  func `absurd rates are refused`(rate: Double) throws {
    let model = try Model(.small)
    let refusal = #expect(throws: Refusal.self) { try Separator(model, rate: rate) }
    #expect(refusal?.isOneLine == true)
  }

  @Test(arguments: [0, 65, 1_000_000, Int(UInt32.max)])
  func `absurd channel counts are refused`(channels: Int) throws {
    let model = try Model(.small)
    let refusal = #expect(throws: Refusal.self) { try Separator(model, channels: channels) }
    #expect(refusal?.isOneLine == true)
    #expect(refusal?.message.contains("\(channels)") == true)
  }

  @Test func `a network that is no separator is refused by name`() throws {
    let model = try Model(
      ModelFile(graph: "a = input(bins=4)\nb = scale(a, factor=2)\ny = output(b)"))
    #expect(model.info.latency == 0)
    let refusal = #expect(throws: Refusal.self) { try Separator(model) }
    #expect(refusal?.isOneLine == true)
    #expect(refusal?.message.contains("power") == true)
  }

  @Test func `a message need not be asked for`() throws {
    let model = try Model(.small)
    #expect(isolde_separator_new(model.pointer, 0, 1, nil) == nil)
    #expect(isolde_model_parse("GGUF", 4, nil) == nil)
    #expect(isolde_model_open("/no/such/file", nil) == nil)
    #expect(isolde_network_new(model.pointer, 99, nil) == nil)
  }

  @Test func `nothing is freed without harm`() {
    isolde_separator_free(nil)
    isolde_network_free(nil)
    isolde_model_free(nil)
  }
}
