/* Where the kind of a failure is kept for isolde_last_status. */
#ifndef ISOLDE_STATUS_H
#define ISOLDE_STATUS_H
#include "isolde.h"

/** Keeps it for this thread. */
void status_set(isolde_status status);
#endif
