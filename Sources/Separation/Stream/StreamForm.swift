import Engine

/// What a stream outputs.
public enum StreamTask: Int32 {
  /// One output for each channel: the mix.
  case mix
  /// Three outputs for each channel: voice of all channels, reverb of all, background of all.
  case stems
  /// One output for each channel: the recording with what the model adds.
  case extend

  /// The task of its models.
  var ofModel: ModelTask { self == .extend ? .extend : .separate }
}

/// The form of a stream's audio, the same for all its branches.
public struct StreamForm {
  /// Sample rate in Hz. A host may give one that no separator accepts; the input still passes.
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

  /// `rate`, limited to the range that separators accept; NaN becomes the lowest.
  var usableRate: Double {
    let rates = Requirements.rates
    return rate >= rates.lowerBound ? min(rate, rates.upperBound) : rates.lowerBound
  }

  /// The longest piece that a branch processes at a time, in samples.
  static var piece: Int { 256 }
}
