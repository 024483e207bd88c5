/* For LD_PRELOAD libraries that replace dlsym: glibc's own, found by its version. */
#ifndef REAL_DLSYM_H
#define REAL_DLSYM_H
#include <dlfcn.h>

typedef void* dlsym_function(void*, const char*);

static inline dlsym_function*
real_dlsym(void)
{
  static dlsym_function* real;
  if (!real)
    real = (dlsym_function*)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
  if (!real)
    real = (dlsym_function*)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
  return real;
}
#endif
