/* The picture for a mixer strip: levels of the stems over the last eight seconds. The audio thread adds levels,
 * another thread draws. Internal: not part of the library's interface.
 */
#ifndef ISOLDE_STRIP_H
#define ISOLDE_STRIP_H
#include "isolde_realtime.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct isolde_strip isolde_strip;

/** Makes a strip for audio of `rate` Hz; NULL when there is no memory. */
isolde_strip* _Nullable isolde_strip_new(double rate);
void isolde_strip_free(isolde_strip* _Nullable strip);

/** Adds the linear levels of voice, reverb and background during `count` samples; true when the picture changes.
    For the audio thread. */
ISOLDE_REALTIME bool isolde_strip_add(isolde_strip* _Nonnull strip,
                                      const float* _Nonnull levels,
                                      uint32_t count);

/** Draws the picture: pixels 0xFFRRGGBB, `[height][width]`, which the strip owns and keeps until the next call.
    NULL when there is no memory, or a side is 0 or above 4,096. */
const uint32_t* _Nullable isolde_strip_draw(isolde_strip* _Nonnull strip,
                                            uint32_t width,
                                            uint32_t height);
#endif
