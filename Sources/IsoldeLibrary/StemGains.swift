import Separation

extension StemGains {
  /// Writes them as a C array: voice, reverb, background.
  func write(to levels: UnsafeMutablePointer<Float>) {
    levels[0] = voice
    levels[1] = reverb
    levels[2] = ambience
  }
}
