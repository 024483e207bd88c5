import Engine

/// The inputs and outputs of a network that a separator uses, found once.
struct NetworkPorts {
  /// `[bins][1]`.
  let power: UnsafeMutablePointer<Float>
  /// `[n][2]`; nil when the network has no such input.
  let advance: UnsafeMutablePointer<Float>?
  /// `[n][2]`; nil when the network has no such input.
  let spectrum: UnsafeMutablePointer<Float>?
  /// `[n][2]`; nil when the network does not ask for it.
  let noise: UnsafeMutablePointer<Float>?
  /// `[bins][2]`; nil when the network separates nothing.
  let mask: Network.Output?
  /// See `Taps`; nil when the network has none.
  let taps: Network.Output?
  /// See `Fill`; nil when the network adds nothing.
  let fill: Network.Output?

  init(_ network: borrowing Network) throws(SeparatorError) {
    guard let power = network.input("power") else {
      throw SeparatorError(message: "the network lacks input \"power\"")
    }
    self.power = power
    advance = network.input("advance")
    spectrum = network.input("spectrum")
    noise = network.input("noise")
    mask = network.output("mask")
    taps = network.output("taps")
    fill = network.output("fill")
  }
}
