import Engine

/// The inputs and outputs of a network that a separator uses, found once.
struct NetworkPorts {
  /// `[bins][1]`.
  let power: UnsafeMutablePointer<Float>
  /// `[n][2]`; nil when the network does not ask for it.
  let advance: UnsafeMutablePointer<Float>?
  /// `[n][2]`; nil when the network does not ask for it.
  let spectrum: UnsafeMutablePointer<Float>?
  /// `[bins][2]`.
  let mask: Network.Output
  /// See `Taps`; nil when the network has none.
  let taps: Network.Output?

  init(_ network: borrowing Network) throws(SeparatorError) {
    guard let power = network.input("power"), let mask = network.output("mask") else {
      throw SeparatorError(message: "the network lacks input \"power\" or output \"mask\"")
    }
    self.power = power
    advance = network.input("advance")
    spectrum = network.input("spectrum")
    self.mask = mask
    taps = network.output("taps")
  }
}
