/* What the audio thread needs of the system: denormals off for the length of a callback. */
#ifndef ISOLDE_REALTIME_H
#define ISOLDE_REALTIME_H
#include <stdint.h>

/* RT_SAFE: a promise to Swift callers; the compiler's check of @_noLocks stops at a C declaration. */
#ifdef __clang__
#define RT_SAFE \
  __attribute__((swift_attr("@_noLocks"))) __attribute__((swift_attr("@_noAllocation")))
#else /* gcc knows none of these */
#define RT_SAFE
#define _Nonnull
#define _Nullable
#endif

#if defined(__x86_64__)
#include <xmmintrin.h>
typedef uint32_t fp_state;

/* Bit 15: results flushed to zero (FTZ). Bit 6: inputs too (DAZ). Both hold for SSE and AVX. */
RT_SAFE static inline fp_state
denormals_off(void)
{
  const fp_state before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
}

/* The thread is the host's: give it back as it was. */
RT_SAFE static inline void
denormals_restore(fp_state before)
{
  _mm_setcsr(before);
}
#elif defined(__aarch64__)
typedef uint64_t fp_state;

RT_SAFE static inline fp_state
denormals_off(void) /* bit 24 of FPCR: flush to zero */
{
  fp_state before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | (1u << 24)));
  return before;
}

RT_SAFE static inline void
denormals_restore(fp_state before)
{
  __asm__ volatile("msr fpcr, %0" : : "r"(before));
}
#endif
#endif
