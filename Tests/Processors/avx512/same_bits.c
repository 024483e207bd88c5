/* Gives networks the same noise at two levels of the kernels and compares the bits of all outputs.
 *
 * usage: same_bits LEVEL LEVEL MODEL     prints `ok NAME` or `FAILED NAME: why`
 */
#include "isolde.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  FRAMES = 24
};

/** The next of evenly spread numbers in 0 ... 1. */
static float
noise(void)
{
  static unsigned state = 1;
  state = state * 1664525u + 1013904223u;
  return (float)(state >> 8) / (1 << 24);
}

/** How many values of all outputs differ after one frame of noise; adds to `compared`. */
static size_t
differences(const isolde_model* model, isolde_network* const networks[2], size_t* compared)
{
  isolde_layer_info layer;
  for (unsigned i = 0; isolde_model_get_layer(model, i, &layer); ++i) {
    float* const left = isolde_network_input(networks[0], layer.name);
    float* const right = isolde_network_input(networks[1], layer.name);
    for (size_t k = 0; left && right && k < (size_t)layer.bins * layer.channels; ++k)
      left[k] = right[k] = noise();
  }
  isolde_network_push(networks[0]);
  isolde_network_push(networks[1]);

  size_t count = 0;
  isolde_model_info info;
  isolde_model_get_info(model, &info);
  for (const char* line = info.graph; line; line = strchr(line, '\n')) {
    line += *line == '\n';
    char name[64];
    char of[64];
    if (sscanf(line, "%63s = output(%63[^)])", name, of) != 2)
      continue;
    size_t size = 0;
    for (unsigned i = 0; isolde_model_get_layer(model, i, &layer); ++i)
      if (!strcmp(layer.name, of))
        size = (size_t)layer.bins * layer.channels;
    const float* const left = isolde_network_output(networks[0], name);
    const float* const right = isolde_network_output(networks[1], name);
    for (size_t k = 0; left && right && k < size; ++k, ++*compared)
      count += memcmp(left + k, right + k, sizeof(float)) != 0;
  }
  return count;
}

static int
check(const char* path, int one, int other)
{
  char why[ISOLDE_MESSAGE_SIZE] = "";
  isolde_model* const model = isolde_model_open(path, why);
  isolde_network* const networks[2] = {
    model ? isolde_network_new(model, one, why) : NULL,
    model ? isolde_network_new(model, other, why) : NULL,
  };
  size_t different = 0;
  size_t compared = 0;
  if (networks[0] && networks[1]) {
    for (int n = 0; n < FRAMES; ++n)
      different += differences(model, networks, &compared);
    snprintf(why, sizeof why, "%zu of %zu values differ", different, compared);
  }
  const int good = compared && !different;
  if (good)
    printf("ok %s: %zu values have the same bits\n", path, compared);
  else
    printf("FAILED %s: %s\n", path, why);
  isolde_network_free(networks[0]);
  isolde_network_free(networks[1]);
  isolde_model_free(model);
  return good;
}

int
main(int argc, char** argv)
{
  if (argc != 4) {
    fprintf(stderr, "usage: same_bits LEVEL LEVEL MODEL\n");
    return 2;
  }
  return !check(argv[3], atoi(argv[1]), atoi(argv[2]));
}
