/* The kind of the last failure, one for each thread. */
#include "status.h"

/* The default TLS model of shared libraries would allocate at the first use in each thread. */
static _Thread_local isolde_status last __attribute__((tls_model("initial-exec")));

isolde_status
isolde_last_status(void)
{
  return last;
}

void
status_set(isolde_status status)
{
  last = status;
}
