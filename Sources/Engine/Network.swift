import CKernels
import Timing

/// The SIMD level of the kernels.
public enum SIMDLevel: Int32 {
  case baseline = 0
  case avx2 = 1
  case avx512 = 2

  /// The highest that this processor supports.
  public static var best: SIMDLevel { SIMDLevel(rawValue: kernels_best_level()) ?? .baseline }
}

/// One stream through a model's graph: a frame in, a frame out, `lookAhead` frames late.
///
/// A frame is processed in steps, one per layer, which a caller can spread over its callbacks.
/// All memory is allocated in `init`; nothing after it allocates, locks or makes system calls.
public struct Network: ~Copyable {
  /// Delay of the outputs in frames.
  public let lookAhead: Int
  /// Steps of a frame.
  public let stepCount: Int
  /// The SIMD level in use.
  public let level: SIMDLevel

  private let state: Arena
  private let fixed: Arena
  private let steps: UnsafeMutablePointer<kernel_step>
  private let costs: UnsafeMutablePointer<Int>
  private let ports: Ports
  private let silence: UnsafeMutablePointer<Float>
  /// Number of the frame taken last; -1 before the first.
  private var frame = -1

  /// An output, found once and read every frame.
  public struct Output {
    fileprivate let ring: Ring
  }

  /// Makes an instance; the model must outlive it.
  public init(_ model: UnsafePointer<Model>, level: SIMDLevel) throws(ModelError) {
    guard level.rawValue <= kernels_best_level() else {
      throw ModelError("this processor does not run SIMD level \(level.rawValue)", .argument)
    }
    let watch = MemoryWatch()
    let size = Layout(model.pointee.graph)
    guard let stateMemory = Arena(bytes: size.state.used),
      let fixedMemory = Arena(bytes: size.fixed.used)
    else { throw .outOfMemory }
    let layout = Layout(model.pointee.graph, level, stateMemory, fixedMemory)
    try watch.check()
    steps = layout.steps
    costs = layout.costs
    ports = layout.ports
    silence = layout.silence
    state = layout.state
    fixed = layout.fixed
    stepCount = model.pointee.graph.layers.count
    lookAhead = model.pointee.lookAhead
    self.level = level
  }

  /// Where to write the next frame of an input: bins × channels, channels innermost. It must not be changed from
  /// `begin()` to the last step.
  public func input(_ name: StaticString) -> UnsafeMutablePointer<Float>? { input(Text(name)) }

  /// An output by its name.
  public func output(_ name: StaticString) -> Output? { output(Text(name)) }

  /// The same by a name known only at run time.
  public func input(_ name: Text) -> UnsafeMutablePointer<Float>? { ports.input(name) }
  /// The same by a name known only at run time.
  public func output(_ name: Text) -> Output? { ports.output(name).map { Output(ring: $0) } }

  /// Resets to silence and frame 0.
  @_noLocks @_noAllocation
  public mutating func reset() {
    state.clear()
    frame = -1
  }

  /// Takes the frame that was written to the inputs.
  @_noLocks @_noAllocation
  public mutating func begin() { frame &+= 1 }

  /// The approximate cost of step `step`, in multiply-adds.
  @_noLocks @_noAllocation
  public func cost(_ step: Int) -> Int { costs[step] }

  /// Runs one step of the frame that `begin` took. After all steps, in order, the outputs are complete.
  @_noLocks @_noAllocation
  public mutating func run(_ step: Int) {
    let own = frame &- Int(steps[step].delay)
    let rate = Int(steps[step].rate)
    guard own >= 0 else { return }
    if rate == 1 {
      kernel_step_run(steps + step, Int64(own))
    } else if own % rate == 0 {
      kernel_step_run(steps + step, Int64(own / rate))
    }
  }

  /// Frame n − lookAhead of an output, after the last step of frame n; zeros before frame 0.
  @_noLocks @_noAllocation
  public func row(_ output: Output) -> UnsafePointer<Float> {
    let own = frame &- lookAhead
    return UnsafePointer(own >= 0 ? output.ring.row(own) : silence)
  }
}

// MARK: Memory

extension Network {
  /// The inputs and outputs of a network by name.
  struct Ports {
    struct Input {
      let name: Text
      let staged: UnsafeMutablePointer<Float>
    }

    struct Output {
      let name: Text
      let ring: Ring
    }

    var inputs: [Input] = []
    var outputs: [Output] = []

    func input(_ name: Text) -> UnsafeMutablePointer<Float>? {
      for port in inputs where port.name == name { return port.staged }
      return nil
    }

    func output(_ name: Text) -> Ring? {
      for port in outputs where port.name == name { return port.ring }
      return nil
    }
  }

  /// The parts of a network; made twice, first to count the memory and then to lay it out.
  struct Layout: ~Copyable {
    let steps: UnsafeMutablePointer<kernel_step>
    let costs: UnsafeMutablePointer<Int>
    let silence: UnsafeMutablePointer<Float>
    let ports: Ports
    /// Bytes of state that each layer keeps between frames.
    let layerBytes: [Int]
    var state: Arena
    var fixed: Arena

    /// Counts.
    init(_ graph: Graph) { self.init(graph, .baseline, Arena(), Arena()) }

    /// Lays out the parts in the arenas, which must be as large as the counting pass found.
    init(_ graph: Graph, _ level: SIMDLevel, _ state: consuming Arena, _ fixed: consuming Arena) {
      let count = graph.layers.count
      steps = fixed.take(kernel_step.self, count)
      costs = fixed.take(Int.self, count)
      var widest = 0
      for output in graph.outputs { widest = max(widest, graph.edges[output.edge].shape.count) }
      silence = fixed.take(Float.self, widest)
      let kernels = fixed.place(kernels_at_level(level.rawValue))

      var rings: [Ring] = []
      var layerBytes: [Int] = []
      var ports = Ports()
      for (i, layer) in graph.layers.enumerated() {
        let before = state.used
        let ring = Ring(graph.edges[i], &state)
        rings.append(ring)
        var builder = LayerBuilder(state: state, fixed: fixed, kernels: kernels, output: ring)
        for input in layer.inputs { builder.inputs.append(rings[input]) }
        let step = layer.plan.build(&builder)
        state = builder.state
        fixed = builder.fixed
        layerBytes.append(state.used - before)
        guard state.isReal else { continue }
        let timing = graph.edges[i].timing
        steps[i] = kernel_step(
          run: step.run, context: step.context, rate: Int64(timing.rate), delay: Int64(timing.delay)
        )
        costs[i] = layer.plan.cost
        if layer.line.kind == inputKind.name {
          let input = step.context.assumingMemoryBound(to: InputState.self).pointee
          ports.inputs.append(Ports.Input(name: layer.line.name, staged: input.staged))
        }
      }
      for output in graph.outputs {
        ports.outputs.append(Ports.Output(name: output.name, ring: rings[output.edge]))
      }
      self.ports = ports
      self.layerBytes = layerBytes
      self.state = state
      self.fixed = fixed
    }
  }
}
