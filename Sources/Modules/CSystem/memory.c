/* Allocation that can fail, and a reserve for code that cannot handle failure. */
#include "memory.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum
{
  SPARE = 2 << 20 /* bytes; takes no physical memory until it is used */
};

static _Alignas(4096) unsigned char spare[SPARE];
/* Bytes handed out, and the number of blocks in use, which SPARE_BLOCK counts. When all blocks have been given
   back, the spare is empty again. Both share one number, so that they change at once. */
static _Atomic uint64_t spare_use;
static _Atomic uint64_t failures;

#define SPARE_BLOCK (UINT64_C(1) << 32)
#define SPARE_BYTES (SPARE_BLOCK - 1)

static void*
take_spare(size_t alignment, size_t size)
{
  atomic_fetch_add(&failures, 1);
  uint64_t use = atomic_load(&spare_use);
  for (;;) {
    const uint64_t start = ((use & SPARE_BYTES) + alignment - 1) / alignment * alignment;
    if (start > SPARE || size > SPARE - start)
      return NULL;
    const uint64_t next = (use & ~SPARE_BYTES) + SPARE_BLOCK + start + size;
    if (atomic_compare_exchange_weak(&spare_use, &use, next))
      return spare + start;
  }
}

static bool
give_spare(const void* block)
{
  const uintptr_t place = (uintptr_t)block;
  if (place < (uintptr_t)spare || place >= (uintptr_t)spare + SPARE)
    return false;
  uint64_t use = atomic_load(&spare_use);
  uint64_t next;
  do
    next = use < 2 * SPARE_BLOCK ? 0 : use - SPARE_BLOCK;
  while (!atomic_compare_exchange_weak(&spare_use, &use, next));
  return true;
}

void*
memory_take(size_t size)
{
  void* block = NULL;
  if (posix_memalign(&block, MEMORY_ALIGNMENT, size ? size : 1))
    return NULL;
  return memset(block, 0, size);
}

int
memory_align(void** place, size_t alignment, size_t size)
{
  if (posix_memalign(place, alignment, size) == 0)
    return 0;
  *place = take_spare(alignment, size ? size : 1);
  return *place ? 0 : ENOMEM;
}

void
memory_give(void* block)
{
  if (!give_spare(block))
    free(block);
}

uint64_t
memory_failures(void)
{
  return atomic_load(&failures);
}
