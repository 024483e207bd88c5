/* FFTW's planner, which only one thread may use at a time. */
#include "fft.h"

#include "memory.h"

#include <pthread.h>
#include <stdatomic.h>

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;
static unsigned long alive; /* plans */
static atomic_int inside;   /* threads that plan, or wait to plan */

static void
enter(void)
{
  ++inside;
  pthread_mutex_lock(&planner);
}

static void
leave(void)
{
  pthread_mutex_unlock(&planner);
  --inside;
}

/* Replace FFTW's own functions, which end the process when there is no memory. */
void* fftwf_kernel_malloc(size_t size);
void fftwf_kernel_free(void* block);

void*
fftwf_kernel_malloc(size_t size)
{
  void* block = NULL;
  return memory_align(&block, MEMORY_ALIGNMENT, size) ? NULL : block;
}

void
fftwf_kernel_free(void* block)
{
  memory_give(block);
}

/* Frees the planner's memory, as far as no plan needs it. */
static void
forget(void)
{
  if (alive == 0)
    fftwf_cleanup();
  else
    fftwf_forget_wisdom();
}

/* Runs at dlclose. It also runs at the end of a process, when other threads may still plan and play. */
__attribute__((destructor)) static void
forget_at_end(void)
{
  if (inside == 0 && alive == 0)
    fftwf_cleanup();
}

static void
destroy(fft_plans plans)
{
  if (plans.forward)
    fftwf_destroy_plan(plans.forward);
  if (plans.backward)
    fftwf_destroy_plan(plans.backward);
}

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
  enter();
  const uint64_t failures = memory_failures();
  fft_plans plans = {
    .forward = fftwf_plan_dft_r2c_1d(size, samples, spectrum, FFTW_ESTIMATE),
    .backward = fftwf_plan_guru_split_dft(
      1, &whole, 0, NULL, product + stride, product, stems + stride, stems, flags),
    .stride = stride,
  };
  if (plans.forward && plans.backward && memory_failures() == failures) {
    ++alive;
  } else {
    destroy(plans);
    forget();
    plans.forward = plans.backward = NULL;
  }
  leave();
  return plans;
}

void
fft_plans_free(fft_plans plans)
{
  enter();
  destroy(plans);
  --alive;
  leave();
}
