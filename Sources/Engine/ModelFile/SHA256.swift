/// SHA-256 (FIPS 180-4), to detect damaged models.
struct SHA256 {
  private var state: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]

  /// The 64 hexadecimal digits of the digest, as if the digit 0 stood in every byte of `gap`.
  static func digest(
    _ bytes: UnsafeRawBufferPointer, without gap: Range<Int> = 0..<0
  ) -> [UInt8] {
    func byte(_ i: Int) -> UInt8 { gap.contains(i) ? UInt8(ascii: "0") : bytes[i] }
    var hash = SHA256()
    let constants = SHA256.constants
    let whole = bytes.count / 64 * 64
    for at in stride(from: 0, to: whole, by: 64) {
      if gap.overlaps(at..<at + 64) {
        let filled = (at..<at + 64).map(byte)
        filled.withUnsafeBytes { hash.block($0, constants) }
      } else {
        hash.block(UnsafeRawBufferPointer(rebasing: bytes[at..<at + 64]), constants)
      }
    }
    // The rest, a one bit, zeros, and the length in bits: one block or two.
    let rest = bytes.count - whole
    var end = [UInt8](repeating: 0, count: rest < 56 ? 64 : 128)
    for i in 0..<rest { end[i] = byte(whole + i) }
    end[rest] = 0x80
    for i in 0..<8 {
      end[end.count - 1 - i] = UInt8(truncatingIfNeeded: (bytes.count * 8) >> (8 * i))
    }
    end.withUnsafeBytes { end in
      for at in stride(from: 0, to: end.count, by: 64) {
        hash.block(UnsafeRawBufferPointer(rebasing: end[at..<at + 64]), constants)
      }
    }
    var digits: [UInt8] = []
    for i in 0..<8 {
      for shift in stride(from: 28, through: 0, by: -4) {
        let nibble = UInt8(hash.state[i] >> UInt32(shift) & 15)
        digits.append(nibble + (nibble < 10 ? 48 : 87))
      }
    }
    return digits
  }

  /// 64 bytes.
  private mutating func block(_ bytes: UnsafeRawBufferPointer, _ constants: [UInt32]) {
    var w = InlineArray<64, UInt32>(repeating: 0)
    for i in 0..<16 {
      w[i] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
    }
    for i in 16..<64 {
      let a = w[i &- 15]
      let b = w[i &- 2]
      let s0 = right(a, 7) ^ right(a, 18) ^ a >> 3
      let s1 = right(b, 17) ^ right(b, 19) ^ b >> 10
      w[i] = w[i &- 16] &+ s0 &+ w[i &- 7] &+ s1
    }
    var v = state
    for i in 0..<64 {
      let s1 = right(v[4], 6) ^ right(v[4], 11) ^ right(v[4], 25)
      let choice = v[4] & v[5] ^ ~v[4] & v[6]
      let t1 = v[7] &+ s1 &+ choice &+ constants[i] &+ w[i]
      let s0 = right(v[0], 2) ^ right(v[0], 13) ^ right(v[0], 22)
      let majority = v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]
      v = [t1 &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
    }
    for i in 0..<8 { state[i] = state[i] &+ v[i] }
  }

  private func right(_ x: UInt32, _ n: UInt32) -> UInt32 { x &>> n | x &<< (32 - n) }

  /// The first 32 bits of the fractions of the cube roots of the first 64 primes.
  private static var constants: [UInt32] {
    [
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
      0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
      0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
      0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
      0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
      0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
      0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
      0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
      0xc67178f2,
    ]
  }
}
