/* Own versions of functions that recent C libraries have added, so that binaries built on a new system run on older
 * ones. They are linked into every binary as hidden symbols. With them, plug-ins and library need GLIBC 2.29 (and the
 * kernel's statx, of 2017), and the command line 2.34 for Swift's threads.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* New in GLIBC 2.36. Embedded Swift uses it to seed the hashes of dictionaries. */
void
arc4random_buf(void* bytes, size_t size)
{
  uint8_t* next = bytes;
  while (size) {
    const ssize_t got = getrandom(next, size, 0);
    if (got < 0 && errno != EINTR)
      return; /* the kernel lacks the call; the seed is whatever was in memory */
    if (got > 0) {
      next += got;
      size -= (size_t)got;
    }
  }
}

static struct timespec
time_of(struct statx_timestamp time)
{
  return (struct timespec){ .tv_sec = time.tv_sec, .tv_nsec = time.tv_nsec };
}

static int
status_of(int folder, const char* path, int flags, struct stat* status)
{
  struct statx found;
  if (statx(folder, path, flags, STATX_BASIC_STATS, &found))
    return -1;
  *status = (struct stat){
    .st_dev = makedev(found.stx_dev_major, found.stx_dev_minor),
    .st_ino = found.stx_ino,
    .st_mode = found.stx_mode,
    .st_nlink = found.stx_nlink,
    .st_uid = found.stx_uid,
    .st_gid = found.stx_gid,
    .st_rdev = makedev(found.stx_rdev_major, found.stx_rdev_minor),
    .st_size = (off_t)found.stx_size,
    .st_blksize = (blksize_t)found.stx_blksize,
    .st_blocks = (blkcnt_t)found.stx_blocks,
    .st_atim = time_of(found.stx_atime),
    .st_mtim = time_of(found.stx_mtime),
    .st_ctim = time_of(found.stx_ctime),
  };
  return 0;
}

/* New in GLIBC 2.33; before, they were inline. */
int
stat(const char* path, struct stat* status)
{
  return status_of(AT_FDCWD, path, 0, status);
}

int
fstat(int file, struct stat* status)
{
  /* On the stack: plug-in and core both contain this file. With AddressSanitizer a constant would exist twice, and
     lld would drop one of them. */
  const char nothing[1] = { 0 };
  return status_of(file, nothing, AT_EMPTY_PATH, status);
}

/* New in GLIBC 2.35. Needed by Swift's Glibc module, in the command line. */
float
hypotf(float x, float y)
{
  if (isinf(x) || isinf(y))
    return INFINITY;
  return (float)sqrt((double)x * x + (double)y * y);
}
