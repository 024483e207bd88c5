/* Mathematical functions that Embedded Swift lacks. Those of floats may be called from an audio callback. */
#ifndef ISOLDE_MATHEMATICS_H
#define ISOLDE_MATHEMATICS_H
#include "realtime.h"

#include <math.h>

/** SIMD4<Float> in Swift. */
typedef float float_x4 __attribute__((ext_vector_type(4)));

/** Limits every lane to -limit ... limit; NaN becomes 0. */
ISOLDE_REALTIME static inline float_x4
limited_x4(float_x4 x, float limit)
{
  x = x == x ? x : 0.0f;
  x = x < limit ? x : limit;
  return x > -limit ? x : -limit;
}

/** 10 to the x. */
ISOLDE_REALTIME static inline float
power_of_ten(float x)
{
  return powf(10.0f, x);
}

/** The decibels of a power. */
ISOLDE_REALTIME static inline float
decibels(float power)
{
  return 10.0f * log10f(power);
}

/** Sine, cosine and powers, for tables. */
static inline double
sine(double x)
{
  return sin(x);
}

static inline double
cosine(double x)
{
  return cos(x);
}

static inline double
power(double base, double exponent)
{
  return pow(base, exponent);
}
#endif
