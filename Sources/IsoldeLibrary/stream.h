/* A plug-in's stream of audio: its latency is constant, and its model can be switched without a gap. Internal: not
 * part of the library's interface.
 */
#ifndef ISOLDE_STREAM_H
#define ISOLDE_STREAM_H
#include "columns.h"
#include "isolde.h"

typedef struct isolde_stream isolde_stream;

/** What a stream writes. */
typedef enum
{
  ISOLDE_TASK_MIX,    /**< one output a channel */
  ISOLDE_TASK_STEMS,  /**< three: voice of all channels, reverb of all, background of all */
  ISOLDE_TASK_EXTEND, /**< one output a channel: the recording with what the model adds */
} isolde_task;

/** The form of a stream's audio. */
typedef struct
{
  double rate; /**< Hz; if no model supports it, the input passes */
  uint32_t channels;
  int32_t task; /**< isolde_task */
} isolde_stream_form;

/** A model for a stream. The stream takes ownership, also when the call fails. */
typedef struct
{
  const isolde_model* _Nonnull model;
  void* _Nonnull owner;                     /**< holds the model */
  void (*_Nonnull release)(void* _Nonnull); /**< called once with `owner` after the last use */
} isolde_stream_model;

/* ---- Any thread but the audio thread ---------------------------------------------------------- */

/** Makes a stream that begins with `model` and has its latency. NULL and a message when the model cannot be
    used. */
isolde_stream* _Nullable isolde_stream_new(const isolde_stream_form* _Nonnull form,
                                           isolde_stream_model model,
                                           char* _Nullable message);

/** Makes a stream that begins without a model: the input passes, delayed by `latency` (samples at 48 kHz). NULL
    when there is no memory. */
isolde_stream* _Nullable isolde_stream_new_passing(const isolde_stream_form* _Nonnull form,
                                                   uint32_t latency);

/** Frees the stream and releases its models. */
void isolde_stream_free(isolde_stream* _Nullable stream);

/** Switches to another model, also while the stream runs. Of several models given between two callbacks, the last
    one counts. False and a message when it cannot be used; then nothing changes. */
bool isolde_stream_give(isolde_stream* _Nonnull stream,
                        isolde_stream_model model,
                        char* _Nullable message);

/** Switches to passing the input. False when there is no memory; then nothing changes. */
bool isolde_stream_give_nothing(isolde_stream* _Nonnull stream);

/** Frees what isolde_stream_retire has handed over. */
void isolde_stream_collect(isolde_stream* _Nonnull stream);

/* ---- The audio thread ------------------------------------------------------------------------- */

/** Clears all state; the newest model continues. */
ISOLDE_REALTIME void isolde_stream_reset(isolde_stream* _Nonnull stream);

/** Takes the model given last, if any; true when there was one. */
ISOLDE_REALTIME bool isolde_stream_take(isolde_stream* _Nonnull stream);

/** Hands models that are no longer used over to isolde_stream_collect; true when there were any. */
ISOLDE_REALTIME bool isolde_stream_retire(isolde_stream* _Nonnull stream);

/** The owner of the newest model, which may still be fading in; NULL when the input passes. */
ISOLDE_REALTIME void* _Nullable isolde_stream_newest(const isolde_stream* _Nonnull stream);

/** The latency of the output in samples. It never changes. */
ISOLDE_REALTIME uint32_t isolde_stream_latency(const isolde_stream* _Nonnull stream);

/** Writes the outputs that the form's task requires. Outputs may be inputs. */
ISOLDE_REALTIME void isolde_stream_run(isolde_stream* _Nonnull stream,
                                       const isolde_controls* _Nonnull controls,
                                       const float* _Nonnull const* _Nonnull input,
                                       float* _Nonnull const* _Nonnull output,
                                       uint32_t count);

/** RMS of voice, reverb and background after their faders, linear; 0 when the input passes. */
ISOLDE_REALTIME void isolde_stream_levels(const isolde_stream* _Nonnull stream,
                                          float* _Nonnull levels);

/** Turns the computing of columns on or off. It acts on the audible model, so call it before every run. No sample
    depends on it. */
ISOLDE_REALTIME void isolde_stream_watch(isolde_stream* _Nonnull stream, bool is_watched);

/** Writes the oldest column not yet taken, COLUMN_SIZE bytes; false when there is none. */
ISOLDE_REALTIME bool isolde_stream_column(isolde_stream* _Nonnull stream, uint8_t* _Nonnull column);
#endif
