#define _GNU_SOURCE
#include "model_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum
{
  LARGEST = 1 << 26 /* bytes; larger files are refused */
};

static bool
fail(model_file* file, const char* why)
{
  snprintf(file->error, sizeof file->error, "%s", why);
  return false;
}

/* The system's message in lower case, for use inside a sentence. */
static bool
fail_of_errno(model_file* file)
{
  fail(file, strerror(errno));
  if (*file->error >= 'A' && *file->error <= 'Z')
    *file->error += 'a' - 'A';
  return false;
}

bool
model_file_open(model_file* file, const char* path)
{
  *file = (model_file){ .file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) };
  struct stat status;
  file->is_missing = file->file < 0 && (errno == ENOENT || errno == ENOTDIR);
  if (file->file < 0 || fstat(file->file, &status))
    return fail_of_errno(file);
  if (S_ISDIR(status.st_mode))
    return fail(file, "it is a folder; name the .isolde file in it");
  if (!S_ISREG(status.st_mode))
    return fail(file, "it is not a regular file");
  if (status.st_size > LARGEST)
    return fail(file, "too large for a model file");
  file->size = (size_t)status.st_size;
  return true;
}

bool
model_file_read(model_file* file, void* bytes, size_t count)
{
  for (char* next = bytes; count > 0;) {
    const ssize_t got = read(file->file, next, count);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail_of_errno(file);
    if (got == 0)
      return fail(file, "it shrank while it was being read; try again");
    next += got;
    count -= (size_t)got;
  }
  return true;
}

void
model_file_close(model_file* file)
{
  if (file->file >= 0)
    close(file->file);
}

bool
model_file_identify(const char* path, model_file_identity* identity)
{
  struct stat status;
  if (stat(path, &status))
    return false;
  *identity = (model_file_identity){ status.st_dev,
                                     status.st_ino,
                                     (uint64_t)status.st_size,
                                     { status.st_mtim.tv_sec, status.st_mtim.tv_nsec },
                                     { status.st_ctim.tv_sec, status.st_ctim.tv_nsec } };
  return true;
}

bool
model_file_is_same(const model_file_identity* a, const model_file_identity* b)
{
  return !memcmp(a, b, sizeof *a); /* seven numbers of 64 bits, without padding */
}

_Static_assert(MODEL_FILE_PATH_SIZE >= PATH_MAX, "realpath writes PATH_MAX bytes");

bool
model_file_resolve(const char* path, char* resolved)
{
  return realpath(path, resolved);
}
