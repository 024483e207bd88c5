/* Measures the best that this core can do, with which kernels are compared. */
#ifndef PEAK_H
#define PEAK_H
#include <stddef.h>
#include <stdint.h>

enum
{
  LEVELS = 3, /**< baseline, AVX2, AVX-512, as in kernels.h */
};

/** Runs independent multiply-adds in registers; gives their number. */
double peak_multiply_adds(int level, long rounds);

/** The same with one factor of each widened from half precision, out of 12 vectors that stay in the
    nearest cache; not at the baseline. */
double peak_widening_adds(int level, const uint16_t* halves, long rounds);

/** Reads a buffer of whole 512-byte pieces with vectors of the level; gives the bytes. */
double peak_load(int level, const void* buffer, size_t size, long rounds);
#endif
