/* Runs the golden vectors of Tests/Vectors through the engine: a program without Swift and without
 * libraries, so that it runs under an emulator of any processor.
 *
 * usage: vectors FOLDER LEVEL [SAME]     prints `ok NAME` or `FAILED NAME: why` for each row of
 *                                        vectors.csv; with SAME, that level must give the same bits
 */
#include "isolde.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  MOST = 16 /* inputs or outputs of a graph */
};

/** The frames of one input or output. */
typedef struct
{
  const char* name;
  float* values;
  size_t count; /**< of one frame */
} edge;

typedef struct
{
  edge edges[MOST];
  size_t count;
} side;

/** All floats of a file; NULL when there is none. */
static float*
read_floats(const char* path, size_t* count)
{
  FILE* const file = fopen(path, "rb");
  if (!file)
    return NULL;
  fseek(file, 0, SEEK_END);
  *count = (size_t)ftell(file) / sizeof(float);
  rewind(file);
  float* const values = malloc(*count * sizeof(float) + 1);
  const size_t read = fread(values, sizeof(float), *count, file);
  fclose(file);
  if (read == *count)
    return values;
  free(values);
  return NULL;
}

/** Reads NAME.WHICH.f32, or NAME.WHICH.EDGE.f32 for each of several edges. */
static int
read_side(side* side,
          const char* folder,
          const char* name,
          const char* which,
          char* names,
          size_t frames)
{
  side->count = 0;
  for (char* edge = strtok(names, " "); edge; edge = strtok(NULL, " "))
    if (side->count < MOST)
      side->edges[side->count++].name = edge;
  for (size_t i = 0; i < side->count; ++i) {
    char path[1024];
    const char* const edge = side->edges[i].name;
    snprintf(path, sizeof path, "%s/%s.%s.f32", folder, name, which);
    if (side->count > 1)
      snprintf(path, sizeof path, "%s/%s.%s.%s.f32", folder, name, which, edge);
    size_t count = 0;
    side->edges[i].values = read_floats(path, &count);
    if (!side->edges[i].values)
      return 0;
    side->edges[i].count = count / frames;
  }
  return 1;
}

static void
free_side(side* side)
{
  for (size_t i = 0; i < side->count; ++i)
    free(side->edges[i].values);
}

/** Copies frame `n` to the inputs and pushes it; false when there is no such input. */
static int
push(isolde_network* network, const side* in, size_t n)
{
  for (size_t i = 0; i < in->count; ++i) {
    const edge* const e = &in->edges[i];
    float* const row = isolde_network_input(network, e->name);
    if (!row)
      return 0;
    memcpy(row, e->values + n * e->count, e->count * sizeof(float));
  }
  isolde_network_push(network);
  return 1;
}

/** The largest error as a share of the largest value, at least of 1; infinite when a name is missing.
    Counts in `differences` the values that `twin`, if there is one, has other bits for. */
static double
worst_error(isolde_network* network,
            isolde_network* twin,
            size_t* differences,
            const side* in,
            const side* out,
            size_t frames)
{
  const size_t delay = isolde_network_delay(network);
  double error = 0;
  double peak = 1;
  for (size_t n = 0; n < frames; ++n) {
    if (!push(network, in, n) || (twin && !push(twin, in, n)))
      return INFINITY;
    for (size_t i = 0; i < out->count; ++i) {
      const edge* const e = &out->edges[i];
      const float* const row = isolde_network_output(network, e->name);
      if (!row)
        return INFINITY;
      const float* const other = twin ? isolde_network_output(twin, e->name) : row;
      for (size_t k = 0; k < e->count; ++k) {
        *differences += memcmp(row + k, other + k, sizeof(float)) != 0;
        const double expected = n < delay ? 0 : e->values[(n - delay) * e->count + k];
        error = fmax(error, fabs(row[k] - expected));
        peak = fmax(peak, fabs(expected));
        if (isnan(row[k]))
          return INFINITY;
      }
    }
  }
  return error / peak;
}

static int
check(const char* folder, char* row, int level, int same)
{
  const char* fields[5];
  for (int i = 0; i < 5; ++i) {
    fields[i] = row;
    row = strpbrk(row, ",\r\n");
    if (!row)
      return 0;
    *row++ = '\0';
  }
  const char* const name = fields[0];
  const size_t frames = (size_t)atol(fields[1]);
  const size_t delay = (size_t)atol(fields[4]);
  if (!strncmp(fields[2], "audio", 5))
    return 1; /* whole models: the separator's tests */

  char path[1024];
  char why[ISOLDE_MESSAGE_SIZE] = "its files cannot be read";
  snprintf(path, sizeof path, "%s/%s.isolde", folder, name);
  side in = { 0 };
  side out = { 0 };
  double error = INFINITY;
  size_t differences = 0;
  isolde_model* const model = isolde_model_open(path, why);
  isolde_network* const network = model ? isolde_network_new(model, level, why) : NULL;
  const int twins = network && same >= 0;
  isolde_network* const twin = twins ? isolde_network_new(model, same, why) : NULL;
  if (network && !twins == !twin && read_side(&in, folder, name, "in", (char*)fields[2], frames) &&
      read_side(&out, folder, name, "out", (char*)fields[3], frames - delay)) {
    if (isolde_network_delay(network) == delay && isolde_network_level(network) == level)
      error = worst_error(network, twin, &differences, &in, &out, frames);
    snprintf(why,
             sizeof why,
             "error %g of full scale, %zu values differ from level %d",
             error,
             differences,
             same);
  }
  const int good = error <= 1e-5 && !differences;
  printf(good ? "ok %s\n" : "FAILED %s: %s\n", name, why);
  free_side(&in);
  free_side(&out);
  isolde_network_free(twin);
  isolde_network_free(network);
  isolde_model_free(model);
  return good;
}

int
main(int argc, char** argv)
{
  if (argc != 3 && argc != 4) {
    fprintf(stderr, "usage: vectors FOLDER LEVEL [SAME]\n");
    return 2;
  }
  char path[1024];
  char row[512];
  snprintf(path, sizeof path, "%s/vectors.csv", argv[1]);
  FILE* const table = fopen(path, "r");
  if (!table || !fgets(row, sizeof row, table)) {
    fprintf(stderr, "vectors: %s cannot be read\n", path);
    return 2;
  }
  int good = 1;
  while (fgets(row, sizeof row, table))
    good &= check(argv[1], row, atoi(argv[2]), argc == 4 ? atoi(argv[3]) : -1);
  fclose(table);
  return !good;
}
