#include "lock.h"

#include <pthread.h>
#include <stdlib.h>

struct lock
{
  pthread_mutex_t mutex;
};

static lock of_process = { PTHREAD_MUTEX_INITIALIZER };

lock*
lock_new(void)
{
  lock* made = malloc(sizeof *made);
  if (made)
    pthread_mutex_init(&made->mutex, NULL);
  return made;
}

void
lock_free(lock* lock)
{
  if (lock)
    pthread_mutex_destroy(&lock->mutex);
  free(lock);
}

lock*
lock_of_process(void)
{
  return &of_process;
}

void
lock_hold(lock* lock)
{
  pthread_mutex_lock(&lock->mutex);
}

void
lock_leave(lock* lock)
{
  pthread_mutex_unlock(&lock->mutex);
}
