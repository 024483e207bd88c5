import CSndfile
import Foundation

/// Golden vectors: what PyTorch gave, made by Training/vectors/make_vectors.py.
struct Vector: Sendable, CustomStringConvertible {
  let name: String
  /// Frames of the input, or samples when the input is `audio`.
  let frames: Int
  let inputs: [String]
  let outputs: [String]
  let delay: Int

  var description: String { name }
  var isAudio: Bool { inputs == ["audio"] }

  var modelPath: String { Vector.folder + "\(name).isolde" }

  func input(_ edge: String) throws -> [Float] { try read("in", edge, of: inputs.count) }
  func output(_ edge: String) throws -> [Float] { try read("out", edge, of: outputs.count) }

  private func read(_ side: String, _ edge: String, of count: Int) throws -> [Float] {
    let part = count == 1 ? "" : ".\(edge)"
    return try floats(Vector.folder + "\(name).\(side)\(part).f32")
  }

  static let folder = root + "/Tests/Vectors/"

  /// The rows of vectors.csv; empty when it cannot be read, which a test notices.
  static let all: [Vector] = {
    let text = (try? String(contentsOfFile: folder + "vectors.csv", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard fields.count >= 5, let frames = Int(fields[1]), let delay = Int(fields[4]) else {
        return nil
      }
      return Vector(
        name: fields[0], frames: frames, inputs: fields[2].split(separator: " ").map(String.init),
        outputs: fields[3].split(separator: " ").map(String.init), delay: delay)
    }
  }()
}

let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().path

let studioPath = root + "/Bundle/models/studio.isolde"

/// A file of little-endian 32-bit floats.
func floats(_ path: String) throws -> [Float] {
  let bytes = try Data(contentsOf: URL(filePath: path))
  return bytes.withUnsafeBytes { raw in
    stride(from: 0, to: raw.count - 3, by: 4).map {
      Float(
        bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
    }
  }
}

/// The channels of a sound file.
func soundFile(_ path: String) throws -> [[Float]] {
  var info = SF_INFO()
  guard let file = sf_open(path, Int32(SFM_READ), &info) else { throw CocoaError(.fileReadUnknown) }
  defer { sf_close(file) }
  let channels = Int(info.channels)
  var samples = [Float](repeating: .nan, count: Int(info.frames) * channels)
  sf_readf_float(file, &samples, info.frames)
  return (0..<channels).map { channel in
    stride(from: channel, to: samples.count, by: channels).map { samples[$0] }
  }
}
