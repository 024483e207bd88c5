import ArgumentParser

/// How the output stores samples.
enum Encoding: String, CaseIterable, ExpressibleByArgument {
  case same, pcm16, pcm24, pcm32, float

  /// Nil: as in the input.
  var stored: StoredSamples? {
    switch self {
    case .same: nil
    case .pcm16: .integer(bits: 16)
    case .pcm24: .integer(bits: 24)
    case .pcm32: .integer(bits: 32)
    case .float: .float(bits: 32)
    }
  }
}
