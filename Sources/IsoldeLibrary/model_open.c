/* Reads a model file into memory: Embedded Swift has no files. */
#include "isolde.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum
{
  LARGEST = 1 << 29 /* bytes: a larger file is no model */
};

static void
say(char* message, const char* what)
{
  if (message)
    snprintf(message, ISOLDE_MESSAGE_SIZE, "%s", what);
}

isolde_model*
isolde_model_open(const char* path, char* message)
{
  FILE* const file = fopen(path, "rb");
  if (!file) {
    say(message, strerror(errno));
    return NULL;
  }
  isolde_model* model = NULL;
  struct stat status;
  if (fstat(fileno(file), &status) || !S_ISREG(status.st_mode)) {
    say(message, "not a file");
  } else if (status.st_size > LARGEST) {
    say(message, "too large for a model file");
  } else {
    const size_t size = (size_t)status.st_size;
    void* const bytes = malloc(size ? size : 1);
    if (!bytes || fread(bytes, 1, size, file) != size)
      say(message, "cannot be read to its end");
    else
      model = isolde_model_parse(bytes, size, message);
    free(bytes);
  }
  fclose(file);
  return model;
}
