/// The two sounds that are synthesised; reverb and background are the differences between them and the
/// input. The raw value is the channel of `mask`.
enum Estimate: Int {
  /// Voice + reverb.
  case speech
  case voice

  static var count: Int { 2 }
}
