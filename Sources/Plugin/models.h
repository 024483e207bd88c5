/* Models, shared by all plug-ins of the process. Setup threads only. */
#ifndef ISOLDE_MODELS_H
#define ISOLDE_MODELS_H
#include "isolde.h"

/** The model of a file, read when nobody holds it yet or the file has changed. NULL and a message when
    it cannot be read. */
const isolde_model* models_acquire(const char* path, char* message);

/** Gives a model back; the last holder frees it. */
void models_release(const isolde_model* model);
#endif
