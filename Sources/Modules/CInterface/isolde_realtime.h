/* Marks functions for audio callbacks: they neither allocate, lock, wait nor call the system. Swift checks its own
 * functions for that; where they call C, it relies on this mark.
 */
#ifndef ISOLDE_REALTIME_H
#define ISOLDE_REALTIME_H

#ifdef __clang__
#define ISOLDE_REALTIME \
  __attribute__((swift_attr("@_noLocks"))) __attribute__((swift_attr("@_noAllocation")))
#else /* gcc knows none of these */
#define ISOLDE_REALTIME
#define _Nonnull
#define _Nullable
#endif
#endif
