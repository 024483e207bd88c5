/* Finds installed models by their names, in the places where `make`, `make install`, install.sh and packages put them. */
#define _GNU_SOURCE
#include "status.h"

#include <dirent.h>
#include <link.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char extension[] = ".isolde";

/* Folders relative to the file that holds this code: in a bundle or a Python package, in a build, for PREFIX/lib and
   for PREFIX/bin. */
static const char* const beside[] = { "models/",
                                      "isolde.lv2/models/",
                                      "lv2/isolde.lv2/models/",
                                      "../lib/lv2/isolde.lv2/models/" };
/* Folders searched after that: the user's, then the system's. */
static const char* const everywhere[] = { "/usr/local/lib/lv2/isolde.lv2/models/",
                                          "/usr/lib/lv2/isolde.lv2/models/" };

enum
{
  BESIDE = sizeof beside / sizeof *beside,
  FOLDERS = BESIDE + 1 + sizeof everywhere / sizeof *everywhere,
  NAMES = 32,     /* as many as fit a message */
  NAME_SIZE = 64, /* bytes */
};

/* The path of the library or program that holds this code; empty when it is unknown. */
static int
look_for_this_code(struct dl_phdr_info* object, size_t size, void* path)
{
  (void)size;
  const uintptr_t here = (uintptr_t)&look_for_this_code;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const uintptr_t start = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
    if (object->dlpi_phdr[i].p_type == PT_LOAD && here - start < object->dlpi_phdr[i].p_memsz) {
      if (!realpath(*object->dlpi_name ? object->dlpi_name : "/proc/self/exe", path))
        *(char*)path = 0;
      return 1;
    }
  }
  return 0;
}

/* Folder `index` of those that are searched, ending in a slash; empty when there is no such folder. */
static void
write_folder(size_t index, char* folder, size_t size)
{
  *folder = 0;
  if (index < BESIDE) {
    char here[PATH_MAX] = "";
    dl_iterate_phdr(look_for_this_code, here);
    const char* slash = strrchr(here, '/');
    if (slash)
      snprintf(folder, size, "%.*s%s", (int)(slash + 1 - here), here, beside[index]);
  } else if (index == BESIDE) {
    const char* home = getenv("HOME");
    if (home && *home)
      snprintf(folder, size, "%s/.lv2/isolde.lv2/models/", home);
  } else {
    snprintf(folder, size, "%s", everywhere[index - BESIDE - 1]);
  }
}

/* The length of a file's name before `.isolde`; 0 when it is not a model. */
static size_t
stem_length(const char* file)
{
  const size_t length = strlen(file), tail = strlen(extension);
  return length > tail && length - tail < NAME_SIZE && !strcmp(file + length - tail, extension)
           ? length - tail
           : 0;
}

static int
in_order(const void* a, const void* b)
{
  return strcmp(a, b);
}

/* Collects the names of all installed models, each once; returns how many. */
static size_t
list_names(char names[NAMES][NAME_SIZE])
{
  size_t count = 0;
  for (size_t i = 0; i < FOLDERS; ++i) {
    char path[2 * PATH_MAX];
    write_folder(i, path, sizeof path);
    DIR* folder = *path ? opendir(path) : NULL;
    for (struct dirent* entry; folder && count < NAMES && (entry = readdir(folder));) {
      const size_t length = stem_length(entry->d_name);
      char* name = names[count];
      snprintf(name, NAME_SIZE, "%.*s", (int)length, entry->d_name);
      size_t same = 0;
      while (strcmp(names[same], name))
        ++same;
      count += length && same == count;
    }
    if (folder)
      closedir(folder);
  }
  qsort(names, count, NAME_SIZE, in_order);
  return count;
}

static void
say_what_there_is(const char* name, char* message)
{
  struct stat status;
  const char* const what = stat(name, &status) ? "no such file" : "a folder";
  char names[NAMES][NAME_SIZE];
  const size_t count = list_names(names);
  int at = snprintf(message, ISOLDE_MESSAGE_SIZE, "%s, and no built-in model of that name; ", what);
  if (count == 0)
    snprintf(
      message + at, ISOLDE_MESSAGE_SIZE - (size_t)at, "none is installed: name a .isolde file");
  for (size_t i = 0; i < count && at < ISOLDE_MESSAGE_SIZE - NAME_SIZE; ++i)
    at += snprintf(
      message + at, ISOLDE_MESSAGE_SIZE - (size_t)at, "%s%s", i ? ", " : "built in are ", names[i]);
}

/* Whether it can only be the name of a model: a word without `/` and `.` that is not a file. */
static bool
is_name(const char* text)
{
  struct stat status;
  return !strpbrk(text, "/.") && (stat(text, &status) || S_ISDIR(status.st_mode));
}

/* Whether a model of that name is installed; if so, writes its path. */
static bool
find(const char* name, char* path, size_t size)
{
  char file[NAME_SIZE + sizeof extension] = "";
  for (size_t i = 0; name[i] && i < NAME_SIZE; ++i)
    file[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] + 'a' - 'A') : name[i];
  strcat(file, extension);
  for (size_t i = 0; i < FOLDERS; ++i) {
    char folder[2 * PATH_MAX];
    write_folder(i, folder, sizeof folder);
    const int length = snprintf(path, size, "%s%s", folder, file);
    if (*folder && length > 0 && (size_t)length < size && !access(path, R_OK))
      return true;
  }
  return false;
}

bool
isolde_model_path(const char* model, char* path, size_t size, char* message)
{
  if (size)
    *path = 0;
  if (!is_name(model)) {
    const int length = snprintf(path, size, "%s", model);
    if (length >= 0 && (size_t)length < size)
      return true;
    status_set(ISOLDE_BAD_ARGUMENT);
    if (message)
      snprintf(message, ISOLDE_MESSAGE_SIZE, "the path is longer than %zu bytes", size);
  } else {
    if (find(model, path, size))
      return true;
    status_set(ISOLDE_NOT_FOUND);
    if (message)
      say_what_there_is(model, message);
  }
  if (size)
    *path = 0;
  return false;
}
