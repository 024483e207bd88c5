/* The plug-in's choice of a model, no part of the library's interface: which model its stream uses. */
#ifndef ISOLDE_CHOOSER_H
#define ISOLDE_CHOOSER_H
#include "stream.h"

typedef struct isolde_chooser isolde_chooser;

enum
{
  ISOLDE_CHOICE_SIZE = 4096 /* bytes of a name or a path, with the 0 at its end */
};

/** Where lines for the host's log go, from any thread but the audio thread. */
typedef struct
{
  void (*_Nonnull write)(void* _Nullable context, const char* _Nonnull line);
  void* _Nullable context;
} isolde_log;

/* ---- Any thread but the audio thread ---------------------------------------------------------- */

/** Opens `model` of the bundle by its name and begins a stream with it; without it the input passes, `latency`
    late (samples at 48 kHz). NULL when there is no memory. */
isolde_chooser* _Nullable isolde_chooser_new(const char* _Nonnull bundle,
                                             const char* _Nonnull model,
                                             uint32_t latency,
                                             const isolde_stream_form* _Nonnull form,
                                             isolde_log log);

/** Frees the chooser and its stream. */
void isolde_chooser_free(isolde_chooser* _Nullable chooser);

/** The stream, which lives as long as the chooser. */
isolde_stream* _Nonnull isolde_chooser_stream(const isolde_chooser* _Nonnull chooser);

/** Opens the model of a file, the plug-in's own for an empty path. One that cannot be used is reported, and the
    one at work stays. */
void isolde_chooser_ask(const isolde_chooser* _Nonnull chooser, const char* _Nonnull path);

/** Writes what a session is to store, ISOLDE_CHOICE_SIZE bytes; true when it is the name of a built-in model,
    false when it is a path. */
bool isolde_chooser_store(const isolde_chooser* _Nonnull chooser, char* _Nonnull text);

/** Takes what a session has stored, a name or a path, the plug-in's own model where it is neither. A model that
    cannot be used is reported and stays in the state; the plug-in's own takes its place. */
void isolde_chooser_restore(const isolde_chooser* _Nonnull chooser,
                            const char* _Nonnull text,
                            bool is_name);

/* ---- The audio thread ------------------------------------------------------------------------- */

/** The path of the model that runs or is to; empty when the input passes. */
ISOLDE_REALTIME const char* _Nonnull isolde_chooser_path(const isolde_chooser* _Nonnull chooser);
#endif
