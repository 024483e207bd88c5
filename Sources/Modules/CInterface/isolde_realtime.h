/* The mark of functions that may be called from an audio callback: they neither allocate, lock, wait nor
 * call the system. Swift checks that of its own functions; the check of a caller stops at a C declaration,
 * which needs the mark.
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
