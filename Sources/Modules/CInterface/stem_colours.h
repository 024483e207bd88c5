/* The colours of the stems on dark ground, 0xRRGGBB. They differ for all kinds of colour blindness: they lie on the
 * axis from orange to blue, which red-green blindness leaves, with a grey between.
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
