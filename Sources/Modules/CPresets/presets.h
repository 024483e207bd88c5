/* The factory presets of the plug-ins, for the command line and the window. */
#ifndef ISOLDE_PRESETS_H
#define ISOLDE_PRESETS_H
#include <stddef.h>

/** Levels in dB, sensitivity in %. */
typedef struct
{
  const char* _Nonnull symbol;
  const char* _Nonnull label;
  float voice;
  float reverb;
  float ambience;
  float sensitivity;
  const char* _Nonnull comment;
} isolde_preset;

static const isolde_preset isolde_presets[] = {
#define PRESET(symbol, label, voice, reverb, ambience, sensitivity, comment) \
  { symbol, label, voice, reverb, ambience, sensitivity, comment },
#include "presets.def"
};

/* Presets of the plug-ins without faders. */
static const isolde_preset isolde_stems_presets[] = {
#define STEMS_PRESET(symbol, label, sensitivity, comment) \
  { symbol, label, 0, 0, 0, sensitivity, comment },
#include "presets.def"
};

enum
{
  ISOLDE_PRESET_COUNT = sizeof(isolde_presets) / sizeof(isolde_presets[0]),
  ISOLDE_STEMS_PRESET_COUNT = sizeof(isolde_stems_presets) / sizeof(isolde_stems_presets[0])
};

/** Preset `index` of the table, 0 ... ISOLDE_PRESET_COUNT - 1. */
static inline isolde_preset
isolde_preset_at(int index)
{
  return isolde_presets[index];
}

/** Likewise for plug-ins with an output for each stem, 0 ... ISOLDE_STEMS_PRESET_COUNT - 1. */
static inline isolde_preset
isolde_stems_preset_at(int index)
{
  return isolde_stems_presets[index];
}
#endif
