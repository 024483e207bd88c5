/* separator MODEL BAR PLUGIN.so BUNDLE/ URI [RECORDS]: measures Isolde as a whole with one model: speed as a multiple of
 * real time, for which BAR is the goal; the spread of callbacks; start and memory of an instance. URI-mono and
 * URI-stereo are the model's plug-ins; without them only the library is measured.
 *
 * Callbacks: the same stream runs several times. What the machine adds to the processor time (cold caches, another
 * clock rate) differs from run to run, so the shortest time of each callback counts. `seen` is the longest wall-clock
 * time of a callback, interruptions included, in the run where that was shortest.
 */
#include "../Tests/Plugin/host.h"
#include "inside.h"
#include "isolde.h"
#include "measure.h"

#include <malloc.h>

enum
{
  RATE = 48000,
  BLOCK = 512,
  PASS = 24 * BLOCK, /* samples that are timed as a whole */
  PASSES = 300,
  CALLBACKS = 10000,
  LARGEST = 4096,
  SIGNAL = 8 * RATE, /* samples, played again and again */
  STARTS = 20,
};

static const double SHARE_BAR = 10, RATIO_BAR = 3, START_BAR = 50, MEMORY_BAR = 3;

static double real_time_bar;
static char model_name[64]; /* in every record */

static const float* signals[MAX_CHANNELS];

static const char*
verdict(bool met)
{
  return met ? "met" : "MISSED";
}

/* ---- Times real time --------------------------------------------------------------------------- */

/* How often faster than real time, in one pass. */
static double
play(isolde_separator* separator, const Host* host, uint32_t channels)
{
  static float outputs[MAX_CHANNELS][BLOCK];
  const isolde_controls controls = { .reverb = -12, .ambience = -24, .enabled = true };
  float* const out[] = { outputs[0], outputs[1] };
  const double start = cpu_seconds();
  for (uint32_t at = 0; at < PASS; at += BLOCK) {
    const float* const in[] = { signals[0] + at, signals[1] + at };
    if (separator) {
      isolde_separator_mix(separator, &controls, in, out, BLOCK);
      continue;
    }
    for (uint32_t c = 0; c < channels; ++c) {
      connect(host, c, (void*)(uintptr_t)in[c]);
      connect(host, channels + c, out[c]);
    }
    host->descriptor->run(host->handle, BLOCK);
  }
  return (double)PASS / RATE / (cpu_seconds() - start);
}

/* The same after a pass that does not count: what the others have taken of the caches comes back. */
static double
play_warm(isolde_separator* separator, const Host* host, uint32_t channels)
{
  play(separator, host, channels);
  return play(separator, host, channels);
}

static void
report_speed(const char* what, const char* level, uint32_t channels, double times, FILE* records)
{
  printf("%-9s %-8s %s %6.0f x real time", what, level, channels == 1 ? "mono  " : "stereo", times);
  if (channels == 1)
    printf(" (bar %.0f: %s)", real_time_bar, verdict(times >= real_time_bar));
  putchar('\n');
  fprintf(records,
          "{\"part\": \"speed\", \"model\": \"%s\", \"what\": \"%s\", \"level\": \"%s\", "
          "\"channels\": %u, "
          "\"times\": %.1f, \"bar\": %.0f}\n",
          model_name,
          what,
          level,
          channels,
          times,
          real_time_bar);
}

static void
measure_speed(const char* path, const Host* host, uint32_t channels, FILE* records)
{
  static const char* const names[] = { "baseline", "AVX2", "AVX-512" };
  enum
  {
    LEVELS = 3,
  };
  char message[ISOLDE_MESSAGE_SIZE];
  isolde_model* const model = isolde_model_open(path, message);
  const int32_t best_level = kernels_best_level();
  isolde_separator* separators[LEVELS] = { NULL };
  double best[LEVELS + 1] = { 0 };
  for (int32_t level = 0; level <= best_level; ++level)
    separators[level] = separator_at_level(model, RATE, channels, level);
  for (int pass = 0; pass < PASSES; ++pass) {
    for (int32_t level = 0; level <= best_level; ++level)
      best[level] = fmax(best[level], play_warm(separators[level], NULL, channels));
    if (host)
      best[LEVELS] = fmax(best[LEVELS], play_warm(NULL, host, channels));
  }
  for (int32_t level = 0; level <= best_level; ++level) {
    report_speed("library", names[level], channels, best[level], records);
    isolde_separator_free(separators[level]);
  }
  if (host)
    report_speed("plug-in", names[best_level], channels, best[LEVELS], records);
  isolde_model_free(model);
}

/* ---- Callbacks --------------------------------------------------------------------------------- */

