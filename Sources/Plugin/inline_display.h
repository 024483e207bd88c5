/* The extension for a picture in the mixer's strip, which Ardour and Mixbus have:
 * http://harrisonconsoles.com/lv2/inlinedisplay. It is no part of the LV2 distribution.
 */
#ifndef ISOLDE_INLINE_DISPLAY_H
#define ISOLDE_INLINE_DISPLAY_H
#include <lv2/core/lv2.h>
#include <stdint.h>

#define LV2_INLINEDISPLAY__interface "http://harrisonconsoles.com/lv2/inlinedisplay#interface"
#define LV2_INLINEDISPLAY__queue_draw "http://harrisonconsoles.com/lv2/inlinedisplay#queue_draw"

/** Pixels as cairo's ARGB32 has them. */
typedef struct
{
  unsigned char* data;
  int width;
  int height;
  int stride; /**< bytes */
} LV2_Inline_Display_Image_Surface;

/** The host's feature: it asks for the picture soon. May be called in run(). */
typedef struct
{
  void* handle;
  void (*queue_draw)(void* handle);
} LV2_Inline_Display;

/** The plug-in's extension data: a picture of that width and at most that height, the plug-in's until the
    next call; not called in the audio thread. */
typedef struct
{
  LV2_Inline_Display_Image_Surface* (*render)(LV2_Handle instance, uint32_t width, uint32_t height);
} LV2_Inline_Display_Interface;
#endif
