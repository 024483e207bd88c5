import CSystem
import Engine

/// The window pair of docs/model-file.md: their product is a Hann window over the last samples, or the
/// square of Vorbis's window, so overlapping frames sum to the input.
struct Windows {
  /// `[window]`, unit energy: a bin of white noise of unit power has unit power.
  let analysis: UnsafePointer<Float>
  /// `[synthesis]`, times `1 / window` for FFTW's unscaled transforms.
  let synthesis: UnsafePointer<Float>

  init(_ geometry: Geometry, _ fixed: inout Arena) {
    let analysis = fixed.take(Float.self, geometry.window)
    let synthesis = fixed.take(Float.self, geometry.synthesis)
    self.analysis = UnsafePointer(analysis)
    self.synthesis = UnsafePointer(synthesis)
    if fixed.isReal { Windows.fill(analysis, synthesis, geometry) }
  }

  private static func fill(
    _ analysis: UnsafeMutablePointer<Float>, _ synthesis: UnsafeMutablePointer<Float>,
    _ geometry: Geometry
  ) {
    if geometry.windows == .vorbis { return fillVorbis(analysis, synthesis, geometry.window) }
    let rise = geometry.window - geometry.synthesis / 2
    let fall = geometry.synthesis / 2
    func shape(_ i: Int) -> Double {
      i < rise
        ? sine(.pi / 2 * (Double(i) + 0.5) / Double(rise))
        : cosine(.pi / 2 * (Double(i - rise) + 0.5) / Double(fall))
    }

    var energy = 0.0
    for i in 0..<geometry.window { energy += shape(i) * shape(i) }
    let scale = energy.squareRoot()
    for i in 0..<geometry.window { analysis[i] = Float(shape(i) / scale) }

    let first = geometry.window - geometry.synthesis
    let gain = 2 / Double(geometry.synthesisHops) * scale / Double(geometry.window)
    for i in 0..<geometry.synthesis {
      let root = sine(.pi * (Double(i) + 0.5) / Double(geometry.synthesis))
      synthesis[i] = Float(root * root / shape(first + i) * gain)
    }
  }

  /// Fills both windows, two hops each.
  private static func fillVorbis(
    _ analysis: UnsafeMutablePointer<Float>, _ synthesis: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    let scale = (Double(count) / 2).squareRoot()  // the energy of the window
    for i in 0..<count {
      let root = sine(.pi * (Double(i) + 0.5) / Double(count))
      let shape = sine(.pi / 2 * root * root)
      analysis[i] = Float(shape / scale)
      synthesis[i] = Float(shape * scale / Double(count))
    }
  }
}
