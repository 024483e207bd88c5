/* LD_PRELOAD library: counts allocation, lock, wait and file calls made inside an LV2 plug-in's run(),
 * activate() and connect_port(), which hosts call in the audio thread (Ardour all three).
 *
 * It works on any released plug-in binary in any host that uses dlsym() (lv2apply, ffmpeg, jalv, Ardour,
 * Carla): it hands the host a copy of the plug-in's descriptor whose functions set a thread-local
 * flag. A call while the flag is set is counted. The report goes to stderr when the process ends;
 * with RT_COUNT_FATAL=1 the exit status is 99 if there was any.
 */
#define _GNU_SOURCE
#include "../../scripts/real_dlsym.h"

#include <dlfcn.h>
#include <errno.h>
#include <lv2/core/lv2.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static __thread bool in_run __attribute__((tls_model("initial-exec")));

enum what
{
  MALLOC,
  CALLOC,
  REALLOC,
  FREE,
  MEMALIGN,
  MMAP,
  MUNMAP,
  MUTEX,
  RWLOCK,
  COND,
  SEM,
  SLEEP,
  READ,
  WRITE,
  OPEN,
  WHAT_COUNT
};
static const char* const names[WHAT_COUNT] = { "malloc",
                                               "calloc",
                                               "realloc",
                                               "free",
                                               "posix_memalign/aligned_alloc",
                                               "mmap",
                                               "munmap",
                                               "pthread_mutex_lock",
                                               "pthread_rwlock_lock",
                                               "pthread_cond_wait",
                                               "sem_wait",
                                               "nanosleep",
                                               "read",
                                               "write",
                                               "open" };
static atomic_ulong counts[WHAT_COUNT], runs, faults;
static atomic_llong longest_ns;

static void
count(enum what what)
{
  if (in_run)
    atomic_fetch_add(&counts[what], 1);
}

/* --- What is replaced here, by its name. ------------------------------------------------------- */
#define REAL(name) \
  static __typeof__(name)* real; \
  if (!real) \
  real = (__typeof__(name)*)real_dlsym()(RTLD_NEXT, #name)

/* --- Allocation: glibc's own entry points, so that no look-up is needed. ---------------------- */
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void*, size_t),
  *__libc_memalign(size_t, size_t), __libc_free(void*);
void*
malloc(size_t n)
{
  count(MALLOC);
  return __libc_malloc(n);
}
void*
calloc(size_t n, size_t size)
{
  count(CALLOC);
  return __libc_calloc(n, size);
}
void*
realloc(void* p, size_t n)
{
  count(REALLOC);
  return __libc_realloc(p, n);
}
void
free(void* p)
{
  count(FREE);
  __libc_free(p);
}
void*
aligned_alloc(size_t align, size_t n)
{
  count(MEMALIGN);
  return __libc_memalign(align, n);
}
void*
memalign(size_t align, size_t n)
{
  count(MEMALIGN);
  return __libc_memalign(align, n);
}
int
posix_memalign(void** out, size_t align, size_t n)
{
  count(MEMALIGN);
  *out = __libc_memalign(align, n);
  return *out ? 0 : ENOMEM;
}

/* --- Everything else. ------------------------------------------------------------------------- */
void*
mmap(void* a, size_t n, int prot, int flags, int fd, off_t off)
{
  REAL(mmap);
  count(MMAP);
  return real(a, n, prot, flags, fd, off);
}
int
munmap(void* a, size_t n)
{
  REAL(munmap);
  count(MUNMAP);
  return real(a, n);
}
int
pthread_mutex_lock(pthread_mutex_t* m)
{
  REAL(pthread_mutex_lock);
  count(MUTEX);
  return real(m);
}
int
pthread_rwlock_rdlock(pthread_rwlock_t* l)
{
  REAL(pthread_rwlock_rdlock);
  count(RWLOCK);
  return real(l);
}
int
pthread_rwlock_wrlock(pthread_rwlock_t* l)
{
  REAL(pthread_rwlock_wrlock);
  count(RWLOCK);
  return real(l);
}
int
pthread_cond_wait(pthread_cond_t* c, pthread_mutex_t* m)
{
  REAL(pthread_cond_wait);
  count(COND);
  return real(c, m);
}
int
sem_wait(sem_t* s)
{
  REAL(sem_wait);
  count(SEM);
  return real(s);
}
int
nanosleep(const struct timespec* t, struct timespec* rest)
{
  REAL(nanosleep);
  count(SLEEP);
  return real(t, rest);
}
ssize_t
read(int fd, void* p, size_t n)
{
  REAL(read);
  count(READ);
  return real(fd, p, n);
}
ssize_t
write(int fd, const void* p, size_t n)
{
  REAL(write);
  count(WRITE);
  return real(fd, p, n);
}
int
open(const char* path, int flags, ...)
{
  REAL(open);
  va_list ap;
  va_start(ap, flags);
  int mode = va_arg(ap, int);
  va_end(ap);
  count(OPEN);
  return real(path, flags, mode);
}

