/* The plug-in's picture for a mixer's strip, no part of the library's interface: the levels of the stems over
 * the last eight seconds. The audio thread adds levels, another thread draws.
 */
#ifndef ISOLDE_STRIP_H
#define ISOLDE_STRIP_H
#include "isolde_realtime.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct isolde_strip isolde_strip;

/** For audio of that rate, Hz; NULL when there is no memory. */
isolde_strip* _Nullable isolde_strip_new(double rate);
void isolde_strip_free(isolde_strip* _Nullable strip);

/** The levels of voice, reverb and background, linear, that hold for `count` samples; true when the picture
    has changed by them. For the audio thread. */
ISOLDE_REALTIME bool isolde_strip_add(isolde_strip* _Nonnull strip,
                                      const float* _Nonnull levels,
                                      uint32_t count);

/** Pixels, `[height][width]`, 0xFFRRGGBB, which are the strip's until the next call; NULL when there is no
    memory or the size is 0 or beyond 4,096. */
const uint32_t* _Nullable isolde_strip_draw(isolde_strip* _Nonnull strip,
                                            uint32_t width,
                                            uint32_t height);
#endif
