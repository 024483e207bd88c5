/* Limits controls to their ranges, for the core. */
#ifndef ISOLDE_LIMITED_H
#define ISOLDE_LIMITED_H
#include "isolde_controls.h"
#include "isolde_realtime.h"

ISOLDE_REALTIME static inline float
limited_level(float value, float initial, float low, float high)
{
  return value != value ? initial : value < low ? low : value > high ? high : value;
}

ISOLDE_REALTIME static inline int32_t
limited_choice(int32_t value, int32_t initial, int32_t low, int32_t high)
{
  return value < low || value > high ? initial : value;
}

#define LIMITED_DECIBELS(...) limited_level(__VA_ARGS__)
#define LIMITED_PERCENT(...) limited_level(__VA_ARGS__)
#define LIMITED_CHOICE(...) limited_choice(__VA_ARGS__)
#define LIMITED_SWITCH(value, ...) value
#define LIMITED(kind, id, name, initial, low, high, ...) \
  .id = LIMITED_##kind(asked.id, initial, low, high),

/** Limits every control to its range. NaN and unknown choices become the default. */
ISOLDE_REALTIME static inline isolde_controls
controls_limited(isolde_controls asked)
{
  return (isolde_controls){ ISOLDE_CONTROLS(LIMITED) };
}

#define IS_EQUAL(kind, id, ...) &&a.id == b.id

ISOLDE_REALTIME static inline bool
controls_are_equal(isolde_controls a, isolde_controls b)
{
  return true ISOLDE_CONTROLS(IS_EQUAL);
}

#define DEFAULT(kind, id, name, initial, ...) .id = initial,

ISOLDE_REALTIME static inline isolde_controls
controls_default(void)
{
  return (isolde_controls){ ISOLDE_CONTROLS(DEFAULT) };
}
#endif
