import CKernels

// The one way into this level.

private func table() -> kernel_table {
  kernel_table(
    convolve: { convolve($0.pointee, $1, $2, bins: Int($3)) },
    depthwise: { depthwise($0.pointee, $1, $2, bins: Int($3)) },
    dense: { dense($0.pointee, $1, $2) },
    map: { map($0, $1, $2, $3, $4, Int($5)) },
    combine: { combine($0, $1, $2, $3, Int($4)) },
    gru: { gru($0, $1, stride: Int($2), $3, Int($4)) },
    lstm: { lstm($0, $1, stride: Int($2), $3, cell: $4, Int($5)) })
}

#if LEVEL_AVX512
/// See `kernels.h`.
@c @implementation public func kernels_avx512() -> kernel_table { table() }
#elseif LEVEL_AVX2
/// See `kernels.h`.
@c @implementation public func kernels_avx2() -> kernel_table { table() }
#else
/// See `kernels.h`.
@c @implementation public func kernels_baseline() -> kernel_table { table() }
#endif
