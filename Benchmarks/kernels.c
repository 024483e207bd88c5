/* kernels [RECORDS]: every kernel at every SIMD level, beside what the core can do at best.
 *
 * Kernel and peak take turns of a fraction of a millisecond, and the best turn of each counts: on a busy
 * machine the clock rate changes, but both see the same. A kernel is bound by the longest of three
 * times: its multiply-adds at the peak, the bytes that it must read once from the cache level that
 * holds them, and the call itself.
 */
#include "kernels.h"

#include "measure.h"
#include "peak.h"

#include <string.h>

enum
{
  TURNS = 200,
  BLOCK = KERNEL_BLOCK,
};

static const double TURN = 100e-6; /* seconds */

typedef enum
{
  CONVOLUTION,
  POINTWISE,
  DEPTHWISE,
  DENSE,
  HALF_DENSE, /* half-precision weights */
} kind;
static const char* const kinds[] = { "convolution 3x3",
                                     "pointwise",
                                     "depthwise 3x3",
                                     "dense",
                                     "dense fp16" };

/* A bar in % of the multiply-add peak, 0 for none (DESIGN, section 9). */
typedef struct
{
  kind kind;
  int in;
  int out;
  int bins;
  int bar;
} shape;
static const shape shapes[] = {
  { CONVOLUTION, 16, 16, 1024, 75 }, { CONVOLUTION, 16, 16, 64, 75 },
  { CONVOLUTION, 32, 32, 512, 85 },  { CONVOLUTION, 32, 32, 96, 85 },
  { CONVOLUTION, 32, 32, 24, 85 },   { CONVOLUTION, 64, 64, 128, 85 },
  { CONVOLUTION, 64, 64, 24, 85 },   { CONVOLUTION, 64, 64, 13, 0 },
  { CONVOLUTION, 64, 64, 6, 0 },     { POINTWISE, 16, 16, 512, 0 },
  { POINTWISE, 32, 32, 512, 80 },    { POINTWISE, 32, 32, 64, 80 },
  { POINTWISE, 64, 64, 256, 80 },    { POINTWISE, 64, 64, 24, 80 },
  { DEPTHWISE, 32, 32, 512, 0 },     { DEPTHWISE, 32, 32, 64, 0 },
  { DEPTHWISE, 64, 64, 64, 0 },      { DENSE, 64, 64, 1, 0 },
  { DENSE, 176, 528, 1, 0 },         { DENSE, 256, 768, 1, 0 },
  { DENSE, 1024, 1024, 1, 0 },       { HALF_DENSE, 176, 528, 1, 0 },
  { HALF_DENSE, 256, 768, 1, 0 },    { HALF_DENSE, 1024, 1024, 1, 0 },
};

typedef struct
{
  const shape* shape;
  kernel_table table;
  kernel_convolution layer;
  kernel_matrix matrix;
  const float* rows[3];
  float* output;
  double macs;
  double bytes; /* weights, rows and output, each once */
} job;

static void
run(const job* job, int bins)
{
  switch (job->shape->kind) {
    case CONVOLUTION:
    case POINTWISE:
      job->table.convolve(&job->layer, job->rows, job->output, bins);
      break;
    case DEPTHWISE:
      job->table.depthwise(&job->layer, job->rows, job->output, bins);
      break;
    case DENSE:
    case HALF_DENSE:
      job->table.dense(&job->matrix, job->rows[0], job->output);
      break;
  }
}

static job
prepare(const shape* shape, kernel_table table)
{
  const int is_depthwise = shape->kind == DEPTHWISE;
  const int times = shape->kind == CONVOLUTION || is_depthwise ? 3 : 1;
  const int taps = times;
  const int in = shape->in, out = shape->out;
  const size_t weights =
    (size_t)times * (size_t)taps * (size_t)out * (size_t)(is_depthwise ? 1 : in);
  const size_t row = (size_t)(shape->bins + taps - 1) * (size_t)in;
  const size_t outputs = (size_t)shape->bins * (size_t)out;
  uint16_t* const halves = shape->kind == HALF_DENSE ? calloc(weights, sizeof *halves) : NULL;
  /* Taps and channels of a convolution are one run of memory, as the engine packs them. */
  job job = { .shape = shape, .table = table, .output = random_floats(outputs, 1) };
  job.layer = (kernel_convolution){ .weights = random_floats(weights, 0.1f),
                                    .bias = random_floats((size_t)out, 0.1f),
                                    .blocks = out / BLOCK,
                                    .times = times,
                                    .taps = is_depthwise ? taps : 1,
                                    .run = is_depthwise ? 1 : taps * in,
                                    .tap_stride = in,
                                    .bin_stride = in,
                                    .out_stride = out };
  job.matrix = (kernel_matrix){ .weights = job.layer.weights,
                                .halves = halves,
                                .bias = job.layer.bias,
                                .blocks = out / BLOCK,
                                .inputs = in };
  for (int t = 0; t < times; ++t)
    job.rows[t] = random_floats(row, 1);
  job.macs = (double)weights * shape->bins;
  const size_t weight_size = halves ? sizeof *halves : sizeof(float);
  job.bytes = (double)(weights * weight_size + ((size_t)times * row + outputs) * sizeof(float));
  return job;
}

