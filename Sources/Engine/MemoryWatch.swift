import CMemory

/// Notices that a small block of Swift's could not be had of the system since the watch was made; see
/// `memory.h`. Every loop over parts of a file asks it.
struct MemoryWatch {
  private let failures = memory_failures()

  func check() throws(ModelError) {
    guard memory_failures() == failures else { throw .outOfMemory }
  }
}
