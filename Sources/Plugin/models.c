/* A list of models with their numbers of users, under one lock: hosts instantiate in any thread. */
#include "models.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct entry
{
  struct entry* next;
  isolde_model* model;
  unsigned users;
  struct stat file; /**< a file that was written again is another one */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry* models;

static bool
is_same(const struct stat* a, const struct stat* b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static struct entry*
find(const struct stat* file)
{
  for (struct entry* entry = models; entry; entry = entry->next)
    if (is_same(&entry->file, file))
      return entry;
  return NULL;
}

static struct entry*
add(const char* path, const struct stat* file, char* message)
{
  isolde_model* model = isolde_model_open(path, message);
  if (!model)
    return NULL;
  struct entry* entry = malloc(sizeof *entry);
  if (!entry) {
    snprintf(message, ISOLDE_MESSAGE_SIZE, "out of memory");
    isolde_model_free(model);
    return NULL;
  }
  *entry = (struct entry){ .next = models, .model = model, .file = *file };
  return models = entry;
}

model_use*
models_acquire(const char* path, char* message)
{
  const size_t size = strlen(path) + 1;
  model_use* use = malloc(sizeof *use + size);
  if (!use) {
    snprintf(message, ISOLDE_MESSAGE_SIZE, "out of memory");
    return NULL;
  }
  memcpy(use->path, path, size);
  struct stat file = { 0 };
  pthread_mutex_lock(&lock);
  struct entry* entry = stat(path, &file) ? NULL : find(&file);
  if (!entry)
    entry = add(path, &file, message);
  if (entry)
    ++entry->users;
  pthread_mutex_unlock(&lock);
  if (entry) {
    use->model = entry->model;
    return use;
  }
  free(use);
  return NULL;
}

void
models_release(model_use* use)
{
  pthread_mutex_lock(&lock);
  for (struct entry** place = &models; *place; place = &(*place)->next) {
    struct entry* entry = *place;
    if (entry->model != use->model)
      continue;
    if (--entry->users == 0) {
      *place = entry->next;
      isolde_model_free(entry->model);
      free(entry);
    }
    break;
  }
  pthread_mutex_unlock(&lock);
  free(use);
}