/* --- The descriptor: one trampoline for each plug-in met, since run() gets no descriptor. ----- */
enum
{
  SLOTS = 8
};
static LV2_Descriptor wrapped[SLOTS];
static const LV2_Descriptor* original[SLOTS];

static void
counted_run(int slot, LV2_Handle handle, uint32_t frames)
{
  struct rusage a, b;
  struct timespec t0, t1;
  getrusage(RUSAGE_THREAD, &a);
  clock_gettime(CLOCK_MONOTONIC, &t0);
  in_run = true;
  original[slot]->run(handle, frames);
  in_run = false;
  clock_gettime(CLOCK_MONOTONIC, &t1);
  getrusage(RUSAGE_THREAD, &b);
  atomic_fetch_add(&faults, (unsigned long)(b.ru_minflt - a.ru_minflt + b.ru_majflt - a.ru_majflt));
  atomic_fetch_add(&runs, 1);
  long long ns = (t1.tv_sec - t0.tv_sec) * 1000000000LL + (t1.tv_nsec - t0.tv_nsec);
  long long old = atomic_load(&longest_ns);
  while (ns > old && !atomic_compare_exchange_weak(&longest_ns, &old, ns)) {
  }
}

static void
counted_activate(int slot, LV2_Handle handle)
{
  in_run = true;
  original[slot]->activate(handle);
  in_run = false;
}

static void
counted_connect(int slot, LV2_Handle handle, uint32_t port, void* data)
{
  in_run = true;
  original[slot]->connect_port(handle, port, data);
  in_run = false;
}

#define RUN(n) \
  static void run_##n(LV2_Handle h, uint32_t f) \
  { \
    counted_run(n, h, f); \
  } \
  static void activate_##n(LV2_Handle h) \
  { \
    counted_activate(n, h); \
  } \
  static void connect_##n(LV2_Handle h, uint32_t p, void* d) \
  { \
    counted_connect(n, h, p, d); \
  }
/* clang-format off */
RUN(0) RUN(1) RUN(2) RUN(3) RUN(4) RUN(5) RUN(6) RUN(7)
#define ALL(f) { f##_0, f##_1, f##_2, f##_3, f##_4, f##_5, f##_6, f##_7 }
  /* clang-format on */

  static void (*const run_of[SLOTS])(LV2_Handle, uint32_t) = ALL(run);
static void (*const activate_of[SLOTS])(LV2_Handle) = ALL(activate);
static void (*const connect_of[SLOTS])(LV2_Handle, uint32_t, void*) = ALL(connect);

static LV2_Descriptor_Function real_lv2_descriptor;
static const LV2_Descriptor*
counted_lv2_descriptor(uint32_t index)
{
  const LV2_Descriptor* d = real_lv2_descriptor(index);
  if (!d)
    return NULL;
  for (int i = 0; i < SLOTS; ++i) {
    if (!original[i] || original[i] == d) {
      original[i] = d;
      wrapped[i] = *d;
      wrapped[i].run = run_of[i];
      wrapped[i].connect_port = connect_of[i];
      if (d->activate)
        wrapped[i].activate = activate_of[i];
      return &wrapped[i];
    }
  }
  return d;
}

void*
dlsym(void* handle, const char* name)
{
  void* p = real_dlsym()(handle, name);
  if (p && !strcmp(name, "lv2_descriptor")) {
    real_lv2_descriptor = (LV2_Descriptor_Function)p;
    return (void*)counted_lv2_descriptor;
  }
  return p;
}

__attribute__((destructor)) static void
report(void)
{
  unsigned long total = 0;
  if (!runs)
    return;
  for (int i = 0; i < WHAT_COUNT; ++i) {
    total += counts[i];
    if (counts[i])
      fprintf(stderr, "rt_count: %lu x %s in the audio thread\n", counts[i], names[i]);
  }
  fprintf(stderr,
          "rt_count: %lu runs, %lu forbidden calls, %lu page faults, longest %.1f us\n",
          runs,
          total,
          faults,
          (double)longest_ns / 1000);
  const char* fatal = getenv("RT_COUNT_FATAL");
  if (total && fatal && *fatal == '1')
    _exit(99);
}
