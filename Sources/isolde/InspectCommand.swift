import ArgumentParser
import CIsolde

/// `isolde inspect`: what a model file holds and what it costs.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows a model's layers, cost, look-ahead and latency.",
    discussion: """
      MACs are multiply-adds a frame, delays are frames, state is what an instance holds of a \
      layer. Without a name: Studio.
      """)

  @Argument(
    help: "The model: a file, extend, split, \(Model.separating) (default: studio).",
    completion: .file(extensions: ["isolde"]))
  var model: String?

  @Flag(help: "Print the text of the graph instead, as stored in the file.")
  var graph = false

  @Flag(help: "Print the graph for Graphviz instead: isolde inspect --dot | dot -Tsvg > graph.svg.")
  var dot = false

  func run() throws {
    let model = try Model(Model.path(model))
    if graph {
      print(String(cString: model.info.graph).trimmingSuffix("\n"))
      return
    }
    if dot {
      GraphDrawing(model).lines.forEach { print($0) }
      return
    }
    describe(model)
    print()
    list(model)
  }

  private func describe(_ model: Model) {
    let info = model.info
    let rate = Double(info.rate)
    let framesPerSecond = rate / Double(max(info.hop, 1))
    func line(_ title: String, _ text: String) {
      if !text.isEmpty { print(title.padded(to: 13) + text.replacingLineFeeds().printable) }
    }
    func samples(_ count: UInt32) -> String {
      "\(count.grouped) samples (\((Double(count) / rate * 1e3).fixed(1)) ms)"
    }
    line("file", model.path)
    line("name", "\(String(cString: info.name)) \(String(cString: info.version))")
    line("description", String(cString: info.description))
    line("author", String(cString: info.author))
    line("licence", String(cString: info.license))
    line("data", String(cString: info.data))
    line(
      "rate",
      "\(info.rate.grouped) Hz by design; runs at "
        + "\(ISOLDE_MIN_RATE.grouped) to \(ISOLDE_MAX_RATE.grouped) Hz")
    line("hop", samples(info.hop))
    line("window", "\(samples(info.window)), synthesis \(samples(info.synthesis))")
    line("look-ahead", "\(info.look_ahead) frames")
    line("task", String(cString: info.task))
    line("latency", info.latency == 0 ? "none: no model for audio" : samples(info.latency))
    line("parameters", info.parameters.grouped)
    line(
      "cost",
      "\(info.macs.grouped) MACs a frame, "
        + "\((Double(info.macs) * framesPerSecond / 1e6).fixed(1)) MMAC/s")
    line("state", "\(info.state_bytes.grouped) bytes an instance")
  }

  private func list(_ model: Model) {
    var table = Table([
      ("layer", false), ("kind", false), ("channels", true), ("bins", true),
      ("parameters", true), ("MACs", true), ("state bytes", true), ("delay", true),
    ])
    for layer in model.layers {
      table.add([
        String(cString: layer.name), String(cString: layer.kind), "\(layer.channels)",
        "\(layer.bins)", layer.parameters.grouped, layer.macs.grouped,
        layer.state_bytes.grouped, "\(layer.delay)",
      ])
    }
    let info = model.info
    table.add([
      "total", "", "", "", info.parameters.grouped, info.macs.grouped, info.state_bytes.grouped,
      "\(info.look_ahead)",
    ])
    table.lines.forEach { print($0) }
  }
}
