/* races BUNDLE SECONDS: runs all threads of a host at once, in a build with ThreadSanitizer (`make races`).
 *
 * One instance has an audio thread, a worker, a thread that restores states and one that saves them. Meanwhile, four
 * threads make other instances, run them and drop them. The models given to the first instance fit, are refused or are
 * missing. The host's threads communicate through atomics, as in a real host. With a third argument, the audio thread
 * and the saver share a plain number, which the sanitizer must find.
 */
#define _GNU_SOURCE
#include "../Plugin/plug.h"
#include "../Plugin/small_model.h"

#include <lv2/atom/forge.h>
#include <lv2/log/log.h>
#include <lv2/patch/patch.h>
#include <lv2/state/state.h>
#include <lv2/worker/worker.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

enum
{
  BLOCK = 512,
  MAX_URIS = 100,
  SLOTS = 8,
  MESSAGE_BYTES = 5000,
  MODELS = 4,
};

#define MODEL_URI "urn:isolde:model"

static const char* bundle;
static LV2_Descriptor_Function get_descriptor;
static char models[MODELS][300];
static Plug plug; /* the instance that all threads use */
static atomic_bool is_over;
static atomic_ulong callbacks, works, restores, saves, instances, not_finite, refused, lines;
static bool is_planted;
static unsigned long planted; /* a race, when asked for */

/* ---- URIs --------------------------------------------------------------------------------------- */

static pthread_mutex_t uri_lock = PTHREAD_MUTEX_INITIALIZER;
static char* uris[MAX_URIS];

static LV2_URID
map_uri(LV2_URID_Map_Handle handle, const char* uri)
{
  (void)handle;
  LV2_URID found = 0;
  pthread_mutex_lock(&uri_lock);
  for (LV2_URID k = 0; k < MAX_URIS && !found; ++k) {
    if (!uris[k])
      uris[k] = strdup(uri);
    if (!strcmp(uris[k], uri))
      found = k + 1;
  }
  pthread_mutex_unlock(&uri_lock);
  return found;
}

static LV2_URID_Map uri_map = { NULL, map_uri };

/* ---- The log: lines are counted ------------------------------------------------------------------ */

static int
log_line(LV2_Log_Handle handle, LV2_URID type, const char* format, va_list arguments)
{
  (void)handle, (void)type;
  char line[500];
  ++lines;
  return vsnprintf(line, sizeof line, format, arguments);
}

static int
log_printf(LV2_Log_Handle handle, LV2_URID type, const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  const int written = log_line(handle, type, format, arguments);
  va_end(arguments);
  return written;
}

/* ---- Between audio thread and worker: a ring with one writer and one reader ---------------------- */

typedef struct
{
  struct
  {
    uint32_t size;
    char data[MESSAGE_BYTES];
  } slots[SLOTS];
  atomic_uint read, written;
} Ring;

static Ring orders, responses;

static LV2_Worker_Status
put(Ring* ring, uint32_t size, const void* data)
{
  const unsigned at = atomic_load(&ring->written);
  if (at - atomic_load(&ring->read) >= SLOTS || size > MESSAGE_BYTES)
    return LV2_WORKER_ERR_NO_SPACE;
  ring->slots[at % SLOTS].size = size;
  memcpy(ring->slots[at % SLOTS].data, data, size);
  atomic_store(&ring->written, at + 1);
  return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status
schedule(LV2_Worker_Schedule_Handle handle, uint32_t size, const void* data)
{
  (void)handle;
  return put(&orders, size, data);
}

static LV2_Worker_Status
respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void* data)
{
  (void)handle;
  return put(&responses, size, data);
}

static const LV2_Worker_Interface*
worker_interface(void)
{
  return plug.descriptor->extension_data(LV2_WORKER__interface);
}

/* ---- Threads ------------------------------------------------------------------------------------ */

