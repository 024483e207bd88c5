/* Memory, and random numbers that are the same in each run, for the long tests. */
#ifndef MEASURE_H
#define MEASURE_H
#include "../Tools/clock.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The process's resident memory in KiB; 0 when it is unknown. */
static inline long
resident(void)
{
  long size, pages = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (!file)
    return 0;
  if (fscanf(file, "%ld %ld", &size, &pages) != 2)
    pages = 0;
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Loses memory on purpose, to show that the test of memory finds it. */
static inline void
lose(size_t size)
{
  static void* volatile lost;
  lost = malloc(size);
  if (lost)
    memset(lost, 1, size);
}

/* SplitMix64: the next number below `limit`; the same sequence for a seed. */
static inline uint32_t
chance(uint64_t* state, uint32_t limit)
{
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (uint32_t)((z ^ (z >> 31)) % limit);
}
#endif
