#include "engine.h"
#include "delay_line.h"
#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  PIECE = 256 /* samples that are delayed at a time */
};

struct engine
{
  engine* next;
  engine_form form;
  const isolde_model* model;   /**< NULL: the input passes */
  isolde_separator* separator; /**< NULL with it */
  delay_line* delay;           /**< before the separator; NULL: none is needed */
  float delayed[MAX_CHANNELS][PIECE];
  char path[];
};

/* ---- Setup ------------------------------------------------------------------------------------- */

static engine*
make(const char* path, const engine_form* form)
{
  const size_t size = strlen(path) + 1;
  engine* self = calloc(1, sizeof *self + size);
  if (!self)
    return NULL;
  self->form = *form;
  memcpy(self->path, path, size);
  return self;
}

/* What is left of the latency is spent before the separator: so the faders act on the samples that
   leave with them. */
static bool
pad(engine* self, char* message)
{
  const uint32_t own = isolde_separator_latency(self->separator);
  if (!self->form.latency)
    self->form.latency = own;
  if (own > self->form.latency) {
    snprintf(message,
             ISOLDE_MESSAGE_SIZE,
             "its latency of %u samples is above the plug-in's %u",
             own,
             self->form.latency);
    return false;
  }
  if (own == self->form.latency)
    return true;
  self->delay = delay_line_new(self->form.channels, self->form.latency - own);
  return self->delay;
}

static bool
open_model(engine* self, char* message)
{
  self->model = models_acquire(self->path, message);
  if (!self->model)
    return false;
  self->separator =
    isolde_separator_new(self->model, self->form.rate, self->form.channels, message);
  return self->separator && pad(self, message);
}

engine*
engine_open(const char* path, const engine_form* form, char* message)
{
  snprintf(message, ISOLDE_MESSAGE_SIZE, "out of memory");
  engine* self = make(path, form);
  if (self && open_model(self, message))
    return self;
  engine_free(self);
  return NULL;
}

engine*
engine_passing(const engine_form* form)
{
  engine* self = make("", form);
  if (self && (self->delay = delay_line_new(form->channels, form->latency)))
    return self;
  engine_free(self);
  return NULL;
}

void
engine_free(engine* list)
{
  while (list) {
    engine* self = list;
    list = self->next;
    isolde_separator_free(self->separator);
    if (self->model)
      models_release(self->model);
    delay_line_free(self->delay);
    free(self);
  }
}

engine**
engine_next(engine* self)
{
  return &self->next;
}

/* ---- Audio thread ------------------------------------------------------------------------------ */

void
engine_reset(engine* self)
{
  if (self->separator)
    isolde_separator_reset(self->separator);
  if (self->delay)
    delay_line_reset(self->delay);
}

uint32_t
engine_latency(const engine* self)
{
  return self->form.latency;
}

const char*
engine_path(const engine* self)
{
  return self->path;
}

uint32_t
engine_outputs(const engine_form* form)
{
  return form->task == STEMS ? 3 * form->channels : form->channels;
}

/* The input to the mix, or to the voice; other stems are silent. */
static void
pass(const engine* self, const float* const* input, float* const* output, uint32_t count)
{
  for (uint32_t c = 0; c < engine_outputs(&self->form); ++c) {
    if (c < self->form.channels)
      memcpy(output[c], input[c], count * sizeof **output);
    else
      memset(output[c], 0, count * sizeof **output);
  }
}

static void
separate(engine* self,
         const isolde_controls* controls,
         const float* const* input,
         float* const* output,
         uint32_t count)
{
  if (!self->separator)
    pass(self, input, output, count);
  else if (self->form.task == MIX)
    isolde_separator_mix(self->separator, controls, input, output, count);
  else
    isolde_separator_split(self->separator,
                           controls->sensitivity,
                           controls->enabled,
                           input,
                           output,
                           output + self->form.channels,
                           output + 2 * (size_t)self->form.channels,
                           count);
}

void
engine_run(engine* self,
           const isolde_controls* controls,
           const float* const* input,
           float* const* output,
           uint32_t count)
{
  if (!self->delay) {
    separate(self, controls, input, output, count);
    return;
  }
  for (uint32_t at = 0, size; at < count; at += size) {
    size = count - at < PIECE ? count - at : PIECE;
    const float* from[MAX_CHANNELS];
    float* delayed[MAX_CHANNELS];
    float* to[MAX_OUTPUTS];
    for (uint32_t c = 0; c < self->form.channels; ++c) {
      from[c] = input[c] + at;
      delayed[c] = self->delayed[c];
    }
    for (uint32_t c = 0; c < engine_outputs(&self->form); ++c)
      to[c] = output[c] + at;
    delay_line_run(self->delay, from, delayed, size);
    separate(self, controls, (const float* const*)delayed, to, size);
  }
}

void
engine_levels(const engine* self, float* levels)
{
  if (self->separator)
    isolde_separator_levels(self->separator, levels);
  else
    memset(levels, 0, 3 * sizeof *levels);
}
