/// The result for one recording.
struct CleaningReport {
  let input: String
  /// What was done, for messages: "cleaned", "extended" or "split".
  let done: String
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
  let levels: StemLevels
  /// What the model does. If it extends, its addition is counted as the voice; if it splits, the mix holds the
  /// vocals and the background is the accompaniment.
  let task: String
  /// Noise before and after; nil when a single stem or the difference was written.
  let noise: NoiseReduction?
  /// Clipped samples of all outputs.
  let clipped: Int
  /// Lines for the user.
  let warnings: [String]
  /// Whether the recording differs from its header.
  let differs: Bool

  /// Seconds of sound.
  var seconds: Double { Double(length) / Double(rate) }

  private var speed: String { (seconds / max(elapsed, 1e-9)).fixed(0) }

  /// The summary, for one recording.
  var text: String {
    let sound = "\(channels) channel\(channels == 1 ? "" : "s"), \(rate.grouped) Hz"
    let late = "\(latency.grouped) samples (\((Double(latency) / Double(rate) * 1e3).fixed(1)) ms)"
    let mean = levels.mean
    var lines = ["\(input): \(durationText(seconds)), \(sound)"]
    for file in files + (plot.map { [$0] } ?? []) { lines.append("  wrote    \(file)") }
    lines.append("  latency  \(late), compensated")
    lines.append("  took     \(durationText(elapsed)), \(speed) x real time")
    switch task {
    case "extend":
      lines.append("  added    \(levelText(mean.voice)) to \(levelText(mean.input))")
    case "split":
      lines.append("  heard    \(partsText)")
    default:
      lines.append(
        "  heard    voice \(levelText(mean.voice)), reverb \(levelText(mean.reverb)), "
          + "background \(levelText(mean.background))")
    }
    if let noise { lines.append("  noise    \(noise.text)") }
    return lines.joined(separator: "\n")
  }

  /// The summary in one line, for one of many recordings.
  var line: String {
    let result: String
    switch task {
    case "extend": result = "added \(levelText(levels.mean.voice))"
    case "split": result = partsText
    default:
      result = noise?.removed.map { "noise \((-$0).fixed(1)) dB" } ?? "no noise measured"
    }
    return "\(input) -> \(files[0]): \(durationText(seconds)), \(result), \(speed) x real time"
  }

  private var partsText: String {
    "vocals \(levelText(levels.mean.output)), accompaniment \(levelText(levels.mean.background))"
  }

  /// The row of a report.
  var row: ReportRow {
    var row = ReportRow(input, status: done)
    row.set("result", .text(files[0]))
    row.set("seconds", .number(seconds, places: 3))
    row.set("rate_hz", .count(rate))
    row.set("channels", .count(channels))
    let mean = levels.mean
    func level(_ power: Double) -> Double? { power > 1e-15 ? decibels(power) : nil }
    row.set("input_dbfs", level(mean.input))
    row.set("output_dbfs", level(mean.output))
    if task != "extend" {
      row.set("voice_dbfs", level(task == "split" ? mean.output : mean.voice))
      row.set("reverb_dbfs", level(task == "split" ? 0 : mean.reverb))
      row.set("background_dbfs", level(mean.background))
    }
    if case .measured(let before, let after, _)? = noise?.finding {
      row.set("noise_before_dbfs", before)
      row.set("noise_after_dbfs", after)
      row.set("noise_reduction_db", before - after)
    }
    row.set("latency_samples", .count(latency))
    row.set("took_seconds", .number(elapsed, places: 3))
    row.set("clipped_samples", .count(clipped))
    row.set("warnings", .text(warnings.joined(separator: "; ")))
    return row
  }
}

/// The level of a mean square, for display.
private func levelText(_ power: Double) -> String {
  power > 1e-15 ? "\(decibels(power).fixed(1)) dBFS" : "silent"
}

/// 12.3 s, 4 min 05 s, 2 h 03 min.
func durationText(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if seconds < 60 { return "\(seconds.fixed(2)) s" }
  if whole < 3_600 { return "\(whole / 60) min \(two(whole % 60)) s" }
  return "\(whole / 3_600) h \(two(whole / 60 % 60)) min"
}
