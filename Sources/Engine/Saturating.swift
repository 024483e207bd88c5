/// Arithmetic on numbers of a file, none of them negative: what is too large stays at the largest,
/// where a limit finds it.
extension Int {
  /// The sum, at most `.max`.
  public func saturatingAdd(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// The product, at most `.max`.
  public func saturatingTimes(_ other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
