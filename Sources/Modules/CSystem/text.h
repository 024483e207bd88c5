/* Checks texts from files and sessions before they go to a terminal or a log. */
#ifndef ISOLDE_TEXT_H
#define ISOLDE_TEXT_H
#include "isolde_realtime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether the first character of `text`, which has `count` bytes, may be shown. Invalid UTF-8, control characters
    other than tab and line feed, and characters that change the writing direction may not. Sets `bytes` to the
    character's length, at least 1. */
static inline bool
text_is_shown(const uint8_t* _Nonnull text, size_t count, size_t* _Nonnull bytes)
{
  *bytes = 1;
  const uint8_t first = text[0];
  if (first < 0x80)
    return first == '\t' || first == '\n' || (first >= 32 && first < 127);
  const size_t length = first < 0xC2   ? 0
                        : first < 0xE0 ? 2
                        : first < 0xF0 ? 3
                        : first < 0xF5 ? 4
                                       : 0;
  if (length == 0 || length > count)
    return false;
  uint32_t code = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((text[i] & 0xC0) != 0x80)
      return false;
    code = code << 6 | (text[i] & 0x3Fu);
  }
  /* Overlong encodings, surrogates, numbers beyond Unicode. */
  if ((length == 3 && code < 0x800) || (length == 4 && code < 0x10000) ||
      (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF)
    return false;
  *bytes = length;
  static const struct
  {
    uint32_t first, last;
  } hidden[] = {
    { 0x80, 0x9F },       /* control characters */
    { 0x61C, 0x61C },     /* Arabic letter mark */
    { 0x200B, 0x200F },   /* zero width, and direction marks */
    { 0x2028, 0x202E },   /* line separators, changes of direction */
    { 0x2060, 0x206F },   /* more of both */
    { 0xFEFF, 0xFEFF },   /* byte order mark */
    { 0xFFF9, 0xFFFB },   /* annotations */
    { 0xE0000, 0xE0FFF }, /* tags */
  };
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; ++i)
    if (code >= hidden[i].first && code <= hidden[i].last)
      return false;
  return true;
}
#endif
