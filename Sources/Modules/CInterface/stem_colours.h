/* The colours of the stems on a dark background, 0xRRGGBB. Orange and blue remain distinct with red-green colour
 * blindness; grey lies between them.
 */
#ifndef ISOLDE_STEM_COLOURS_H
#define ISOLDE_STEM_COLOURS_H

enum
{
  STEM_COLOUR_VOICE = 0xE69F00,
  STEM_COLOUR_REVERB = 0x56B4E9,
  STEM_COLOUR_BACKGROUND = 0xA6A6A6,
};
#endif
