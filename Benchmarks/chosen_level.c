/* The core's own choice of a SIMD level, which the benchmark may lower. */
#include "chosen_level.h"

#define kernels_best_level kernels_detected_level
#include "../Sources/Modules/CKernels/levels.c"
#undef kernels_best_level

int32_t chosen_level = 2;

int32_t
kernels_best_level(void)
{
  const int32_t detected = kernels_detected_level();
  return chosen_level < detected ? chosen_level : detected;
}
