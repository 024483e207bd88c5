import CKernels
import Timing

/// A layer as the graph sees it: what it needs from its inputs, and how to make it.
struct LayerPlan {
  /// Of the output.
  let shape: Shape
  /// Which input frames an output frame needs.
  var reach = Reach.frame
  /// Zero bins that it reads on either side of its input.
  var pad = 0
  /// Numbers learned in training.
  var parameters = 0
  /// Multiply-adds for a frame of the output.
  var macs = 0
  /// Approximate cost of one of them relative to one in a convolution; see `make bench`, layers.
  var effort = 1
  /// Approximate cost of an output frame, in multiply-adds of a convolution.
  var cost: Int { effort.saturatingTimes(macs).saturatingAdd(shape.count.saturatingTimes(4)) }
  /// Places the layer's state and returns its step; called once to count memory and once to lay it out.
  let build: (inout LayerBuilder) -> LayerStep
}

/// What is called for every frame of a layer's output.
struct LayerStep {
  let run: @convention(c) (UnsafeMutableRawPointer, Int64) -> Void
  let context: UnsafeMutableRawPointer

  init<State>(
    _ state: UnsafeMutablePointer<State>,
    _ run: @convention(c) (UnsafeMutableRawPointer, Int64) -> Void
  ) {
    self.run = run
    context = UnsafeMutableRawPointer(state)
  }
}

/// Where a layer finds its memory, its inputs and its output.
struct LayerBuilder: ~Copyable {
  /// Cleared by a reset: frames, hidden states, running means.
  var state: Arena
  /// Never cleared: records, scratch.
  var fixed: Arena
  let kernels: UnsafePointer<kernel_table>
  var inputs: [Ring] = []
  var output: Ring

  /// The only input of most layers.
  var input: Ring { inputs[0] }
}

/// A kind of layer: one row of `layerKinds`.
struct LayerKind: Sendable {
  let name: StaticString
  /// How many inputs it takes.
  let inputs: ClosedRange<Int>
  /// Checks shapes, options and weights; packs the weights.
  let plan: @Sendable (inout LayerReader) throws(ModelError) -> LayerPlan

  init(
    _ name: StaticString, inputs: ClosedRange<Int> = 1...1,
    plan: @escaping @Sendable (inout LayerReader) throws(ModelError) -> LayerPlan
  ) {
    self.name = name
    self.inputs = inputs
    self.plan = plan
  }
}
