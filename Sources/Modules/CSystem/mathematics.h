/* What Embedded Swift lacks of mathematics. The float functions may be called from a callback. */
#ifndef ISOLDE_MATHEMATICS_H
#define ISOLDE_MATHEMATICS_H
#include "realtime.h"

#include <math.h>

/** SIMD4<Float> in Swift. */
typedef float float_x4 __attribute__((ext_vector_type(4)));

/** The square root of every lane, without libm's errno. */
ISOLDE_REALTIME static inline float_x4
square_root_x4(float_x4 x)
{
  return __builtin_elementwise_sqrt(x);
}

ISOLDE_REALTIME static inline float
square_root(float x)
{
  return square_root_x4(x).x;
}

/** Every lane within -limit ... limit; NaN is 0. */
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

/** Sine and cosine, for tables. */
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
square_root_of(double x)
{
  return sqrt(x);
}
#endif
