/* Stores the kind of a failure for isolde_last_status. */
#ifndef ISOLDE_STATUS_H
#define ISOLDE_STATUS_H
#include "isolde.h"

/** Sets this thread's status. */
void status_set(isolde_status status);
#endif
