/* Models, shared by all plug-ins of the process. Setup threads only. */
#ifndef ISOLDE_MODELS_H
#define ISOLDE_MODELS_H
#include "isolde.h"

/** A model in use, and the path it was opened by. */
typedef struct
{
  const isolde_model* model;
  char path[];
} model_use;

/** The model of a file, read when nobody uses it yet or the file has changed. NULL and a message when it
    cannot be read. */
model_use* models_acquire(const char* path, char* message);

/** Ends a use; the last one frees the model. */
void models_release(model_use* use);
#endif
