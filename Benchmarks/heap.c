/* LD_PRELOAD library: counts the calls that take memory from the heap, in the whole process. */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

/* glibc's own names for what is replaced here: no dlsym, which would itself allocate. */
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* memory, size_t size);
extern void* __libc_memalign(size_t alignment, size_t size);

static atomic_ulong calls;

/** Calls so far. */
unsigned long
heap_calls(void)
{
  return atomic_load(&calls);
}

void*
malloc(size_t size)
{
  atomic_fetch_add(&calls, 1);
  return __libc_malloc(size);
}

void*
calloc(size_t count, size_t size)
{
  atomic_fetch_add(&calls, 1);
  return __libc_calloc(count, size);
}

void*
realloc(void* memory, size_t size)
{
  atomic_fetch_add(&calls, 1);
  return __libc_realloc(memory, size);
}

void*
memalign(size_t alignment, size_t size)
{
  atomic_fetch_add(&calls, 1);
  return __libc_memalign(alignment, size);
}

void*
aligned_alloc(size_t alignment, size_t size)
{
  return memalign(alignment, size);
}

int
posix_memalign(void** memory, size_t alignment, size_t size)
{
  *memory = memalign(alignment, size);
  return *memory ? 0 : ENOMEM;
}
