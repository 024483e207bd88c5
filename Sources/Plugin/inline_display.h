/* The extension by which Ardour and Mixbus show a plug-in's picture in the mixer strip:
 * http://harrisonconsoles.com/lv2/inlinedisplay. The LV2 distribution does not contain it.
 */
#ifndef ISOLDE_INLINE_DISPLAY_H
#define ISOLDE_INLINE_DISPLAY_H
#include <lv2/core/lv2.h>
#include <stdint.h>

#define LV2_INLINEDISPLAY__interface "http://harrisonconsoles.com/lv2/inlinedisplay#interface"
#define LV2_INLINEDISPLAY__queue_draw "http://harrisonconsoles.com/lv2/inlinedisplay#queue_draw"

/** Pixels in cairo's format ARGB32. */
typedef struct
{
  unsigned char* data;
  int width;
  int height;
  int stride; /**< bytes */
} LV2_Inline_Display_Image_Surface;

/** The host's feature: asks the host to draw the picture soon. May be called in run(). */
typedef struct
{
  void* handle;
  void (*queue_draw)(void* handle);
} LV2_Inline_Display;

/** The plug-in's extension data: returns a picture `width` wide and at most `height` high, which the plug-in
    owns and keeps until the next call. Not called in the audio thread. */
typedef struct
{
  LV2_Inline_Display_Image_Surface* (*render)(LV2_Handle instance, uint32_t width, uint32_t height);
} LV2_Inline_Display_Interface;
#endif
