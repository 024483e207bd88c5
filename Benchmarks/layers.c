/* layers MODEL [RECORDS]: where the time of a frame goes, layer by layer, at every SIMD level. */
#include "inside.h"
#include "measure.h"

#include <string.h>
#include <x86intrin.h>

enum
{
  FRAMES = 3000,
  SETTLED = 32, /* frames after which every layer runs */
  LAYERS = 4096,
};

/* Cycles of the time stamp counter in a microsecond. */
static double
cycles_in_microsecond(void)
{
  const double start = wall_seconds();
  const uint64_t from = __rdtsc();
  while (wall_seconds() < start + 0.05)
    ;
  return (double)(__rdtsc() - from) * 1e-6 / (wall_seconds() - start);
}

/* Noise into the inputs, which are the layers of kind `input`. */
static void
fill_inputs(isolde_network* network, const isolde_model* model, uint32_t layers)
{
  uint32_t state = 1;
  for (uint32_t i = 0; i < layers; ++i) {
    isolde_layer_info layer;
    isolde_model_get_layer(model, i, &layer);
    if (strcmp(layer.kind, "input"))
      continue;
    float* const input = isolde_network_input(network, layer.name);
    for (uint32_t k = 0; k < layer.channels * layer.bins; ++k)
      input[k] = 1 + noise_sample(&state);
  }
}

static void
measure(const isolde_model* model, int32_t level, const char* name, FILE* records)
{
  char message[ISOLDE_MESSAGE_SIZE];
  isolde_network* const network = isolde_network_new(model, level, message);
  isolde_model_info info;
  isolde_model_get_info(model, &info);
  if (!network || info.layers > LAYERS) {
    fprintf(stderr, "%s\n", network ? "too many layers" : message);
    exit(1);
  }
  fill_inputs(network, model, info.layers);

  static uint64_t best[LAYERS];
  memset(best, 0xff, sizeof best);
  for (int frame = 0; frame < FRAMES; ++frame) {
    steps_begin(network);
    uint64_t before = __rdtsc();
    for (uint32_t i = 0; i < info.layers; ++i) {
      steps_run(network, (int32_t)i);
      const uint64_t now = __rdtsc();
      if (frame >= SETTLED && now - before < best[i])
        best[i] = now - before;
      before = now;
    }
  }

  const double per_us = cycles_in_microsecond();
  double sum = 0, costs = 0;
  for (uint32_t i = 0; i < info.layers; ++i) {
    sum += (double)best[i];
    costs += (double)steps_cost(network, (int32_t)i);
  }
  printf("%s at %s: %.1f us a frame\n", info.name, name, sum / per_us);
  for (uint32_t i = 0; i < info.layers; ++i) {
    isolde_layer_info layer;
    isolde_model_get_layer(model, i, &layer);
    const double us = (double)best[i] / per_us, share = 100 * (double)best[i] / sum;
    const double priced = 100 * (double)steps_cost(network, (int32_t)i) / costs;
    const double gmacs = 1e-3 * (double)layer.macs / us;
    printf("  %-14s %-12s %8.2f us %5.1f %% (priced %4.1f %%) %6.1f GMAC/s\n",
           layer.name,
           layer.kind,
           us,
           share,
           priced,
           gmacs);
    fprintf(records,
            "{\"part\": \"layer\", \"model\": \"%s\", \"level\": \"%s\", \"layer\": \"%s\", "
            "\"kind\": \"%s\", "
            "\"us\": %.3f, \"share\": %.2f, \"priced\": %.2f, \"gmacs\": %.2f}\n",
            info.name,
            name,
            layer.name,
            layer.kind,
            us,
            share,
            priced,
            gmacs);
  }
  isolde_network_free(network);
}

int
main(int argc, char** argv)
{
  static const char* const names[] = { "baseline", "AVX2", "AVX-512" };
  char message[ISOLDE_MESSAGE_SIZE] = "usage: layers MODEL [RECORDS]";
  isolde_model* const model = argc > 1 ? isolde_model_open(argv[1], message) : NULL;
  if (!model) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  FILE* const records = open_records(argc, argv, 2);
  for (int32_t level = 0; level <= kernels_best_level(); ++level)
    measure(model, level, names[level], records);
  isolde_model_free(model);
  return fclose(records) != 0;
}
