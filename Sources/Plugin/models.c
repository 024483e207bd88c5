/* A list of models with their numbers of users, under one lock: hosts instantiate in any thread. */
#include "models.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry
{
  struct entry* next;
  isolde_model* model;
  unsigned users;
  char path[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry* models;

static struct entry*
find(const char* path)
{
  for (struct entry* entry = models; entry; entry = entry->next)
    if (!strcmp(entry->path, path))
      return entry;
  return NULL;
}

static struct entry*
add(const char* path, char* message)
{
  isolde_model* model = isolde_model_open(path, message);
  if (!model)
    return NULL;
  const size_t size = strlen(path) + 1;
  struct entry* entry = malloc(sizeof *entry + size);
  if (!entry) {
    isolde_model_free(model);
    return NULL;
  }
  *entry = (struct entry){ .next = models, .model = model };
  memcpy(entry->path, path, size);
  return models = entry;
}

const isolde_model*
models_acquire(const char* path, char* message)
{
  pthread_mutex_lock(&lock);
  struct entry* entry = find(path);
  if (!entry)
    entry = add(path, message);
  if (entry)
    ++entry->users;
  pthread_mutex_unlock(&lock);
  return entry ? entry->model : NULL;
}

void
models_release(const isolde_model* model)
{
  pthread_mutex_lock(&lock);
  for (struct entry** place = &models; *place; place = &(*place)->next) {
    struct entry* entry = *place;
    if (entry->model != model)
      continue;
    if (--entry->users == 0) {
      *place = entry->next;
      isolde_model_free(entry->model);
      free(entry);
    }
    break;
  }
  pthread_mutex_unlock(&lock);
}
