/* A list of models with their numbers of users, under one lock: hosts instantiate in any thread. The lock
 * is never held while a file is looked at: on a drive that does not answer only those wait who asked
 * for it.
 */
#include "models.h"

#include "model_open.h"

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
  bool is_shared;   /**< with those who ask for the same file */
  struct stat file; /**< a file that was written again is another one */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry* models;

static bool
is_same(const struct stat* a, const struct stat* b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
         a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* The model of a file that is in use, with one user more; NULL when there is none. */
static const isolde_model*
join(const struct stat* file)
{
  const isolde_model* model = NULL;
  pthread_mutex_lock(&lock);
  for (struct entry* entry = models; entry && !model; entry = entry->next) {
    if (entry->is_shared && is_same(&entry->file, file)) {
      ++entry->users;
      model = entry->model;
    }
  }
  pthread_mutex_unlock(&lock);
  return model;
}

static void
add(struct entry* entry)
{
  pthread_mutex_lock(&lock);
  entry->next = models;
  models = entry;
  pthread_mutex_unlock(&lock);
}

/* A model of its own for the first user. Two who ask at once may both read the file; nothing is lost by
   it. */
static const isolde_model*
open_model(const char* path, const struct stat* before, char* message)
{
  struct entry* entry = malloc(sizeof *entry);
  if (!entry) {
    snprintf(message, ISOLDE_MESSAGE_SIZE, "out of memory");
    return NULL;
  }
  *entry = (struct entry){ .model = isolde_file_open(path, message), .users = 1 };
  if (!entry->model) {
    free(entry);
    return NULL;
  }
  /* Where the file was written again meanwhile, nobody knows which one was read. */
  entry->is_shared = before && !stat(path, &entry->file) && is_same(&entry->file, before);
  add(entry);
  return entry->model;
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
  struct stat file;
  const bool is_there = !stat(path, &file);
  use->model = is_there ? join(&file) : NULL;
  if (!use->model)
    use->model = open_model(path, is_there ? &file : NULL, message);
  if (use->model)
    return use;
  free(use);
  return NULL;
}

void
models_release(model_use* use)
{
  struct entry* unused = NULL;
  pthread_mutex_lock(&lock);
  for (struct entry** place = &models; *place; place = &(*place)->next) {
    struct entry* entry = *place;
    if (entry->model != use->model)
      continue;
    if (--entry->users == 0) {
      *place = entry->next;
      unused = entry;
    }
    break;
  }
  pthread_mutex_unlock(&lock);
  if (unused)
    isolde_model_free(unused->model);
  free(unused);
  free(use);
}
