/* Hands the stream over from one engine to the next without a gap.
 *
 * A new engine hears the input beside the old one and is faded in over 20 ms when it has heard its
 * latency and 85 ms before it. Every frame that reaches its output then lies wholly in what it has
 * heard: an output sample is made of input no older than the latency, one window and the filter's taps
 * before it, and for these 85 ms are enough (four hops and four, of 10.7 ms). Both have one latency, so
 * both say the same word at the same sample, and with the faders at 0 dB the same samples: the straight
 * fade between them changes nothing. Until it is done a callback costs twice as much, never more: a
 * third engine waits for its turn.
 *
 * Before the first sample after a reset there is nothing to fade from, and a new engine begins at once.
 */
#ifndef ISOLDE_HANDOVER_H
#define ISOLDE_HANDOVER_H
#include "engine.h"

typedef struct handover handover;

/** Begins with `first` and owns it. NULL when there is no memory; `first` is freed then. */
handover* handover_new(engine* first, const engine_form* form);
void handover_free(handover* self);

/** Any thread but the audio thread, also while it runs: an engine for the stream, of the same form. Of
    engines given between two callbacks the last one counts. */
void handover_give(handover* self, engine* new_engine);

/** Any thread but the audio thread: frees the engines that the stream has left. */
void handover_collect(handover* self);

/* Real-time safe from here on. */

/** Clears the past; the newest engine goes on. */
void handover_reset(handover* self);

/** Takes the engine that was given, if any; true when there was one. */
bool handover_take(handover* self);

/** The engine that runs or is to. */
const engine* handover_newest(const handover* self);

/** The engine that is heard. */
const engine* handover_current(const handover* self);

/** Outputs may be inputs. */
void handover_run(handover* self,
                  const isolde_controls* controls,
                  const float* const* input,
                  float* const* output,
                  uint32_t count);

/** Puts engines that the stream has left where `handover_collect` finds them; true when there were any
    to put. */
bool handover_discard(handover* self);
#endif
