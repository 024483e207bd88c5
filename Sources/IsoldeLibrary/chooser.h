/* The choice of a plug-in's model. Internal: not part of the library's interface. */
#ifndef ISOLDE_CHOOSER_H
#define ISOLDE_CHOOSER_H
#include "stream.h"

typedef struct isolde_chooser isolde_chooser;

enum
{
  ISOLDE_CHOICE_SIZE = 4096 /* bytes of a name or a path, with the 0 at its end */
};

/** Writes lines to the host's log; called from any thread but the audio thread. */
typedef struct
{
  void (*_Nonnull write)(void* _Nullable context, const char* _Nonnull line);
  void* _Nullable context;
} isolde_log;

/* ---- Any thread but the audio thread ---------------------------------------------------------- */

/** Opens the built-in model named `model`, and begins a stream with it. If it cannot be opened, the input passes,
    delayed by `latency` (samples at 48 kHz). NULL when there is no memory. */
isolde_chooser* _Nullable isolde_chooser_new(const char* _Nonnull bundle,
                                             const char* _Nonnull model,
                                             uint32_t latency,
                                             const isolde_stream_form* _Nonnull form,
                                             isolde_log log);

/** Frees the chooser and its stream. */
void isolde_chooser_free(isolde_chooser* _Nullable chooser);

/** The stream, which lives as long as the chooser. */
isolde_stream* _Nonnull isolde_chooser_stream(const isolde_chooser* _Nonnull chooser);

/** Opens a model file, or for an empty path the built-in model. If it cannot be used, that is logged and the
    current model stays. */
void isolde_chooser_ask(const isolde_chooser* _Nonnull chooser, const char* _Nonnull path);

/** Writes the text that a session stores, at most ISOLDE_CHOICE_SIZE bytes. True when it is the name of a built-in
    model, false when it is a path. */
bool isolde_chooser_store(const isolde_chooser* _Nonnull chooser, char* _Nonnull text);

/** Restores what a session has stored, a name or a path; anything else means the built-in model. If the model
    cannot be used, that is logged, the built-in model takes its place, and the state keeps the choice. */
void isolde_chooser_restore(const isolde_chooser* _Nonnull chooser,
                            const char* _Nonnull text,
                            bool is_name);

/* ---- The audio thread ------------------------------------------------------------------------- */

/** The path of the newest model, which may still be fading in; empty when the input passes. */
ISOLDE_REALTIME const char* _Nonnull isolde_chooser_path(const isolde_chooser* _Nonnull chooser);
#endif
