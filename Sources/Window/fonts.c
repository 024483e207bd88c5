/* Draws text in as many fonts as its characters need. cairo_show_text alone uses only the desktop's first font, which on
 * some systems has only Chinese letters, and draws boxes for the characters that it lacks.
 */
#define _GNU_SOURCE
#include "window.h"

#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
#include <stdlib.h>
#include <string.h>

/* The desktop's fonts, plain and bold, in order of preference, without those that add no characters. They are never
   freed, as cairo keeps what it has read of them, too. */
static FcFontSet* fonts[2];
static FcPattern* wanted[2];

static const FcFontSet*
sorted(bool is_bold)
{
  if (!fonts[is_bold]) {
    FcPattern* pattern = FcPatternCreate();
    if (!pattern)
      return NULL;
    FcPatternAddString(pattern, FC_FAMILY, (const FcChar8*)"sans-serif");
    FcPatternAddInteger(pattern, FC_WEIGHT, is_bold ? FC_WEIGHT_BOLD : FC_WEIGHT_MEDIUM);
    FcPatternAddInteger(pattern, FC_SLANT, FC_SLANT_ROMAN);
    FcConfigSubstitute(NULL, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcResult result;
    fonts[is_bold] = FcFontSort(NULL, pattern, FcTrue, NULL, &result);
    wanted[is_bold] = pattern;
  }
  return fonts[is_bold];
}

/* The index of the first font that has a character; 0 when none has it. */
static int
font_of(const FcFontSet* set, FcChar32 character)
{
  for (int i = 0; i < set->nfont; ++i) {
    FcCharSet* has = NULL;
    if (FcPatternGetCharSet(set->fonts[i], FC_CHARSET, 0, &has) == FcResultMatch &&
        FcCharSetHasChar(has, character))
      return i;
  }
  return 0;
}

/* Whether cairo's current font has all characters of a text. */
static bool
is_whole(cairo_t* cairo, const char* text)
{
  cairo_glyph_t* glyphs = NULL;
  int count = 0;
  bool result =
    cairo_scaled_font_text_to_glyphs(
      cairo_get_scaled_font(cairo), 0, 0, text, -1, &glyphs, &count, NULL, NULL, NULL) ==
    CAIRO_STATUS_SUCCESS;
  for (int i = 0; result && i < count; ++i)
    result = glyphs[i].index != 0;
  cairo_glyph_free(glyphs);
  return result;
}

/* Draws a text in the current font, or only measures it; returns its length. */
static double
run(cairo_t* cairo, const char* text, bool is_drawn)
{
  cairo_text_extents_t extents;
  cairo_text_extents(cairo, text, &extents);
  if (is_drawn)
    cairo_show_text(cairo, text); /* moves the current point to the text's end */
  return extents.x_advance;
}

/* The length in bytes of the beginning of a text that one font can draw: that of its first character. */
static size_t
part_of(const FcFontSet* set, const char* text, int* font)
{
  const size_t length = strlen(text);
  size_t end = 0;
  for (*font = -1; end < length;) {
    FcChar32 character;
    const int bytes = FcUtf8ToUcs4((const FcChar8*)text + end, &character, (int)(length - end));
    const int next = bytes > 0 ? font_of(set, character) : 0;
    if (*font >= 0 && next != *font)
      break;
    *font = next;
    end += bytes > 0 ? (size_t)bytes : 1;
  }
  return end;
}

static bool
select_font(cairo_t* cairo, FcPattern* like, FcPattern* font)
{
  FcPattern* pattern = FcFontRenderPrepare(NULL, like, font);
  if (!pattern)
    return false;
  cairo_font_face_t* face = cairo_ft_font_face_create_for_pattern(pattern);
  cairo_set_font_face(cairo, face);
  cairo_font_face_destroy(face);
  FcPatternDestroy(pattern);
  return true;
}

double
fonts_write(cairo_t* cairo, const char* text, double size, bool is_bold, bool is_drawn)
{
  cairo_select_font_face(cairo,
                         "sans-serif",
                         CAIRO_FONT_SLANT_NORMAL,
                         is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, size);
  const FcFontSet* set = is_whole(cairo, text) ? NULL : sorted(is_bold);
  if (!set || !set->nfont)
    return run(cairo, text, is_drawn);
  double width = 0;
  while (*text) {
    int font;
    const size_t bytes = part_of(set, text, &font);
    char* part = strndup(text, bytes);
    if (part && select_font(cairo, wanted[is_bold], set->fonts[font]))
      width += run(cairo, part, is_drawn);
    free(part);
    text += bytes;
  }
  return width;
}
