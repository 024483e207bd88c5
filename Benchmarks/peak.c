#include "peak.h"

#include <immintrin.h>

/* 12 chains: a multiply-add takes 4 cycles and two begin in each, so 8 would do. `keep` hides the sum from
   the optimiser, which would otherwise fold the loop. */
#define MULTIPLY_ADDS(name, isa, vector, set, fused, keep) \
  __attribute__((target(isa))) static double name(long rounds) \
  { \
    enum \
    { \
      CHAINS = 12 \
    }; \
    const vector a = set(0.999f), b = set(1e-3f); \
    vector sum[CHAINS]; \
    for (int i = 0; i < CHAINS; ++i) \
      sum[i] = set((float)i); \
    for (long r = 0; r < rounds; ++r) { \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; ++i) \
      { \
        sum[i] = fused; \
        __asm__ volatile("" : keep(sum[i])); \
      } \
    } \
    return (double)(CHAINS * sizeof(vector) / sizeof(float)) * (double)rounds; \
  }
MULTIPLY_ADDS(adds_baseline,
              "sse2",
              __m128,
              _mm_set1_ps,
              _mm_add_ps(_mm_mul_ps(sum[i], a), b),
              "+x")
MULTIPLY_ADDS(adds_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps(sum[i], a, b), "+x")
MULTIPLY_ADDS(adds_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps(sum[i], a, b), "+v")

#define WIDENING_ADDS(name, isa, vector, set, fused, keep) \
  __attribute__((target(isa))) static double name(const uint16_t* halves, long rounds) \
  { \
    enum \
    { \
      CHAINS = 12, \
      LANES = sizeof(vector) / sizeof(float) \
    }; \
    const vector a = set(0.999f); \
    vector sum[CHAINS]; \
    for (int i = 0; i < CHAINS; ++i) \
      sum[i] = set((float)i); \
    for (long r = 0; r < rounds; ++r) { \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; ++i) \
      { \
        const void* at = halves + i * LANES; \
        __asm__ volatile("" : "+r"(at)); \
        sum[i] = fused; \
        __asm__ volatile("" : keep(sum[i])); \
      } \
    } \
    return (double)(CHAINS * LANES) * (double)rounds; \
  }
WIDENING_ADDS(widening_avx2,
              "avx2,fma,f16c",
              __m256,
              _mm256_set1_ps,
              _mm256_fmadd_ps(_mm256_cvtph_ps(_mm_load_si128(at)), a, sum[i]),
              "+x")
WIDENING_ADDS(widening_avx512,
              "avx512f",
              __m512,
              _mm512_set1_ps,
              _mm512_fmadd_ps(_mm512_cvtph_ps(_mm256_load_si256(at)), a, sum[i]),
              "+v")

/* Loads that nothing waits for. */
#define LOADS(name, isa, vector, load, keep) \
  __attribute__((target(isa))) static double name(const void* buffer, size_t size, long rounds) \
  { \
    enum \
    { \
      ABREAST = 8 \
    }; \
    const char* const bytes = buffer; \
    for (long r = 0; r < rounds; ++r) \
      for (size_t at = 0; at < size; at += ABREAST * sizeof(vector)) { \
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < ABREAST; ++i) \
        { \
          vector x = load((const float*)(const void*)(bytes + at + i * sizeof(vector))); \
          __asm__ volatile("" : keep(x)); \
        } \
      } \
    return (double)size * (double)rounds; \
  }
LOADS(load_baseline, "sse2", __m128, _mm_load_ps, "+x")
LOADS(load_avx2, "avx2", __m256, _mm256_load_ps, "+x")
LOADS(load_avx512, "avx512f", __m512, _mm512_load_ps, "+v")

double
peak_multiply_adds(int level, long rounds)
{
  static double (*const run[LEVELS])(long) = { adds_baseline, adds_avx2, adds_avx512 };
  return run[level](rounds);
}

double
peak_widening_adds(int level, const uint16_t* halves, long rounds)
{
  static double (*const run[LEVELS])(const uint16_t*,
                                     long) = { NULL, widening_avx2, widening_avx512 };
  return run[level](halves, rounds);
}

double
peak_load(int level, const void* buffer, size_t size, long rounds)
{
  static double (*const run[LEVELS])(
    const void*, size_t, long) = { load_baseline, load_avx2, load_avx512 };
  return run[level](buffer, size, rounds);
}
