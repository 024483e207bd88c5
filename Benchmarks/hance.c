/* hance LIBRARY MODEL.isolde RECORDS HANCE_MODEL...: processor time of HANCE's library and of ours.
 *
 * HANCE's library comes from the package `hance` of PyPI; it is loaded if it is installed, never linked. Both process
 * a quarter of a second of mono sound alternately, in blocks of 512; the best run of each counts.
 */
#include "isolde.h"
#include "measure.h"

#include <dlfcn.h>
#include <math.h>
#include <string.h>

enum
{
  RATE = 48000,
  BLOCK = 512,
  BLOCKS = 24, /* a turn: whole hops of each */
  TURNS = 60,
};

typedef struct
{
  void* (*create)(const char* path, int32_t channels, double rate);
  void (*add)(void* processor, const float* samples, int32_t count);
  int32_t (*pending)(void* processor);
  bool (*get)(void* processor, float* samples, int32_t count);
  void (*free)(void* processor);
} api;

static void*
find(void* library, const char* name)
{
  void* const function = dlsym(library, name);
  if (!function) {
    fprintf(stderr, "hance: %s\n", dlerror());
    exit(1);
  }
  return function;
}

/* Processor time of a second of sound. */
static double
theirs(const api* api, void* processor, const float* signal)
{
  static float output[4 * RATE];
  const double start = cpu_seconds();
  for (int i = 0; i < BLOCKS; ++i) {
    api->add(processor, signal + i * BLOCK, BLOCK);
    const int32_t pending = api->pending(processor);
    if (pending > 0)
      api->get(processor, output, pending < 4 * RATE ? pending : 4 * RATE);
  }
  return (cpu_seconds() - start) * RATE / (BLOCKS * BLOCK);
}

static double
ours(isolde_separator* separator, const float* signal)
{
  static float output[BLOCK];
  const isolde_controls controls = { .reverb = -12, .ambience = -24, .enabled = true };
  float* const out[] = { output };
  const double start = cpu_seconds();
  for (int i = 0; i < BLOCKS; ++i) {
    const float* const in[] = { signal + i * BLOCK };
    isolde_separator_mix(separator, &controls, in, out, BLOCK);
  }
  return (cpu_seconds() - start) * RATE / (BLOCKS * BLOCK);
}

int
main(int argc, char** argv)
{
  if (argc < 5) {
    fprintf(stderr, "usage: hance LIBRARY MODEL.isolde RECORDS HANCE_MODEL...\n");
    return 2;
  }
  void* const library = dlopen(argv[1], RTLD_NOW);
  if (!library) {
    printf("hance: does not run here: %s\n", dlerror());
    return 0;
  }
  const api api = { .create = find(library, "hanceCreateProcessor"),
                    .add = find(library, "hanceAddAudioInterleaved"),
                    .pending = find(library, "hanceGetNumOfPendingSamples"),
                    .get = find(library, "hanceGetAudioInterleaved"),
                    .free = find(library, "hanceDeleteProcessor") };
  char message[ISOLDE_MESSAGE_SIZE];
  isolde_model* const model = isolde_model_open(argv[2], message);
  isolde_separator* const separator = model ? isolde_separator_new(model, RATE, 1, message) : NULL;
  if (!separator) {
    fprintf(stderr, "%s: %s\n", argv[2], message);
    return 1;
  }
  isolde_model_info info;
  isolde_model_get_info(model, &info);
  FILE* const records = open_records(argc, argv, 3);
  const float* const signal = random_floats(RATE, 0.1f);
  for (int m = 4; m < argc; ++m) {
    void* const processor = api.create(argv[m], 1, RATE);
    const char* const slash = strrchr(argv[m], '/');
    const char* const name = slash ? slash + 1 : argv[m];
    if (!processor) {
      fprintf(stderr, "hance: %s cannot be read\n", name);
      return 1;
    }
    double their = INFINITY, our = INFINITY;
    for (int turn = 0; turn < TURNS; ++turn) {
      their = fmin(their, theirs(&api, processor, signal));
      our = fmin(our, ours(separator, signal));
    }
    api.free(processor);
    printf("%-46s %7.2f ms a second, %s %6.2f ms: %5.1f x\n",
           name,
           1e3 * their,
           info.name,
           1e3 * our,
           their / our);
    fflush(stdout);
    fprintf(
      records,
      "{\"part\": \"hance\", \"ours\": \"%s\", \"model\": \"%s\", \"ms\": %.3f, \"ours_ms\": %.3f, "
      "\"ratio\": %.2f}\n",
      info.name,
      name,
      1e3 * their,
      1e3 * our,
      their / our);
  }
  return fclose(records) != 0;
}
