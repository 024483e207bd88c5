/* Planning: one thread at a time. */
#include "fft.h"

#include <pthread.h>

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

fft_plans
fft_plans_new(int32_t size,
              float* samples,
              fftwf_complex* spectrum,
              float* product,
              float* stems,
              int64_t stride)
{
  const fftwf_iodim whole = { .n = size, .is = 1, .os = 1 };
  const unsigned flags = FFTW_ESTIMATE | FFTW_DESTROY_INPUT;
  pthread_mutex_lock(&planner);
  const fft_plans plans = {
    .forward = fftwf_plan_dft_r2c_1d(size, samples, spectrum, FFTW_ESTIMATE),
    .backward = fftwf_plan_guru_split_dft(
      1, &whole, 0, NULL, product + stride, product, stems + stride, stems, flags),
    .stride = stride,
  };
  pthread_mutex_unlock(&planner);
  return plans;
}

void
fft_plans_free(fft_plans plans)
{
  pthread_mutex_lock(&planner);
  fftwf_destroy_plan(plans.forward);
  fftwf_destroy_plan(plans.backward);
  pthread_mutex_unlock(&planner);
}
