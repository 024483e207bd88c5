/* Reads a model file into memory: Embedded Swift has no files.
 *
 * Whatever the path names, nothing here waits for another process: a FIFO or a device is opened without
 * blocking and refused before it is read. No lock is held.
 */
#define _GNU_SOURCE
#include "model_open.h"

#include "text.h"

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
  LARGEST = 1 << 26, /* bytes: a larger file is no model */
  START = 4          /* bytes that tell a model from other files */
};

static void
say(char* message, const char* what)
{
  if (message)
    snprintf(message, ISOLDE_MESSAGE_SIZE, "%s", what);
}

/* In lower case, as it stands inside a sentence. */
static void
say_error(char* message)
{
  char text[128];
  snprintf(text, sizeof text, "%s", strerror(errno));
  if (*text >= 'A' && *text <= 'Z')
    *text += 'a' - 'A';
  say(message, text);
}

/* False and a message unless there are `count` bytes. */
static bool
read_all(int file, char* bytes, size_t count, char* message)
{
  while (count > 0) {
    const ssize_t got = read(file, bytes, count);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      say_error(message);
    else if (got == 0)
      say(message, "it became shorter while it was read; try again");
    if (got <= 0)
      return false;
    bytes += got;
    count -= (size_t)got;
  }
  return true;
}

static isolde_model*
read_model(int file, size_t size, char* message)
{
  /* The first bytes alone decide on most files that are no models. */
  char start[START];
  if (size < START)
    return isolde_model_parse("", 0, message);
  if (!read_all(file, start, START, message))
    return NULL;
  if (memcmp(start, "GGUF", START))
    return isolde_model_parse(start, START, message);
  char* const bytes = malloc(size);
  if (!bytes) {
    say(message, "out of memory");
    return NULL;
  }
  memcpy(bytes, start, START);
  isolde_model* model = NULL;
  if (read_all(file, bytes + START, size - START, message))
    model = isolde_model_parse(bytes, size, message);
  free(bytes);
  return model;
}

isolde_model*
isolde_file_open(const char* path, char* message)
{
  const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (file < 0) {
    say_error(message);
    return NULL;
  }
  isolde_model* model = NULL;
  struct stat status;
  if (fstat(file, &status))
    say_error(message);
  else if (S_ISDIR(status.st_mode))
    say(message, "it is a folder; name the .isolde file in it");
  else if (!S_ISREG(status.st_mode))
    say(message, "it is no regular file");
  else if (status.st_size > LARGEST)
    say(message, "too large for a model file");
  else
    model = read_model(file, (size_t)status.st_size, message);
  close(file);
  return model;
}

enum
{
  SHOWN = 120 /* bytes of a path in a message; what it begins with is left out */
};

/* The end of a path, fit for one line. */
static void
write_shown(const char* path, char shown[SHOWN + sizeof "…"])
{
  const size_t length = strlen(path);
  const char* from = path;
  char* to = shown;
  if (length > SHOWN) {
    from += length - SHOWN;
    while ((*from & 0xC0) == 0x80)
      ++from;
    to = stpcpy(to, "…");
  }
  while (*from) {
    size_t bytes;
    const bool is_shown = text_is_shown((const uint8_t*)from, strlen(from), &bytes);
    if (is_shown && *from != '\n' && *from != '\t')
      to = mempcpy(to, from, bytes);
    else
      *to++ = '?';
    from += bytes;
  }
  *to = 0;
}

/* What the user can do about it, where the reason does not say. */
static const char*
remedy(const char* path)
{
  if (!access(path, R_OK))
    return "";
  switch (errno) {
    case ENOENT:
      return "; check the path, or name a built-in model such as studio";
    case EACCES:
      return "; make it readable for this user";
    default:
      return "";
  }
}

isolde_model*
isolde_model_open(const char* model, char* message)
{
  char path[PATH_MAX], why[ISOLDE_MESSAGE_SIZE], shown[SHOWN + sizeof "…"];
  const bool is_found = isolde_model_path(model, path, sizeof path, why);
  isolde_model* const opened = is_found ? isolde_file_open(path, why) : NULL;
  if (!opened && message) {
    write_shown(is_found ? path : model, shown);
    snprintf(message, ISOLDE_MESSAGE_SIZE, "%s: %s%s", shown, why, is_found ? remedy(path) : "");
  }
  return opened;
}