static void
ask_for(const char* path)
{
  LV2_Atom_Forge forge;
  LV2_Atom_Forge_Frame sequence, object;
  lv2_atom_forge_init(&forge, &uri_map);
  lv2_atom_forge_set_buffer(&forge, plug.control.bytes, ATOM_BYTES);
  lv2_atom_forge_sequence_head(&forge, &sequence, 0);
  lv2_atom_forge_frame_time(&forge, 0);
  lv2_atom_forge_object(&forge, &object, 0, map_uri(NULL, LV2_PATCH__Set));
  lv2_atom_forge_key(&forge, map_uri(NULL, LV2_PATCH__property));
  lv2_atom_forge_urid(&forge, map_uri(NULL, MODEL_URI));
  lv2_atom_forge_key(&forge, map_uri(NULL, LV2_PATCH__value));
  lv2_atom_forge_path(&forge, path, (uint32_t)strlen(path));
  lv2_atom_forge_pop(&forge, &object);
  lv2_atom_forge_pop(&forge, &sequence);
}

static void*
play(void* argument)
{
  static float buffers[MAX_OUTPUTS][BLOCK];
  float* channels[MAX_OUTPUTS];
  for (int c = 0; c < MAX_OUTPUTS; ++c)
    channels[c] = buffers[c];
  uint32_t state = 1;
  while (!is_over) {
    const uint32_t count = random_sample(&state) > 0 ? BLOCK : 1 + (state >> 8) % BLOCK;
    for (uint32_t i = 0; i < count; ++i)
      buffers[0][i] = buffers[1][i] = 0.3f * random_sample(&state);
    plug.controls[AMBIENCE] = -60 + (float)((state >> 10) % 72);
    plug.controls[ENABLED] = (state >> 20) % 8 > 0;
    if ((state >> 12) % 40 == 0)
      ask_for(models[(state >> 20) % MODELS]);
    if ((state >> 9) % 500 == 0)
      plug_activate(&plug);
    plug_run(&plug, channels, channels, count);
    for (unsigned at; (at = atomic_load(&responses.read)) != atomic_load(&responses.written);) {
      worker_interface()->work_response(
        plug.handle, responses.slots[at % SLOTS].size, responses.slots[at % SLOTS].data);
      atomic_store(&responses.read, at + 1);
    }
    for (uint32_t i = 0; i < count; ++i)
      not_finite += !isfinite(buffers[0][i]);
    if (is_planted)
      ++planted;
    ++callbacks;
  }
  return argument;
}

static void*
work(void* argument)
{
  while (!is_over) {
    const unsigned at = atomic_load(&orders.read);
    if (at == atomic_load(&orders.written)) {
      usleep(300);
      continue;
    }
    worker_interface()->work(
      plug.handle, respond, NULL, orders.slots[at % SLOTS].size, orders.slots[at % SLOTS].data);
    atomic_store(&orders.read, at + 1);
    ++works;
  }
  return argument;
}

static const void*
retrieve(LV2_State_Handle path, uint32_t key, size_t* size, uint32_t* type, uint32_t* flags)
{
  if (!path || key != map_uri(NULL, MODEL_URI))
    return NULL;
  *size = strlen(path) + 1;
  *type = map_uri(NULL, LV2_ATOM__Path);
  *flags = 0;
  return path;
}

static LV2_State_Status
store(LV2_State_Handle handle,
      uint32_t key,
      const void* value,
      size_t size,
      uint32_t type,
      uint32_t flags)
{
  (void)handle, (void)key, (void)value, (void)size, (void)type, (void)flags;
  return LV2_STATE_SUCCESS;
}

static const LV2_Feature* const no_features[] = { NULL };

static const LV2_State_Interface*
state_interface(void)
{
  return plug.descriptor->extension_data(LV2_STATE__interface);
}

static void*
restore_often(void* argument)
{
  for (unsigned turn = 0; !is_over; ++turn, usleep(3000)) {
    char* path = turn % 3 ? models[turn % MODELS] : NULL;
    state_interface()->restore(plug.handle, retrieve, path, 0, no_features);
    ++restores;
  }
  return argument;
}

