/* Flushes denormals to zero for the duration of an audio callback. */
#ifndef ISOLDE_DENORMALS_H
#define ISOLDE_DENORMALS_H
#include "isolde_realtime.h"

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
typedef uint32_t fp_state;

/* Bit 15: results flushed to zero (FTZ). Bit 6: inputs too (DAZ). Both hold for SSE and AVX. */
ISOLDE_REALTIME static inline fp_state
denormals_off(void)
{
  const fp_state before = _mm_getcsr();
  _mm_setcsr(before | 0x8040);
  return before;
}

/* The thread belongs to the host, so its mode is restored. */
ISOLDE_REALTIME static inline void
denormals_restore(fp_state before)
{
  _mm_setcsr(before);
}
#elif defined(__aarch64__)
typedef uint64_t fp_state;

ISOLDE_REALTIME static inline fp_state
denormals_off(void) /* bit 24 of FPCR: flush to zero */
{
  fp_state before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | (1u << 24)));
  return before;
}

ISOLDE_REALTIME static inline void
denormals_restore(fp_state before)
{
  __asm__ volatile("msr fpcr, %0" : : "r"(before));
}
#endif
#endif