static int
ascending(const void* a, const void* b)
{
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

/* What asking for the processor time itself takes. */
static double
clock_seconds(void)
{
  double least = INFINITY;
  for (int i = 0; i < 1000; ++i) {
    const double start = cpu_seconds();
    least = fmin(least, cpu_seconds() - start);
  }
  return least;
}

static void
measure_callbacks(Host* host, uint32_t size, FILE* records)
{
  static double least[CALLBACKS];
  static float outputs[MAX_CHANNELS][LARGEST];
  const int runs = size < LARGEST ? 5 : 2; /* the largest take seconds */
  const double asking = clock_seconds();
  double seen = INFINITY;
  for (int i = 0; i < CALLBACKS; ++i)
    least[i] = INFINITY;
  for (int turn = 0; turn < runs; ++turn) {
    activate(host);
    double worst = 0;
    for (int i = 0; i < CALLBACKS; ++i) {
      const size_t at = (size_t)i * size % (SIGNAL - LARGEST);
      float* const in[] = { (float*)(uintptr_t)signals[0] + at,
                            (float*)(uintptr_t)signals[1] + at };
      float* const out[] = { outputs[0], outputs[1] };
      const double wall = wall_seconds();
      const double start = cpu_seconds();
      run(host, in, out, size);
      least[i] = fmin(least[i], 1e6 * (cpu_seconds() - start - asking));
      worst = fmax(worst, 1e6 * (wall_seconds() - wall));
    }
    seen = fmin(seen, worst);
  }
  double mean = 0;
  for (int i = 0; i < CALLBACKS; ++i)
    mean += least[i] / CALLBACKS;
  qsort(least, CALLBACKS, sizeof *least, ascending);
  const double most = least[CALLBACKS - CALLBACKS / 1000 - 1], worst = least[CALLBACKS - 1];
  const double available = 1e6 * size / RATE;
  const double share = 100 * worst / available, ratio = worst / mean;
  printf(
    "%s %4u frames: mean %7.2f us, 99.9 %% %7.2f, worst %7.2f = %4.1f %% of its time, %.2f x the "
    "mean; seen %7.1f",
    host->channels == 1 ? "mono  " : "stereo",
    size,
    mean,
    most,
    worst,
    share,
    ratio,
    seen);
  printf(size == 64 ? " (bars 10 %%, 3 x: %s, %s)\n" : "\n",
         verdict(share <= SHARE_BAR),
         verdict(ratio <= RATIO_BAR));
  fflush(stdout);
  fprintf(records,
          "{\"part\": \"callback\", \"model\": \"%s\", \"channels\": %u, \"frames\": %u, \"mean\": "
          "%.3f, \"most\": %.3f, "
          "\"worst\": %.3f, \"share\": %.3f, \"ratio\": %.3f, \"seen\": %.2f}\n",
          model_name,
          host->channels,
          size,
          mean,
          most,
          worst,
          share,
          ratio,
          seen);
}

/* ---- Start and memory -------------------------------------------------------------------------- */

/* Bytes that the process holds on the heap. */
static double
heap_bytes(void)
{
  const struct mallinfo2 info = mallinfo2();
  return (double)info.uordblks + (double)info.hblkhd;
}

static void
measure_start(const LV2_Descriptor* plugin, const char* bundle, uint32_t channels, FILE* records)
{
  static const LV2_Feature* const features[] = { NULL };
  LV2_Handle handles[STARTS];
  double first = 0, later = INFINITY;
  const double empty = heap_bytes();
  double one = 0;
  for (int i = 0; i < STARTS; ++i) {
    const double start = wall_seconds();
    handles[i] = plugin->instantiate(plugin, RATE, bundle, features);
    const double time = 1e3 * (wall_seconds() - start);
    if (i == 0) {
      first = time;
      one = heap_bytes();
    } else {
      later = fmin(later, time);
    }
  }
  const double own = (heap_bytes() - one) / (STARTS - 1) * 1e-6;
  const double shared = (one - empty) * 1e-6 - own;
  for (int i = 0; i < STARTS; ++i)
    plugin->cleanup(handles[i]);
  printf(
    "%s instantiate %.1f ms, the next ones %.1f ms (bar 50: %s); %.2f MB an instance (bar 3: %s), "
    "%.2f MB shared\n",
    channels == 1 ? "mono  " : "stereo",
    first,
    later,
    verdict(first <= START_BAR),
    own,
    verdict(own <= MEMORY_BAR),
    shared);
  fprintf(records,
          "{\"part\": \"start\", \"model\": \"%s\", \"channels\": %u, \"first_ms\": %.2f, "
          "\"next_ms\": %.2f, "
          "\"own_mb\": %.3f, \"shared_mb\": %.3f}\n",
          model_name,
          channels,
          first,
          later,
          own,
          shared);
}

static void
measure_plugin(const LV2_Descriptor* plugin, char** argv, uint32_t channels, FILE* records)
{
  static const uint32_t sizes[] = { 32, 64, 512, 4096 };
  static const LV2_Feature* const features[] = { NULL };
  measure_start(plugin, argv[4], channels, records);
  Host host = start(plugin, channels, RATE, argv[4], features);
  if (!host.handle) {
    fprintf(stderr, "%s cannot be instantiated\n", plugin->URI);
    exit(1);
  }
  activate(&host);
  measure_speed(argv[1], &host, channels, records);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i)
    measure_callbacks(&host, sizes[i], records);
  stop(&host);
}

int
main(int argc, char** argv)
{
  if (argc < 6) {
    fprintf(stderr, "usage: separator MODEL BAR PLUGIN.so BUNDLE/ URI [RECORDS]\n");
    return 2;
  }
  char message[ISOLDE_MESSAGE_SIZE], uri[256];
  isolde_model* const model = isolde_model_open(argv[1], message);
  if (!model) {
    fprintf(stderr, "%s: %s\n", argv[1], message);
    return 1;
  }
  isolde_model_info info;
  isolde_model_get_info(model, &info);
  snprintf(model_name, sizeof model_name, "%s", info.name);
  isolde_model_free(model);
  real_time_bar = atof(argv[2]);
  FILE* const records = open_records(argc, argv, 6);
  const LV2_Descriptor_Function get = open_plugin(argv[3]);
  printf("%s\n", model_name);
  for (uint32_t c = 0; c < MAX_CHANNELS; ++c)
    signals[c] = make_signal(SIGNAL, c + 1);
  for (uint32_t channels = 1; channels <= MAX_CHANNELS; ++channels) {
    snprintf(uri, sizeof uri, "%s-%s", argv[5], channels == 1 ? "mono" : "stereo");
    const LV2_Descriptor* const plugin = find_uri(get, uri);
    if (plugin)
      measure_plugin(plugin, argv, channels, records);
    else
      measure_speed(argv[1], NULL, channels, records);
  }
  return fclose(records) != 0;
}