/* Calls a second in one turn. */
static double
rate_of(const job* job, int bins, long calls)
{
  const double start = cpu_seconds();
  for (long i = 0; i < calls; ++i)
    run(job, bins);
  return (double)calls / (cpu_seconds() - start);
}

static double
larger(double a, double b)
{
  return a > b ? a : b;
}

/* The caches, by buffers that fit well into each. */
typedef struct
{
  const char* name;
  size_t size; /* bytes of the buffer that is read */
  double fits; /* bytes of a kernel that it holds */
} cache;
static const cache caches[] = { { "L1", 24 << 10, 40e3 },
                                { "L2", 768 << 10, 1.6e6 },
                                { "L3", 16 << 20, 1e12 } };
enum
{
  CACHES = sizeof caches / sizeof *caches,
};

static double
bandwidth(int level, const cache* cache, const void* buffer)
{
  const long rounds = (long)(8e6 / (double)cache->size) + 1;
  double best = 0;
  for (int turn = 0; turn < TURNS / 4; ++turn) {
    const double start = cpu_seconds();
    const double bytes = peak_load(level, buffer, cache->size, rounds);
    best = larger(best, bytes / (cpu_seconds() - start));
  }
  return best;
}

static void
measure(FILE* records, int level, const char* name, const shape* shape, const double* bandwidths)
{
  const job job = prepare(shape, kernels_at_level(level));
  const double trial = rate_of(&job, shape->bins, 10);
  const long calls = (long)(TURN * trial) + 1;
  const long rounds = level ? 30000 : 15000; /* about a turn */
  double best = 0, empty = 0, peak = 0;
  for (int turn = 0; turn < TURNS; ++turn) {
    best = larger(best, rate_of(&job, shape->bins, calls));
    const double start = cpu_seconds();
    const double macs = peak_multiply_adds(level, rounds);
    peak = larger(peak, macs / (cpu_seconds() - start));
    if (shape->kind < DENSE)
      empty = larger(empty, rate_of(&job, 0, 1000));
  }

  int at = 0;
  while (job.bytes > caches[at].fits)
    ++at;
  const double arithmetic = job.macs / peak;
  const double memory = job.bytes / bandwidths[at];
  const double call = empty > 0 ? 1 / empty : 0;
  const char* const bound = call > larger(arithmetic, memory) ? "call"
                            : memory > arithmetic             ? caches[at].name
                                                              : "arithmetic";
  const double percent = 100 * job.macs * best / peak;
  const double share = 100 * larger(arithmetic, memory) * best;
  printf(
    "%-9s %-15s %4d > %4d %5d bins %9.2f us %6.1f GMAC/s %4.0f %% of peak %6.0f GB/s  bound by %s, "
    "%.0f %%%s\n",
    name,
    kinds[shape->kind],
    shape->in,
    shape->out,
    shape->bins,
    1e6 / best,
    1e-9 * job.macs * best,
    percent,
    1e-9 * job.bytes * best,
    bound,
    share,
    !shape->bar             ? ""
    : percent >= shape->bar ? "  (bar met)"
                            : "  (BAR MISSED)");
  fflush(stdout);
  fprintf(
    records,
    "{\"part\": \"kernel\", \"level\": \"%s\", \"kernel\": \"%s\", \"in\": %d, \"out\": %d, "
    "\"bins\": %d, \"us\": %.3f, \"gmacs\": %.2f, \"peak\": %.2f, \"percent\": %.1f, "
    "\"gbytes\": %.2f, \"macs\": %.0f, \"bytes\": %.0f, \"bound\": \"%s\", \"of_bound\": %.1f, "
    "\"bar\": %d}\n",
    name,
    kinds[shape->kind],
    shape->in,
    shape->out,
    shape->bins,
    1e6 / best,
    1e-9 * job.macs * best,
    1e-9 * peak,
    percent,
    1e-9 * job.bytes * best,
    job.macs,
    job.bytes,
    bound,
    share,
    shape->bar);
}

int
main(int argc, char** argv)
{
  FILE* const records = open_records(argc, argv, 1);
  static const char* const names[LEVELS] = { "baseline", "AVX2", "AVX-512" };
  float* const buffer = random_floats(caches[CACHES - 1].size / sizeof(float), 1);
  for (int level = 0; level <= kernels_best_level(); ++level) {
    double bandwidths[CACHES];
    for (int c = 0; c < CACHES; ++c) {
      bandwidths[c] = bandwidth(level, &caches[c], buffer);
      printf("%-9s reads %4.0f GB/s from %s\n", names[level], 1e-9 * bandwidths[c], caches[c].name);
      fprintf(records,
              "{\"part\": \"cache\", \"level\": \"%s\", \"cache\": \"%s\", \"gbytes\": %.1f}\n",
              names[level],
              caches[c].name,
              1e-9 * bandwidths[c]);
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; ++i)
      measure(records, level, names[level], &shapes[i], bandwidths);
  }
  return fclose(records) != 0;
}
