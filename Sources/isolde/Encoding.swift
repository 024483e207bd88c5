import ArgumentParser
import CSndfile

/// How samples are stored in the output.
enum Encoding: String, CaseIterable, ExpressibleByArgument {
  case same, pcm16, pcm24, float

  /// libsndfile's number; nil: as in the input.
  var code: Int? {
    switch self {
    case .same: nil
    case .pcm16: SF_FORMAT_PCM_16
    case .pcm24: SF_FORMAT_PCM_24
    case .float: SF_FORMAT_FLOAT
    }
  }
}
