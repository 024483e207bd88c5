/// What `isolde clean` tells of one recording.
struct CleaningReport {
  let input: String
  let files: [String]
  let plot: String?
  /// Samples a channel.
  let length: Int
  let rate: Int
  let channels: Int
  /// Samples.
  let latency: Int
  /// Seconds of work.
  let elapsed: Double
  let pauses: PauseLevels?
  let notFinite: Int
  /// How the recording differs from what its header says; nil when it does not.
  let discrepancy: String?
  /// Other lines of warning.
  let notes: [String]
  let clipped: Int

  /// Writes the summary to stdout.
  func print() {
    let duration = Double(length) / Double(rate)
    let sound = "\(channels) channel\(channels == 1 ? "" : "s"), \(rate.grouped) Hz"
    let late = "\(latency.grouped) samples (\((Double(latency) / Double(rate) * 1e3).fixed(1)) ms)"
    let speed = (duration / max(elapsed, 1e-9)).fixed(1)
    Console.print("\(input): \(duration.fixed(2)) s, \(sound)")
    for file in files + (plot.map { [$0] } ?? []) { Console.print("  wrote    \(file)") }
    Console.print("  latency  \(late), compensated")
    Console.print("  took     \(elapsed.fixed(2)) s, \(speed) x real time")
    if let pauses { Console.print("  noise    \(pauses.text)") }
  }

  /// Writes warnings to stderr.
  func warn() {
    if let discrepancy { Console.warn("\(input): \(discrepancy)") }
    for note in notes { Console.warn(note) }
    if notFinite > 0 {
      Console.warn("\(input): \(notFinite.grouped) samples are no numbers and count as silence")
    }
    if clipped > 0 {
      Console.warn(
        "\(files[0]): \(clipped.grouped) samples clipped; lower the levels or write --encoding float"
      )
    }
  }
}
