/* Clocks of the tests and the benchmark, in seconds. */
#ifndef CLOCK_H
#define CLOCK_H
#include <time.h>

static inline double
clock_seconds_of(clockid_t clock)
{
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Wall-clock time; quick to call. */
static inline double
wall_seconds(void)
{
  return clock_seconds_of(CLOCK_MONOTONIC);
}

/* Processor time of this thread, without what other programs take of the core. */
static inline double
cpu_seconds(void)
{
  return clock_seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

/* Processor time of all threads. */
static inline double
process_seconds(void)
{
  return clock_seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}
#endif
