/* Memory that may be missing. */
#ifndef ISOLDE_MEMORY_H
#define ISOLDE_MEMORY_H
#include "isolde_realtime.h"

#include <stddef.h>
#include <stdint.h>

enum
{
  MEMORY_ALIGNMENT = 64 /* bytes: a cache line, and the widest vector */
};

/** `size` bytes, zeroed, which also touches every page, at a multiple of MEMORY_ALIGNMENT; NULL when
    there are none. */
void* _Nullable memory_take(size_t size);

/** Gives back what a function of this header has handed out. */
void memory_give(void* _Nullable block);

/* ---- Redzones, in builds with AddressSanitizer alone (-DREDZONES) ----------------------------------- */

#ifdef REDZONES
void __asan_poison_memory_region(const volatile void* _Nonnull start, size_t size);

/** From now on a report ends the process that reads or writes these bytes. */
static inline void
memory_forbid(void* _Nonnull start, size_t size)
{
  __asan_poison_memory_region(start, size);
}

/** Zeroes bytes, those that are forbidden too, which stay so. */
ISOLDE_REALTIME __attribute__((no_sanitize("address"))) static inline void
memory_clear(void* _Nonnull start, size_t size)
{
  for (volatile uint64_t* word = start; size >= sizeof *word; size -= sizeof *word)
    *word++ = 0; /* volatile, or it becomes memset, which would report */
}
#endif

/* ---- The small blocks of Swift and FFTW ------------------------------------------------------------
 *
 * Arrays, closures and strings of Embedded Swift cannot say that memory is missing, and FFTW ends the
 * process. So when the system has no more they get theirs from a spare of constant size, and
 * `memory_failures` grows: whoever sees that gives up, which empties the spare. The linking of the core
 * brings Swift's posix_memalign and free here (Makefile).
 */

/** As posix_memalign. */
int memory_align(void* _Nullable* _Nonnull place, size_t alignment, size_t size);

/** How often the spare was needed since the start, or did not suffice. */
uint64_t memory_failures(void);
#endif
