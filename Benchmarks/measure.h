/* Time, test signals and records, shared by the programs of the benchmark.
 *
 * A program prints a table for people and, when it is given a file's name, writes one JSON object a
 * line for Benchmarks/page.py.
 */
#ifndef MEASURE_H
#define MEASURE_H
#include "../Tests/Tools/clock.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Pseudo-random numbers -1 ... 1, the same in each run. */
static inline float
noise_sample(uint32_t* state)
{
  *state = *state * 1664525u + 1013904223u;
  return (float)(int32_t)*state / 2147483648.f;
}

/** Zeros, aligned to a cache line. Never freed. */
static inline void*
aligned_calloc(size_t size)
{
  const size_t whole = (size + 127) / 64 * 64;
  void* const memory = aligned_alloc(64, whole);
  if (!memory)
    exit(1);
  return memset(memory, 0, whole);
}

/** Random floats, aligned to a cache line. Never freed. */
static inline float*
random_floats(size_t count, float scale)
{
  static uint32_t state = 1;
  float* const floats = aligned_calloc(count * sizeof *floats);
  for (size_t i = 0; i < count; ++i)
    floats[i] = scale * noise_sample(&state);
  return floats;
}

/** Opens the file for records that argument `index` names; without one, they are dropped. */
static inline FILE*
open_records(int argc, char** argv, int index)
{
  FILE* const file = fopen(argc > index ? argv[index] : "/dev/null", "w");
  if (!file) {
    perror(argv[index]);
    exit(1);
  }
  return file;
}
#endif
