/* The ranges that a separator supports. isolde.h includes this file. */
#ifndef ISOLDE_LIMITS_H
#define ISOLDE_LIMITS_H

enum
{
  ISOLDE_MIN_RATE = 8000,   /**< Hz */
  ISOLDE_MAX_RATE = 192000, /**< Hz */
  ISOLDE_MAX_CHANNELS = 64,
};
#endif
