/* Calls of Linux that Swift's Glibc module leaves out. */
#ifndef ISOLDE_LINUX_SHIM_H
#define ISOLDE_LINUX_SHIM_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/** A file without a name in the file system of `folder`, which link_unnamed gives one; -1 and errno. */
static inline int
linux_open_unnamed(const char* folder)
{
  return open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
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
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

/** Both ends of a pipe, which no child inherits. */
static inline int
linux_pipe(int ends[2])
{
  return pipe2(ends, O_CLOEXEC);
}

/** A file in memory, which no child inherits. */
static inline int
linux_memory_file(void)
{
  return memfd_create("isolde", MFD_CLOEXEC);
}

/** The variables of the environment, as posix_spawn takes them. */
static inline char**
linux_environment(void)
{
  return environ;
}
#endif
