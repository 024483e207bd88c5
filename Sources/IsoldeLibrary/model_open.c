/* Opens models by name or path, with messages that name what was opened. */
#define _GNU_SOURCE
#include "model_open.h"

#include "text.h"

#include <errno.h>
#include <linux/limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum
{
  SHOWN = 120 /* bytes of a path that a message shows: its end */
};

/* Copies the end of a path, made safe to show in one line. */
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

/* The remedy, for reasons that do not contain one. */
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
