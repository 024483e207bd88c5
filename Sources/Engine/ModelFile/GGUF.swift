/// A GGUF version 3 container: keys with values, and named tensors.
///
/// Nothing is copied; texts and tensors point into the bytes. Source: the GGUF specification of the
/// ggml project; docs/model-file.md for what Isolde puts into it.
struct GGUF {
  struct Entry {
    let key: Text
    let value: Value
  }

  enum Value {
    case integer(Int)
    case text(Text)
    case other
  }

  struct Tensor {
    enum Kind: UInt32 {
      case float32 = 0
      case float16 = 1
      case int32 = 26

      var size: Int { self == .float16 ? 2 : 4 }
    }

    let name: Text
    let kind: Kind
    /// Slowest axis first, as in PyTorch.
    let shape: [Int]
    /// Little-endian values, with no guaranteed alignment in memory.
    let data: UnsafeRawPointer
    let count: Int
    /// The end of the last value.
    var end: UnsafeRawPointer { data + count * kind.size }
  }

  /// The whole file.
  let bytes: UnsafeRawBufferPointer
  private(set) var entries: [Entry] = []
  private var tensors: [Tensor] = []
  private var names = NameIndex()
  /// All bytes from the first tensor's to the end of the file.
  private(set) var tensorBytes = UnsafeRawBufferPointer(start: nil, count: 0)

  private let watch = MemoryWatch()

  /// The maximum number of keys and of tensors; a higher count is damage.
  private static let limit: UInt64 = 4096
  /// Bytes of a tensor's name: GGUF's limit.
  private static let longestName = 63

  /// Bytes of `GGUF`, with which every file begins.
  static let startSize = 4

  /// Refuses a file whose first bytes are not those of a model file.
  static func check(start: UInt32) throws(ModelError) {
    guard UInt32(littleEndian: start) == 0x4655_4747 else {
      throw ModelError("not a model file (it does not begin with GGUF)")
    }
  }

  init(_ bytes: UnsafeRawBufferPointer) throws(ModelError) {
    self.bytes = bytes
    var reader = ByteReader(bytes)
    try GGUF.check(start: reader.value(UInt32.self))
    let version = try reader.value(UInt32.self)
    guard version == 3 else {
      throw ModelError("a GGUF file of version \(version); this Isolde reads version 3")
    }
    let tensorCount = try reader.value(UInt64.self)
    let entryCount = try reader.value(UInt64.self)
    guard tensorCount <= GGUF.limit, entryCount <= GGUF.limit else {
      throw ModelError(
        "damaged: it claims to hold \(tensorCount) tensors and \(entryCount) keys")
    }
    for _ in 0..<entryCount {
      let key = try reader.text()
      entries.append(Entry(key: key, value: try GGUF.value(&reader)))
      try watch.check()
    }
    try readTensors(Int(tensorCount), &reader)
  }

  /// The value of a key; nil when there is none.
  func value(_ key: StaticString) -> Value? {
    for entry in entries where entry.key == key { return entry.value }
    return nil
  }

  /// Which bytes of the file a text of it is.
  func place(of text: Text) -> Range<Int> {
    guard let base = bytes.baseAddress else { return 0..<0 }
    let start = UnsafeRawPointer(text.start) - base
    return start..<start + text.count
  }

  /// A tensor by the name `layer.part`.
  func tensor(_ layer: Text, _ part: StaticString) -> Tensor? {
    names.place(of: layer, part).map { tensors[$0] }
  }

  // MARK: Reading

  private static func value(_ reader: inout ByteReader) throws(ModelError) -> Value {
    let type = try reader.value(UInt32.self)
    switch type {
    case 4: return .integer(Int(try reader.value(UInt32.self)))
    case 5: return .integer(Int(try reader.value(Int32.self)))
    case 10: return .integer(Int(truncatingIfNeeded: try reader.value(UInt64.self)))
    case 8: return .text(try reader.text())
    case 9:
      let element = try reader.value(UInt32.self)
      let count = try reader.value(UInt64.self)
      if element == 8 {
        guard count <= UInt64(reader.left) else { throw ModelError("damaged: a list is too long") }
        for _ in 0..<count { _ = try reader.text() }
      } else {
        let (bytes, overflow) = count.multipliedReportingOverflow(by: try size(of: element))
        guard !overflow else { throw ModelError("damaged: a list is too long") }
        _ = try reader.take(bytes)
      }
      return .other
    default:
      _ = try reader.take(try size(of: type))
      return .other
    }
  }

  /// Bytes of a value of a GGUF type of constant size.
  private static func size(of type: UInt32) throws(ModelError) -> UInt64 {
    switch type {
    case 0, 1, 7: return 1
    case 2, 3: return 2
    case 4, 5, 6: return 4
    case 10, 11, 12: return 8
    default: throw ModelError("damaged: a value of unknown type \(type)")
    }
  }

