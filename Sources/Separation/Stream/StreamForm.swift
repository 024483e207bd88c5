import Engine

/// What a stream writes.
public enum StreamTask: Int32 {
  /// One output a channel: the mix.
  case mix
  /// Three: voice of all channels, reverb of all, background of all.
  case stems
  /// One output a channel: the recording with what the model adds.
  case extend

  /// What its models do.
  var ofModel: ModelTask { self == .extend ? .extend : .separate }
}

/// The form of a stream's audio, the same for all its branches.
public struct StreamForm {
  /// Sample rate in Hz. A host may give an absurd one, which no separator takes; the input still passes.
  let rate: Double
  /// Audio channels.
  let channels: Int
  let task: StreamTask

  /// - Parameters:
  ///   - rate: sample rate in Hz.
  ///   - channels: audio channels, at least 1.
  ///   - task: what is written.
  public init(rate: Double, channels: Int, task: StreamTask) {
    self.rate = rate
    self.channels = channels
    self.task = task
  }

  /// Channels that are written.
  var outputs: Int { task == .stems ? 3 * channels : channels }

  /// `rate`, limited to those that separators take; NaN is the lowest.
  var usableRate: Double {
    let rates = Requirements.rates
    return rate >= rates.lowerBound ? min(rate, rates.upperBound) : rates.lowerBound
  }

  /// Samples of a piece: the longest that branches work on at a time.
  static var piece: Int { 256 }
}
