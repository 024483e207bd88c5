/* A plug-in that does in run() what must not be done there: what the environment variable PLANTED
 * names. It shows that the checks can fail. One input, one output. */
#include <fcntl.h>
#include <lv2/core/lv2.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct
{
  float* port[2];
  const char* offence;
} Planted;

static void* volatile kept; /* so that the compiler keeps the calls */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static LV2_Handle
instantiate(const LV2_Descriptor* descriptor,
            double rate,
            const char* bundle,
            const LV2_Feature* const* features)
{
  (void)descriptor, (void)rate, (void)bundle, (void)features;
  Planted* self = calloc(1, sizeof *self);
  const char* offence = getenv("PLANTED");
  self->offence = offence ? offence : "";
  return self;
}

static void
connect_port(LV2_Handle instance, uint32_t port, void* data)
{
  if (port < 2)
    ((Planted*)instance)->port[port] = data;
}

static void
offend(const char* offence)
{
  if (!strcmp(offence, "malloc")) {
    kept = malloc(100);
    free(kept);
  } else if (!strcmp(offence, "lock")) {
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
  } else if (!strcmp(offence, "file")) {
    const int file = open("/dev/null", O_WRONLY);
    if (write(file, "x", 1) == 1)
      close(file);
  } else if (!strcmp(offence, "sleep")) {
    const struct timespec time = { .tv_nsec = 1000 };
    nanosleep(&time, NULL);
  }
}

static void
run(LV2_Handle instance, uint32_t count)
{
  Planted* self = instance;
  offend(self->offence);
  for (uint32_t i = 0; i < count; ++i)
    self->port[1][i] = self->port[0][i];
}

static void
cleanup(LV2_Handle instance)
{
  free(instance);
}

static const LV2_Descriptor descriptor = {
  .URI = "urn:isolde-test:planted",
  .instantiate = instantiate,
  .connect_port = connect_port,
  .run = run,
  .cleanup = cleanup,
};

LV2_SYMBOL_EXPORT const LV2_Descriptor*
lv2_descriptor(uint32_t index)
{
  return index ? NULL : &descriptor;
}