  /// Refuses tensors that share bytes.
  private func checkApart() throws(ModelError) {
    let order = tensors.indices.sorted { tensors[$0].data < tensors[$1].data }
    for (one, next) in zip(order, order.dropFirst())
    where tensors[next].data < tensors[one].end {
      let first = tensors[min(one, next)].name.shown
      let second = tensors[max(one, next)].name.shown
      throw ModelError("damaged: tensors \"\(first)\" and \"\(second)\" overlap")
    }
  }

  /// What the header says of a tensor.
  private struct TensorHeader {
    let name: Text
    let shape: [Int]
    let elements: Int
    let kind: Tensor.Kind
    /// From the first tensor's bytes.
    let offset: UInt64
  }

  private func readHeader(_ reader: inout ByteReader) throws(ModelError) -> TensorHeader {
    let name = try reader.text()
    guard name.count <= GGUF.longestName else {
      throw ModelError(
        "a tensor's name has \(name.count) bytes; the maximum is \(GGUF.longestName)")
    }
    let rank = try reader.value(UInt32.self)
    guard rank >= 1, rank <= 4 else {
      throw ModelError("tensor \"\(name.shown)\" has \(rank) axes; 1 to 4 are allowed")
    }
    var shape: [Int] = []
    var elements = 1
    for _ in 0..<rank {
      let length = try reader.value(UInt64.self)
      guard length >= 1, length <= UInt64(reader.bytes.count) else {
        throw ModelError("tensor \"\(name.shown)\" is larger than the file")
      }
      shape.insert(Int(length), at: 0)
      let (product, overflow) = elements.multipliedReportingOverflow(by: Int(length))
      guard !overflow, product <= reader.bytes.count else {
        throw ModelError("tensor \"\(name.shown)\" is larger than the file")
      }
      elements = product
    }
    let type = try reader.value(UInt32.self)
    guard let kind = Tensor.Kind(rawValue: type) else {
      throw ModelError(
        "tensor \"\(name.shown)\" has GGUF type \(type); only F32, F16 and I32 are supported")
    }
    return TensorHeader(
      name: name, shape: shape, elements: elements, kind: kind,
      offset: try reader.value(UInt64.self))
  }

  private mutating func readTensors(_ count: Int, _ reader: inout ByteReader) throws(ModelError) {
    var headers: [TensorHeader] = []
    for _ in 0..<count {
      headers.append(try readHeader(&reader))
      try watch.check()
    }
    var alignment = 32
    if case .integer(let given)? = value("general.alignment") { alignment = given }
    guard alignment >= 1, alignment <= 4096 else {
      throw ModelError("damaged: an alignment of \(alignment) bytes")
    }
    reader.align(to: alignment)
    tensorBytes = UnsafeRawBufferPointer(rebasing: reader.bytes[reader.position...])
    for header in headers {
      let bytes = UInt64(header.elements * header.kind.size)
      guard let base = tensorBytes.baseAddress, header.offset <= UInt64(tensorBytes.count),
        bytes <= UInt64(tensorBytes.count) - header.offset
      else {
        throw ModelError("the file ends before tensor \"\(header.name.shown)\": it is damaged")
      }
      let tensor = Tensor(
        name: header.name, kind: header.kind, shape: header.shape,
        data: base + Int(header.offset), count: header.elements)
      guard names.add(header.name, at: tensors.count) else {
        throw ModelError("damaged: there are two tensors \"\(header.name.shown)\"")
      }
      tensors.append(tensor)
      try watch.check()
    }
    try checkApart()
  }
}

extension GGUF.Tensor {
  /// Element `index` as a float; half precision is widened without loss.
  func float(_ index: Int) -> Float {
    switch kind {
    case .float32: return data.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
    case .float16: return widened(half(index))
    case .int32: return Float(data.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
    }
  }

  /// The bits of element `index` of an F16 tensor.
  func half(_ index: Int) -> UInt16 {
    data.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
  }

  /// Element `index` of an I32 tensor.
  func integer(_ index: Int) -> Int {
    Int(data.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
  }

  /// `32×16×2×3`
  var shapeShown: String { GGUF.shown(shape) }
}

extension GGUF {
  static func shown(_ shape: [Int]) -> String {
    var shown = ""
    for (i, length) in shape.enumerated() { shown += (i > 0 ? "×" : "") + "\(length)" }
    return shown
  }
}

/// A half-precision number as a float. By hand: on a processor without the instruction `Float(Float16)`
/// calls a function of the compiler's run-time library.
private func widened(_ half: UInt16) -> Float {
  let sign = UInt32(half & 0x8000) << 16
  let exponent = UInt32(half >> 10) & 31
  let fraction = UInt32(half & 1023)
  if exponent == 0 {
    let value = Float(fraction) / 16_777_216  // 2^-24
    return sign == 0 ? value : -value
  }
  let bits = exponent == 31 ? 0x7f80_0000 | fraction << 13 : (exponent + 112) << 23 | fraction << 13
  return Float(bitPattern: sign | bits)
}
