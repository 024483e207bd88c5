/* jack_load SECONDS: watches the JACK server while others play. Prints `load MEAN MAX, stalls N covering C %,
 * xruns N, of them M without a stall`; the load is JACK's own figure in percent of the period, looked at
 * ten times a second.
 *
 * A virtual machine stands still when others need the processor it runs on. Such stalls are told from work by a
 * thread on every processor that has the highest priority and only sleeps: when even it wakes late, nothing
 * that ran here can be the cause. An xrun belongs to the stall that ended at most WINDOW before it; what
 * share of the time lies so near to a stall tells how often that would be chance. Without real-time
 * priority there are no such threads, and no stalls are found.
 */
#include "../Tools/clock.h"

#include <jack/jack.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum
{
  EVENTS = 65536,
};

static const double TICK = 0.0005, LATE = 0.001, WINDOW = 0.020; /* seconds */

typedef struct
{
  double times[EVENTS]; /* s */
  atomic_int count;
} Events;

static Events xruns, stalls; /* when they were noticed, when they ended */

static void
add(Events* events, double time)
{
  const int place = atomic_fetch_add(&events->count, 1);
  if (place < EVENTS)
    events->times[place] = time;
}

static int
count(const Events* events)
{
  const int found = events->count;
  return found < EVENTS ? found : EVENTS;
}

static int
note_xrun(void* unused)
{
  (void)unused;
  add(&xruns, wall_seconds());
  return 0;
}

/* Sleeps on one processor, at the highest priority, and notes when it is woken late. */
static void*
watch(void* processor)
{
  cpu_set_t own;
  CPU_ZERO(&own);
  CPU_SET((int)(intptr_t)processor, &own);
  const struct sched_param highest = { .sched_priority = sched_get_priority_max(SCHED_FIFO) };
  if (pthread_setaffinity_np(pthread_self(), sizeof own, &own) ||
      pthread_setschedparam(pthread_self(), SCHED_FIFO, &highest))
    return NULL;
  for (;;) {
    const double due = wall_seconds() + TICK;
    const struct timespec until = { (time_t)due, (long)(1e9 * fmod(due, 1)) };
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    const double woken = wall_seconds();
    if (woken - due > LATE)
      add(&stalls, woken);
  }
}

/* Seconds that lie less than WINDOW behind a stall. */
static double
covered(void)
{
  double sum = 0;
  for (int k = 0; k < count(&stalls); ++k) {
    double next = INFINITY; /* stalls of several processors may overlap and be out of order */
    for (int j = 0; j < count(&stalls); ++j)
      if (stalls.times[j] > stalls.times[k])
        next = fmin(next, stalls.times[j]);
    sum += fmin(WINDOW, next - stalls.times[k]);
  }
  return sum;
}

static int
without_stall(void)
{
  int number = 0;
  for (int k = 0; k < count(&xruns); ++k) {
    int found = 0;
    for (int j = 0; j < count(&stalls); ++j) {
      const double after = xruns.times[k] - stalls.times[j];
      found |= after > -LATE && after < WINDOW;
    }
    number += !found;
  }
  return number;
}

int
main(int argc, char** argv)
{
  jack_client_t* client = argc == 2 ? jack_client_open("watch", JackNoStartServer, NULL) : NULL;
  if (!client) {
    fprintf(stderr, "usage: jack_load SECONDS, beside a JACK server\n");
    return 2;
  }
  jack_set_xrun_callback(client, note_xrun, NULL);
  jack_activate(client);
  for (intptr_t k = 0; k < sysconf(_SC_NPROCESSORS_ONLN); ++k) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, watch, (void*)k) == 0)
      pthread_detach(thread);
  }
  sleep(2); /* its own coming may cost an xrun */
  xruns.count = stalls.count = 0;
  const int seconds = atoi(argv[1]), looks = 10 * seconds;
  float sum = 0, most = 0;
  for (int k = 0; k < looks; ++k) {
    usleep(100000);
    const float load = jack_cpu_load(client);
    sum += load;
    most = load > most ? load : most;
  }
  printf("load %.1f %.1f, stalls %d covering %.1f %%, xruns %d, of them %d without a stall\n",
         sum / (float)looks,
         most,
         count(&stalls),
         100 * covered() / seconds,
         count(&xruns),
         without_stall());
  jack_client_close(client);
  return 0;
}
