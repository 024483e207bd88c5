import CSndfile

/// Copies what belongs to the recording and not to its samples.
///
/// Titles and comments, the Broadcast Wave chunk with its time stamp, the iXML of field recorders,
/// markers and the channel map. What the target's format cannot hold is left out. The memory that
/// is returned must live until the target is closed, says libsndfile; then `deallocate()` it.
func copyMetadata(
  from source: OpaquePointer, to target: OpaquePointer
) -> UnsafeMutableRawPointer? {
  for kind in Int32(SF_STR_TITLE)...Int32(SF_STR_GENRE) {
    if let text = sf_get_string(source, kind) { sf_set_string(target, kind, text) }
  }
  // A coding history of up to 15,000 bytes; libsndfile refuses 16 KiB and more.
  copy(
    MemoryLayout<SF_BROADCAST_INFO>.size + 15_000, SFC_GET_BROADCAST_INFO, SFC_SET_BROADCAST_INFO)
  copy(MemoryLayout<SF_CUES>.size, SFC_GET_CUE, SFC_SET_CUE)
  var info = SF_INFO()
  sf_command(
    source, Int32(SFC_GET_CURRENT_SF_INFO), &info, Int32(MemoryLayout<SF_INFO>.size))
  copy(
    MemoryLayout<Int32>.size * Int(info.channels), SFC_GET_CHANNEL_MAP_INFO,
    SFC_SET_CHANNEL_MAP_INFO)
  return copyChunk("iXML", from: source, to: target)

  func copy<Command: FixedWidthInteger>(_ bytes: Int, _ get: Command, _ set: Command) {
    withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 16) { memory in
      memory.initializeMemory(as: UInt8.self, repeating: 0)
      if sf_command(source, Int32(get), memory.baseAddress, Int32(bytes)) == SF_TRUE {
        sf_command(target, Int32(set), memory.baseAddress, Int32(bytes))
      }
    }
  }
}

/// Copies the first RIFF chunk of that name, byte by byte.
private func copyChunk(
  _ name: StaticString, from source: OpaquePointer, to target: OpaquePointer
) -> UnsafeMutableRawPointer? {
  var chunk = SF_CHUNK_INFO()
  withUnsafeMutableBytes(of: &chunk.id) { id in
    for i in 0..<name.utf8CodeUnitCount { id[i] = name.utf8Start[i] }
  }
  chunk.id_size = UInt32(name.utf8CodeUnitCount)
  guard let iterator = sf_get_chunk_iterator(source, &chunk),
    sf_get_chunk_size(iterator, &chunk) == 0, (1..<16_000_000).contains(chunk.datalen)
  else { return nil }
  let memory = UnsafeMutableRawPointer.allocate(byteCount: Int(chunk.datalen), alignment: 16)
  chunk.data = memory
  if sf_get_chunk_data(iterator, &chunk) == 0 { sf_set_chunk(target, &chunk) }
  return memory
}
