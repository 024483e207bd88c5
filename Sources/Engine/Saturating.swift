/// Saturating arithmetic on non-negative numbers from a file: an overflow becomes the largest value, which a
/// limit then rejects.
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
