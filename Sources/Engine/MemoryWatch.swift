import CMemory

/// Notices whether a small allocation by Swift has failed since the watch was made; see `memory.h`. Every
/// loop over parts of a file checks it.
struct MemoryWatch {
  private let failures = memory_failures()

  func check() throws(ModelError) {
    guard memory_failures() == failures else { throw .outOfMemory }
  }
}
