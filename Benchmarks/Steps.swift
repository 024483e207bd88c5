import Engine

// The steps of a network one by one, for the programs of the benchmark; the library has no such call.

extension OpaquePointer {
  fileprivate var network: UnsafeMutablePointer<Network> { UnsafeMutablePointer(self) }
}

/// Takes the frame that was written to the inputs, see `isolde_network_push`.
@c public func steps_begin(_ network: OpaquePointer) { network.network.pointee.begin() }

/// Runs a step of it; step i is layer i of the model.
@c public func steps_run(_ network: OpaquePointer, _ step: Int32) {
  network.network.pointee.run(Int(step))
}

/// What the schedule takes the step's cost for.
@c public func steps_cost(_ network: OpaquePointer, _ step: Int32) -> Int64 {
  Int64(network.network.pointee.cost(Int(step)))
}
