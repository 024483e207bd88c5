/* Calls of Linux that Swift's Glibc module leaves out. Without _GNU_SOURCE, which changes types of glibc
   that Swift knows already; hence the numbers below. */
#ifndef ISOLDE_LINUX_SHIM_H
#define ISOLDE_LINUX_SHIM_H
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/** A file without a name in the file system of `folder`, which link_unnamed gives one; -1 and errno. */
static inline int
linux_open_unnamed(const char* folder)
{
  const int unnamed = 020000000 | O_DIRECTORY; /* O_TMPFILE */
  return open(folder, unnamed | O_RDWR | O_CLOEXEC, 0666);
}

/** Gives it a name that nobody has; -1 and errno, EEXIST when somebody has. */
static inline int
linux_link_unnamed(int descriptor, const char* path)
{
  char source[64];
  snprintf(source, sizeof source, "/proc/self/fd/%d", descriptor);
  return linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/** A new file; -1 and errno, EEXIST when it is there. */
static inline int
linux_create(const char* path)
{
  return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

/** Renames unless the new name is taken: -1 and EEXIST. */
static inline int
linux_rename_new(const char* from, const char* to)
{
  const unsigned not_replacing = 1; /* RENAME_NOREPLACE */
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, not_replacing);
}

/** Both ends of a pipe, which no child inherits. */
static inline int
linux_pipe(int ends[2])
{
  return (int)syscall(SYS_pipe2, ends, O_CLOEXEC);
}

/** A file in memory, which no child inherits. */
static inline int
linux_memory_file(void)
{
  const unsigned closed_on_exec = 1; /* MFD_CLOEXEC */
  return (int)syscall(SYS_memfd_create, "isolde", closed_on_exec);
}

/** The variables of the environment, as posix_spawn takes them. */
static inline char**
linux_environment(void)
{
  extern char** environ;
  return environ;
}

/** What takes the complaints of ALSA, which the program tells in its own words. */
static inline void
linux_ignore(const char* file, int line, const char* function, int error, const char* format, ...)
{
  (void)file, (void)line, (void)function, (void)error, (void)format;
}

static inline const void*
linux_quiet_handler(void)
{
  return (const void*)linux_ignore;
}

/** Processors that this process may use; 0 when the system does not say. */
static inline int
linux_processor_count(void)
{
  unsigned long set[128] = { 0 };
  int count = 0;
  if (syscall(SYS_sched_getaffinity, 0, sizeof set, set) < 0)
    return 0;
  for (int i = 0; i < 128; i++)
    count += __builtin_popcountl(set[i]);
  return count;
}
#endif
