/* Lists the folders and models that the window's menu of models shows. */
#define _GNU_SOURCE
#include "window.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool
files_is_folder(const char* path)
{
  struct stat found;
  return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

const char*
files_home(void)
{
  const char* home = getenv("HOME");
  return home && *home == '/' ? home : "/";
}

/* Follows symbolic links. */
static bool
is_folder_in(const char* folder, const struct dirent* entry)
{
  char path[8192];
  if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN)
    return entry->d_type == DT_DIR;
  return snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path &&
         files_is_folder(path);
}

static bool
is_model(const char* name)
{
  const char* end = strrchr(name, '.');
  return end && end != name && !strcmp(end, ".isolde");
}

/* False when the model file states another task than separating. The statement stands near the beginning of the
   file; a file without one separates. */
static bool
separates(const char* folder, const char* name)
{
  static const char key[] = "isolde.task", value[] = "separate";
  const size_t before = sizeof key - 1 + 12; /* the key, its type and the length of its value */
  char path[8192], start[4096];
  struct stat found;
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path ||
      stat(path, &found) != 0 || !S_ISREG(found.st_mode))
    return true;
  FILE* file = fopen(path, "rb");
  if (!file)
    return true;
  const size_t size = fread(start, 1, sizeof start, file);
  fclose(file);
  const char* task = memmem(start, size, key, sizeof key - 1);
  if (!task || (size_t)(start + size - task) < before + sizeof value - 1)
    return true;
  return !memcmp(task + before, value, sizeof value - 1);
}

void
files_list(const char* folder, void* context, files_visit visit)
{
  struct dirent** entries = NULL;
  const int count = scandir(folder, &entries, NULL, alphasort);
  for (int pass = 0; pass < 2; ++pass)
    for (int i = 0; i < count; ++i) {
      const bool is_folder = is_folder_in(folder, entries[i]);
      const bool is_first = pass == 0;
      if (entries[i]->d_name[0] != '.' && is_folder == is_first &&
          (is_folder || (is_model(entries[i]->d_name) && separates(folder, entries[i]->d_name))))
        visit(context, entries[i]->d_name, is_folder);
    }
  for (int i = 0; i < count; ++i)
    free(entries[i]);
  free(entries);
}
