/* Which copy of the kernels runs. */
#include "kernels.h"

int32_t
kernels_best_level(void)
{
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4"))
    return 2;
  if (__builtin_cpu_supports("x86-64-v3"))
    return 1;
#endif
  return 0;
}

kernel_table
kernels_at_level(int32_t level)
{
  switch (level) {
#if defined(__x86_64__)
    case 2:
      return kernels_avx512();
    case 1:
      return kernels_avx2();
#endif
    default:
      return kernels_baseline();
  }
}
