/* Linux functions that Swift's Glibc module lacks. _GNU_SOURCE would change types of glibc that Swift has already
   imported, so some constants are written as numbers. */
#ifndef ISOLDE_LINUX_SHIM_H
#define ISOLDE_LINUX_SHIM_H
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/** Opens a file without a name in the file system of `folder`, which link_unnamed can name; -1 and errno. */
static inline int
linux_open_unnamed(const char* folder)
{
  const int unnamed = 020000000 | O_DIRECTORY; /* O_TMPFILE */
  return open(folder, unnamed | O_RDWR | O_CLOEXEC, 0666);
}

/** Gives such a file a name; -1 and errno, EEXIST when the name is taken. */
static inline int
linux_link_unnamed(int descriptor, const char* path)
{
  char source[64];
  snprintf(source, sizeof source, "/proc/self/fd/%d", descriptor);
  return linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/** Creates a new file; -1 and errno, EEXIST when it exists. */
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

/** Opens a pipe that child processes do not inherit. */
static inline int
linux_pipe(int ends[2])
{
  return (int)syscall(SYS_pipe2, ends, O_CLOEXEC);
}

/** Opens a file in memory that child processes do not inherit. */
static inline int
linux_memory_file(void)
{
  const unsigned closed_on_exec = 1; /* MFD_CLOEXEC */
  return (int)syscall(SYS_memfd_create, "isolde", closed_on_exec);
}

/** The environment, in the form that posix_spawn takes. */
static inline char**
linux_environment(void)
{
  extern char** environ;
  return environ;
}

/** Receives ALSA's error messages and drops them, as the program prints its own. */
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
