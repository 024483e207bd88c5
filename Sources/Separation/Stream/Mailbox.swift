import Synchronization

/// Passes branches between the audio thread and the others: new ones in, a list of retired ones out.
struct Mailbox: ~Copyable {
  private let given = Atomic<UnsafeMutablePointer<Branch>?>(nil)
  private let retired = Atomic<UnsafeMutablePointer<Branch>?>(nil)

  deinit {
    Branch.free(given.load(ordering: .acquiring))
    Branch.free(retired.load(ordering: .acquiring))
  }

  // MARK: Any thread but the audio thread

  /// Of several branches given between two callbacks, the last one counts.
  func give(_ branch: UnsafeMutablePointer<Branch>) {
    Branch.free(given.exchange(branch, ordering: .acquiringAndReleasing))
  }

  /// Frees the retired branches.
  func collect() {
    Branch.free(retired.exchange(nil, ordering: .acquiringAndReleasing))
  }

  // MARK: The audio thread

  /// The branch that was given, if any.
  @_noLocks @_noAllocation
  func take() -> UnsafeMutablePointer<Branch>? {
    // Most callbacks find nothing; a load costs them less than an exchange.
    guard given.load(ordering: .relaxed) != nil else { return nil }
    return given.exchange(nil, ordering: .acquiringAndReleasing)
  }

  /// Whether the last list was collected, so that there is room for another.
  var hasRoom: Bool { retired.load(ordering: .acquiring) == nil }

  /// Leaves a list to be freed; requires room.
  @_noLocks @_noAllocation
  func retire(_ list: UnsafeMutablePointer<Branch>) {
    retired.store(list, ordering: .releasing)
  }
}
