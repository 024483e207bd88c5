import CKernels

// One source, three compilations: LEVEL_BASELINE, LEVEL_AVX2 or LEVEL_AVX512 is set by the build.
// Do not import a level from Swift: an Embedded module is inlined into its importers, which would
// compile it again, for the importer's processor. The one way in is Exports.swift.

#if LEVEL_AVX512
typealias Vector = SIMD16<Float>
typealias IntVector = SIMD16<Int32>
#elseif LEVEL_AVX2
typealias Vector = SIMD8<Float>
typealias IntVector = SIMD8<Int32>
#else
typealias Vector = SIMD4<Float>
typealias IntVector = SIMD4<Int32>
#endif

/// A block of output channels.
typealias Block = SIMD16<Float>

/// Floats in a block of output channels; the weights' layout, the same at every level.
@inline(__always) var block: Int { 16 }

/// Vectors in a block.
@inline(__always) var vectors: Int { 16 / Vector.scalarCount }

/// `sum + a * b`, fused where the processor can. Without the instruction a fused one would be a call
/// of libm for every lane, so the baseline rounds twice; it is the one level that differs in bits.
@inline(__always)
func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
  #if LEVEL_BASELINE && arch(x86_64)
  sum + a * b
  #else
  sum.addingProduct(a, b)
  #endif
}

#if !LEVEL_AVX512
/// The same for the vectors of a block.
@inline(__always)
func multiplyAdd(_ sum: Block, _ a: Block, _ b: Block) -> Block {
  #if LEVEL_BASELINE && arch(x86_64)
  sum + a * b
  #else
  sum.addingProduct(a, b)
  #endif
}
#endif

extension Vector {
  @inline(__always)
  init(_ value: Float) { self.init(repeating: value) }
}

extension UnsafePointer<Float> {
  @inline(__always)
  func vector(at index: Int) -> Vector {
    UnsafeRawPointer(self + index).loadUnaligned(as: Vector.self)
  }
}

extension UnsafePointer<UInt16> {
  /// Half-precision numbers, widened.
  @inline(__always)
  func widened(at index: Int) -> Block {
    #if LEVEL_AVX512
    return kernel_widen16(self + index)
    #elseif LEVEL_AVX2
    return Block(lowHalf: kernel_widen8(self + index), highHalf: kernel_widen8(self + index + 8))
    #else
    let low = SIMD8(lowHalf: kernel_widen4(self + index), highHalf: kernel_widen4(self + index + 4))
    let high = SIMD8(
      lowHalf: kernel_widen4(self + index + 8), highHalf: kernel_widen4(self + index + 12))
    return Block(lowHalf: low, highHalf: high)
    #endif
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  func store(_ vector: Vector, at index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: vector, as: Vector.self)
  }
}

/// `x` in the lanes where a < b, else `y`; `y` where one of a and b is NaN.
@inline(__always)
func choose(_ a: Vector, below b: Vector, _ x: Vector, else y: Vector) -> Vector {
  #if LEVEL_AVX512
  kernel_choose16(a, b, x, y)
  #elseif LEVEL_AVX2
  kernel_choose8(a, b, x, y)
  #else
  kernel_choose4(a, b, x, y)
  #endif
}

/// The larger of every two lanes; b where one is NaN.
@inline(__always)
func maximum(_ a: Vector, _ b: Vector) -> Vector { choose(b, below: a, a, else: b) }

/// The smaller of every two lanes; b where one is NaN.
@inline(__always)
func minimum(_ a: Vector, _ b: Vector) -> Vector { choose(a, below: b, a, else: b) }
