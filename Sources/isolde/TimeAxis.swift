import Glibc

/// A time axis: marks at round places, in seconds, minutes or hours.
struct TimeAxis {
  let seconds: Double
  /// Distance between marks, seconds.
  let step: Double

  private static let steps: [Double] =
    [10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400]

  /// About eight marks up to `seconds`.
  init(_ seconds: Double) {
    self.seconds = seconds
    let rough = max(seconds, 1e-3) / 8
    if seconds >= 100 {
      step = Self.steps.first { $0 >= rough } ?? (rough / 86_400).rounded(.up) * 86_400
    } else {
      let power = pow(10, floor(log10(rough)))
      step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
    }
  }

  /// The marks, in seconds.
  var marks: [Double] { Array(stride(from: 0, through: seconds * (1 + 1e-9), by: step)) }

  /// The axis's title.
  var title: String {
    seconds < 100 ? "Time in seconds" : seconds < 6_000 ? "Time in minutes" : "Time in hours"
  }

  /// 0.25, 12; 3:20; 1:03:20.
  func text(_ place: Double) -> String {
    if seconds < 100 {
      let places = step >= 1 ? 0 : Int((-log10(step)).rounded(.up))
      return place.fixed(places)
    }
    let whole = Int(place.rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds < 6_000 { return "\(whole / 60):\(two(whole % 60))" }
    return "\(whole / 3_600):\(two(whole / 60 % 60))"
  }
}
