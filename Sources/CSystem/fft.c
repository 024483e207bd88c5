/* Planning: one thread at a time. */
#include "fft.h"

#include <pthread.h>

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

fft_plans
fft_plans_new(int32_t size, float* samples, fftwf_complex* spectrum)
{
  pthread_mutex_lock(&planner);
  const fft_plans plans = {
    .forward = fftwf_plan_dft_r2c_1d(size, samples, spectrum, FFTW_ESTIMATE),
    .backward = fftwf_plan_dft_c2r_1d(size, spectrum, samples, FFTW_ESTIMATE),
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