static void*
save_often(void* argument)
{
  for (; !is_over; usleep(1000)) {
    state_interface()->save(plug.handle, store, NULL, 0, no_features);
    if (is_planted)
      ++planted;
    ++saves;
  }
  return argument;
}

static void*
churn(void* seed)
{
  static const double rates[] = { 48000, 44100, 96000, 8000 };
  uint32_t state = *(uint32_t*)seed;
  float buffer[BLOCK] = { 0 };
  float* channels[MAX_OUTPUTS] = { buffer, buffer, buffer, buffer, buffer, buffer };
  while (!is_over) {
    random_sample(&state);
    Plug* other = malloc(sizeof *other);
    const Kind* kind = &plugins[(state >> 10) % PLUGINS];
    if (!plug_in(other, get_descriptor, kind, rates[(state >> 20) % 4], bundle, no_features, 0)) {
      ++refused;
    } else {
      plug_activate(other);
      for (int k = 0; k < 3; ++k)
        plug_run(other, channels, channels, BLOCK);
      plug_out(other);
      ++instances;
    }
    free(other);
  }
  return seed;
}

int
main(int argc, char** argv)
{
  char path[5000], folder[] = "/tmp/isolde-races.XXXXXX", name[4096];
  if (argc < 3 || !mkdtemp(folder))
    return 2;
  is_planted = argc > 3;
  snprintf(name, sizeof name, "%s/", argv[1]);
  bundle = name;
  snprintf(path, sizeof path, "%sisolde.so", bundle);
  get_descriptor = open_plugin(path);
  snprintf(models[0], sizeof models[0], "%smodels/studio.isolde", bundle);
  snprintf(models[1], sizeof models[1], "%s/fits.isolde", folder);
  snprintf(models[2], sizeof models[2], "%s/late.isolde", folder);
  snprintf(models[3], sizeof models[3], "%s/missing.isolde", folder);
  write_small_model(models[1], 768, 0.5);
  write_small_model(models[2], 6144, 0.5); /* refused */

  LV2_Worker_Schedule schedule_feature = { NULL, schedule };
  LV2_Log_Log log_feature = { NULL, log_printf, log_line };
  const LV2_Feature map = { LV2_URID__map, &uri_map }, log = { LV2_LOG__log, &log_feature },
                    worker = { LV2_WORKER__schedule, &schedule_feature };
  const LV2_Feature* const features[] = { &map, &log, &worker, NULL };
  if (!plug_in(&plug,
               get_descriptor,
               &plugins[1],
               48000,
               bundle,
               features,
               map_uri(NULL, LV2_ATOM__Sequence)))
    return 2;
  plug_activate(&plug);

  void* (*const roles[])(void*) = { play,  work,  restore_often, save_often,
                                    churn, churn, churn,         churn };
  enum
  {
    THREADS = sizeof roles / sizeof *roles
  };
  pthread_t threads[THREADS];
  uint32_t seeds[THREADS];
  for (uint32_t k = 0; k < THREADS; ++k) {
    seeds[k] = k;
    pthread_create(&threads[k], NULL, roles[k], &seeds[k]);
  }
  sleep((unsigned)atoi(argv[2]));
  is_over = true;
  for (int k = 0; k < THREADS; ++k)
    pthread_join(threads[k], NULL);
  plug_out(&plug);
  unlink(models[1]);
  unlink(models[2]);
  rmdir(folder);

  /* Each operation must have happened at least once. */
  const bool is_bad =
    not_finite || refused || !callbacks || !works || !restores || !saves || !instances || !lines;
  printf("%s: %lu callbacks, %lu orders of the worker, %lu restores, %lu saves, %lu other "
         "instances, %lu lines of the log; %lu refused, %lu not finite\n",
         is_bad ? "WRONG" : "right",
         callbacks,
         works,
         restores,
         saves,
         instances,
         lines,
         refused,
         not_finite);
  return is_bad;
}
