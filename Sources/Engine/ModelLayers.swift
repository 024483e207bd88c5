import Timing

/// One layer of a model, for display.
public struct LayerInfo {
  /// As in the graph's text.
  public let name: UnsafePointer<CChar>
  /// As in the graph's text.
  public let kind: UnsafePointer<CChar>
  /// Of its output.
  public let shape: Shape
  /// Input frames per output frame.
  public let rate: Int
  /// Delay of its output in input frames.
  public let delay: Int
  /// Numbers learned in training.
  public let parameters: Int
  /// Multiply-adds for one input frame, rounded up.
  public let macs: Int
  /// Bytes of state that it keeps between frames.
  public let stateBytes: Int
}

extension Model {
  /// Layers of the graph; outputs do not count.
  public var layerCount: Int { graph.layers.count }

  /// Layer `index`, in the order of the file.
  public func layer(_ index: Int) -> LayerInfo {
    let layer = graph.layers[index]
    let timing = graph.edges[index].timing
    return LayerInfo(
      name: layer.name, kind: layer.kind, shape: layer.plan.shape,
      rate: timing.rate, delay: timing.delay, parameters: layer.plan.parameters,
      macs: layer.plan.macs.saturatingAdd(timing.rate - 1) / timing.rate,
      stateBytes: layerBytes[index])
  }
}
