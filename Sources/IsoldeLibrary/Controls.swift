import CIsolde
import Separation

extension Controls {
  /// What C asks for.
  init(_ asked: isolde_controls) {
    self.init(
      voice: asked.voice, reverb: asked.reverb, ambience: asked.ambience,
      sensitivity: asked.sensitivity, listen: asked.listen, enabled: asked.enabled)
  }
}

extension StemGains {
  /// As C wants them: voice, reverb, background.
  func write(to levels: UnsafeMutablePointer<Float>) {
    levels[0] = voice
    levels[1] = reverb
    levels[2] = ambience
  }
}
