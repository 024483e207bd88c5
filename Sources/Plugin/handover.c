#include "handover.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

enum
{
  PIECE = 256 /* samples that two engines work on at a time */
};

struct handover
{
  engine_form form;
  /* Of the audio thread alone. */
  engine* current;
  engine* coming;  /**< beside `current`; NULL: none */
  engine* waiting; /**< until `coming` has come; NULL: none */
  engine* left;    /**< list of those that are to be freed */
  bool started;    /**< sound has passed since the reset */
  uint32_t heard;  /**< samples that `coming` has heard */
  uint32_t warm;   /**< samples that it is to hear before the fade */
  uint32_t fade;   /**< samples */
  float samples[MAX_OUTPUTS][PIECE];
  /* Between threads; taken by an exchange with NULL. */
  _Atomic(engine*) given;
  _Atomic(engine*) discarded; /**< list */
};

/* ---- Not in the audio thread ------------------------------------------------------------------- */

handover*
handover_new(engine* first, const engine_form* form)
{
  handover* self = calloc(1, sizeof *self);
  if (!self) {
    engine_free(first);
    return NULL;
  }
  self->form = *form;
  self->current = first;
  self->warm = engine_latency(first) + (uint32_t)fmin(fmax(form->rate * 4096 / 48000, 1), 20000);
  self->fade = (uint32_t)fmin(fmax(form->rate * 0.020, 1), 10000); /* of an absurd rate too */
  return self;
}

void
handover_free(handover* self)
{
  if (!self)
    return;
  handover_collect(self);
  engine_free(atomic_exchange(&self->given, NULL));
  engine_free(self->current);
  engine_free(self->coming);
  engine_free(self->waiting);
  engine_free(self->left);
  free(self);
}

void
handover_give(handover* self, engine* new_engine)
{
  engine_free(atomic_exchange(&self->given, new_engine));
  handover_collect(self);
}

void
handover_collect(handover* self)
{
  engine_free(atomic_exchange(&self->discarded, NULL));
}

/* ---- Audio thread ------------------------------------------------------------------------------ */

static void
leave(handover* self, engine* old)
{
  if (!old)
    return;
  *engine_next(old) = self->left;
  self->left = old;
}

/* `coming` has come, and the one that waits may. */
static void
succeed(handover* self)
{
  leave(self, self->current);
  self->current = self->coming;
  self->coming = self->waiting;
  self->waiting = NULL;
  self->heard = 0;
}

void
handover_reset(handover* self)
{
  while (self->coming)
    succeed(self);
  engine_reset(self->current);
  self->started = false;
}

bool
handover_take(handover* self)
{
  if (!atomic_load_explicit(&self->given, memory_order_relaxed))
    return false;
  engine* new_engine = atomic_exchange(&self->given, NULL);
  if (!new_engine)
    return false;
  if (self->coming) {
    leave(self, self->waiting);
    self->waiting = new_engine;
    return true;
  }
  self->coming = new_engine;
  self->heard = 0;
  if (!self->started)
    succeed(self);
  return true;
}

const engine*
handover_newest(const handover* self)
{
  return self->waiting ? self->waiting : self->coming ? self->coming : self->current;
}

const engine*
handover_current(const handover* self)
{
  return self->current;
}

/* Both engines, `coming` first: the outputs of the other may be inputs. */
static void
run_both(handover* self,
         const isolde_controls* controls,
         const float* const* input,
         float* const* output,
         uint32_t count)
{
  float* samples[MAX_OUTPUTS];
  for (int c = 0; c < MAX_OUTPUTS; ++c)
    samples[c] = self->samples[c];
  engine_run(self->coming, controls, input, samples, count);
  engine_run(self->current, controls, input, output, count);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t heard = self->heard + i;
    if (heard < self->warm)
      continue;
    const float share = (float)(heard - self->warm + 1) / (float)self->fade;
    for (uint32_t c = 0; c < engine_outputs(&self->form); ++c)
      output[c][i] += share * (samples[c][i] - output[c][i]);
  }
  self->heard += count;
  if (self->heard == self->warm + self->fade)
    succeed(self);
}

void
handover_run(handover* self,
             const isolde_controls* controls,
             const float* const* input,
             float* const* output,
             uint32_t count)
{
  const float* from[MAX_CHANNELS];
  float* to[MAX_OUTPUTS];
  for (uint32_t c = 0; c < self->form.channels; ++c)
    from[c] = input[c];
  for (uint32_t c = 0; c < engine_outputs(&self->form); ++c)
    to[c] = output[c];
  self->started |= count > 0;
  while (self->coming && count > 0) {
    const uint32_t rest = self->warm + self->fade - self->heard;
    const uint32_t limit = rest < PIECE ? rest : PIECE;
    const uint32_t size = count < limit ? count : limit;
    run_both(self, controls, from, to, size);
    for (uint32_t c = 0; c < self->form.channels; ++c)
      from[c] += size;
    for (uint32_t c = 0; c < engine_outputs(&self->form); ++c)
      to[c] += size;
    count -= size;
  }
  engine_run(self->current, controls, from, to, count);
}

bool
handover_discard(handover* self)
{
  if (!self->left || atomic_load(&self->discarded))
    return false;
  atomic_store(&self->discarded, self->left);
  self->left = NULL;
  return true;
}
