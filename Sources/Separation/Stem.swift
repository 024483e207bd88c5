/// The two sounds that are synthesised; reverb and ambience are what is left between them and the
/// input. The raw value is the channel of `mask`.
enum Stem: Int {
  /// Voice + reverb.
  case speech
  case voice

  static var count: Int { 2 }
}
