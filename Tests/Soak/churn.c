/* churn BUNDLE COUNT SEED [FAULT]: makes and drops COUNT instances of all plug-ins, at many rates. Each is used briefly:
 * scanned, asked for its state, given one, run for some blocks. Up to eight exist at a time. After every thousand the
 * library is closed and opened again. Memory must be flat after the first third. Prints one line; ends with 1 when
 * anything was wrong. With FAULT `leak` it loses memory on purpose.
 */
#include "../Plugin/model_host.h"
#include "measure.h"

enum
{
  ALIVE = 8,
  BLOCK = 512,
  ROUND = 1000,  /* instances between two closings of the library */
  GROWTH = 8192, /* KiB that the memory may grow by after the first third */
};

static const double rates[] = { 48000, 44100, 96000, 8000, 192000, 11025, 22050, 88200 };

typedef struct
{
  uint64_t made, refused, runs, not_finite;
} Figures;

static void
use(uint64_t* state, ModelHost* host, Figures* figures)
{
  static float buffers[MAX_OUTPUTS][BLOCK];
  float* channels[MAX_OUTPUTS];
  uint32_t noise = chance(state, UINT32_MAX);
  for (int c = 0; c < MAX_OUTPUTS; ++c)
    channels[c] = buffers[c];
  if (!chance(state, 4)) {
    State saved = { .folder = "/nowhere/" };
    save(host, &saved);
    restore(host, &saved);
  }
  if (!chance(state, 8))
    send(host, chance(state, 2) ? NULL : "");
  for (uint32_t turns = chance(state, 4); turns; --turns) {
    const uint32_t count = 1 + chance(state, BLOCK);
    for (int c = 0; c < MAX_CHANNELS; ++c)
      for (uint32_t i = 0; i < count; ++i)
        buffers[c][i] = 0.3f * random_sample(&noise);
    plug_run(&host->plug, channels, channels, count);
    for (uint32_t i = 0; i < count; ++i)
      figures->not_finite += !isfinite(buffers[0][i]);
    do_work(host);
    deliver_responses(host);
    ++figures->runs;
  }
}

static void
end(ModelHost* host)
{
  if (host->plug.handle)
    plug_out(&host->plug);
  host->plug.handle = NULL;
}

int
main(int argc, char** argv)
{
  static ModelHost hosts[ALIVE];
  char bundle[4096], path[5000];
  if (argc < 4)
    return 2;
  snprintf(bundle, sizeof bundle, "%s/", argv[1]);
  snprintf(path, sizeof path, "%sisolde.so", bundle);
  const uint64_t count = strtoull(argv[2], NULL, 10);
  uint64_t state = strtoull(argv[3], NULL, 10);
  const bool leaks = argc > 4 && !strcmp(argv[4], "leak");
  Figures figures = { 0 };
  long before = 0;
  const double start = wall_seconds();
  while (figures.made < count) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    LV2_Descriptor_Function get =
      library ? (LV2_Descriptor_Function)dlsym(library, "lv2_descriptor") : NULL;
    if (!get)
      return 2;
    for (int k = 0; k < ROUND && figures.made < count; ++k, ++figures.made) {
      ModelHost* host = &hosts[chance(&state, ALIVE)];
      end(host);
      const bool has_worker = chance(&state, 2);
      const double rate = rates[chance(&state, sizeof rates / sizeof *rates)];
      if (!model_host(host, get, &plugins[chance(&state, PLUGINS)], rate, bundle, has_worker)) {
        ++figures.refused;
        continue;
      }
      use(&state, host, &figures);
      if (leaks)
        lose(1 << 16);
    }
    for (int k = 0; k < ALIVE; ++k)
      end(&hosts[k]);
    dlclose(library);
    if (!before && figures.made >= count / 3)
      before = resident();
  }
  const long after = resident();
  const bool is_bad = figures.refused || figures.not_finite || after - before > GROWTH;
  printf("%s: %lu instances in %.0f s, %lu callbacks; %lu refused, %lu not finite, %ld -> %ld KiB, "
         "seed %s\n",
         is_bad ? "WRONG" : "right",
         figures.made,
         wall_seconds() - start,
         figures.runs,
         figures.refused,
         figures.not_finite,
         before,
         after,
         argv[3]);
  return is_bad;
}
