/* What turns input into output with a fixed latency: a model's separator, or a delay where there is no
   model. All engines of an instance have one latency, so that one can take over from another. */
#ifndef ISOLDE_ENGINE_H
#define ISOLDE_ENGINE_H
#include "isolde.h"
#include "ports.h"

typedef struct engine engine;

/** The form of an instance's audio. */
typedef struct
{
  double rate; /**< Hz */
  uint32_t channels;
  enum task task;
  uint32_t latency; /**< samples; 0: the model's own */
} engine_form;

/** An engine with the model of a file. A model of less latency gets its input later. NULL and a message
    when the file cannot be read or its model has more latency. */
engine* engine_open(const char* path, const engine_form* form, char* message);

/** An engine that passes the input on. NULL when there is no memory. */
engine* engine_passing(const engine_form* form);

/** Frees a whole list of engines. */
void engine_free(engine* list);

/** The link of lists; whoever holds the engine may use it. */
engine** engine_next(engine* self);

/* Real-time safe from here on. */

void engine_reset(engine* self);
uint32_t engine_latency(const engine* self);

/** The file of the model; empty when there is none. */
const char* engine_path(const engine* self);

/** Channels that `engine_run` writes. */
uint32_t engine_outputs(const engine_form* form);

/** Outputs may be inputs. */
void engine_run(engine* self,
                const isolde_controls* controls,
                const float* const* input,
                float* const* output,
                uint32_t count);

/** RMS of voice, reverb and ambience after their faders, linear. */
void engine_levels(const engine* self, float* levels);
#endif
