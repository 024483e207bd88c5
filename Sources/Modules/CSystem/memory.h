/* Allocation that can fail. */
#ifndef ISOLDE_MEMORY_H
#define ISOLDE_MEMORY_H
#include "isolde_realtime.h"

#include <stddef.h>
#include <stdint.h>

enum
{
  MEMORY_ALIGNMENT = 64 /* bytes: a cache line, and the widest vector */
};

/** Allocates `size` bytes, aligned to MEMORY_ALIGNMENT and zeroed, which also touches every page; NULL when there
    is no memory. */
void* _Nullable memory_take(size_t size);

/** Frees memory allocated by a function of this header. */
void memory_give(void* _Nullable block);

/* ---- Redzones, only in builds with AddressSanitizer (-DREDZONES) ------------------------------------ */

#ifdef REDZONES
void __asan_poison_memory_region(const volatile void* _Nonnull start, size_t size);

/** Makes AddressSanitizer report any access to these bytes from now on. */
static inline void
memory_forbid(void* _Nonnull start, size_t size)
{
  __asan_poison_memory_region(start, size);
}

/** Zeroes bytes, also forbidden ones, which stay forbidden. */
ISOLDE_REALTIME __attribute__((no_sanitize("address"))) static inline void
memory_clear(void* _Nonnull start, size_t size)
{
  for (volatile uint64_t* word = start; size >= sizeof *word; size -= sizeof *word)
    *word++ = 0; /* volatile: as a memset the loop would be reported */
}
#endif

/* ---- The small blocks of Swift and FFTW ------------------------------------------------------------
 *
 * Arrays, closures and strings of Embedded Swift cannot report that memory is missing, and FFTW ends the process. So
 * when the system has no memory left, they get theirs from a spare of constant size, and `memory_failures` grows.
 * Code that sees it grow gives up, which empties the spare again. When the core is linked, Swift's calls of
 * posix_memalign and free are redirected here (Makefile).
 */

/** Like posix_memalign, from the spare when the system has no memory. */
int memory_align(void* _Nullable* _Nonnull place, size_t alignment, size_t size);

/** How often the spare has been needed so far. */
uint64_t memory_failures(void);
#endif
