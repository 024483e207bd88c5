/* kernels [RECORDS]: measures every kernel at every SIMD level, relative to the best that the core can do.
 *
 * Kernel and peak run alternately for 50 us each, so that both run at the same clock rate, which depends on what was
 * computed before. Each run of the kernel is compared with the peaks before and after it, and the median of these
 * shares counts; the time is that of the best run. A kernel is bound by the longest of these times: its multiply-adds
 * at the peak, reading its bytes once from the cache that holds them, the call itself, and widening weights in half
 * precision.
 */
#include "kernels.h"

#include "measure.h"
#include "peak.h"

enum
{
  TURNS = 400,
  BLOCK = KERNEL_BLOCK,
};

static const double TURN = 50e-6; /* seconds */

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
  const uint16_t* halves;
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
prepare(const shape* shape, int level)
{
  const int is_depthwise = shape->kind == DEPTHWISE;
  const int times = shape->kind == CONVOLUTION || is_depthwise ? 3 : 1;
  const int taps = times;
  const int in = shape->in, out = shape->out;
  const size_t weights =
    (size_t)times * (size_t)taps * (size_t)out * (size_t)(is_depthwise ? 1 : in);
  const size_t row = (size_t)(shape->bins + taps - 1) * (size_t)in;
  const size_t outputs = (size_t)shape->bins * (size_t)out;
  /* Taps and channels of a convolution are one run of memory, as the engine packs them. */
  job job = { .shape = shape,
              .table = kernels_at_level(level),
              .output = random_floats(outputs, 1) };
  /* The baseline has no instruction that widens, and reads single precision. */
  job.halves =
    shape->kind == HALF_DENSE && level ? aligned_calloc(weights * sizeof *job.halves) : NULL;
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
                                .halves = job.halves,
                                .bias = job.layer.bias,
                                .blocks = out / BLOCK,
                                .inputs = in };
  for (int t = 0; t < times; ++t)
    job.rows[t] = random_floats(row, 1);
  job.macs = (double)weights * shape->bins;
  const size_t weight_size = job.halves ? sizeof *job.halves : sizeof(float);
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
                                { "L2", 768 << 10, 2.2e6 },
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
  for (int turn = 0; turn < 50; ++turn) {
    const double start = cpu_seconds();
    const double bytes = peak_load(level, buffer, cache->size, rounds);
    best = larger(best, bytes / (cpu_seconds() - start));
  }
  return best;
}

static int
ascending(const void* a, const void* b)
{
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

static double
median(double* values, int count)
{
  qsort(values, (size_t)count, sizeof *values, ascending);
  return values[count / 2];
}

/* What a job is compared with, each per second: multiply-adds in registers, the same with weights
   widened from half precision, calls without work. */
typedef struct
{
  double adds;
  double widening;
  double calls;
} limits;

static limits
limits_now(const job* job, int level)
{
  limits now = { 0 };
  double start = cpu_seconds();
  double macs = peak_multiply_adds(level, level ? 15000 : 7000);
  now.adds = macs / (cpu_seconds() - start);
  if (job->halves) {
    start = cpu_seconds();
    macs = peak_widening_adds(level, job->halves, 10000);
    now.widening = macs / (cpu_seconds() - start);
  }
  if (job->shape->kind < DENSE)
    now.calls = rate_of(job, 0, 1000);
  return now;
}

/* What a job has come to. */
typedef struct
{
  double rate;    /* calls a second */
  double percent; /* of the multiply-add peak */
  double peak;    /* multiply-adds a second */
  const char* bound;
  double of_bound; /* % of what the bound allows */
} result;

static result
measure(const job* job, int level, const double* bandwidths)
{
  static double rates[TURNS], ratios[TURNS], peaks[TURNS];
  const int bins = job->shape->bins;
  const long calls = (long)(TURN * rate_of(job, bins, 10)) + 1;
  limits before = limits_now(job, level), best = before;
  for (int turn = 0; turn < TURNS; ++turn) {
    rates[turn] = rate_of(job, bins, calls);
    const limits after = limits_now(job, level);
    peaks[turn] = 0.5 * (before.adds + after.adds);
    ratios[turn] = job->macs * rates[turn] / peaks[turn];
    best.widening = larger(best.widening, after.widening);
    best.calls = larger(best.calls, after.calls);
    before = after;
  }
  result result = { .percent = 100 * median(ratios, TURNS), .peak = median(peaks, TURNS) };
  for (int turn = 0; turn < TURNS; ++turn)
    result.rate = larger(result.rate, rates[turn]);

  int at = 0;
  while (job->bytes > caches[at].fits)
    ++at;
  const struct
  {
    const char* name;
    double seconds;
  } bounds[] = { { "arithmetic", job->macs / result.peak },
                 { caches[at].name, job->bytes / bandwidths[at] },
                 { "call", best.calls > 0 ? 1 / best.calls : 0 },
                 { "widening", best.widening > 0 ? job->macs / best.widening : 0 } };
  double longest = 0;
  for (size_t i = 0; i < sizeof bounds / sizeof *bounds; ++i)
    if (bounds[i].seconds > longest) {
      longest = bounds[i].seconds;
      result.bound = bounds[i].name;
    }
  result.of_bound = 100 * longest * result.rate;
  return result;
}

static void
report(FILE* records, const char* level, const job* job, const result* result)
{
  const shape* const shape = job->shape;
  const double us = 1e6 / result->rate;
  const double gmacs = 1e-9 * job->macs * result->rate, gbytes = 1e-9 * job->bytes * result->rate;
  printf(
    "%-9s %-15s %4d > %4d %5d bins %9.2f us %6.1f GMAC/s %4.0f %% of peak %6.0f GB/s  bound by %s, "
    "%.0f %%%s\n",
    level,
    kinds[shape->kind],
    shape->in,
    shape->out,
    shape->bins,
    us,
    gmacs,
    result->percent,
    gbytes,
    result->bound,
    result->of_bound,
    !shape->bar                     ? ""
    : result->percent >= shape->bar ? "  (bar met)"
                                    : "  (BAR MISSED)");
  fflush(stdout);
  fprintf(
    records,
    "{\"part\": \"kernel\", \"level\": \"%s\", \"kernel\": \"%s\", \"in\": %d, \"out\": %d, "
    "\"bins\": %d, \"us\": %.3f, \"gmacs\": %.2f, \"peak\": %.2f, \"percent\": %.1f, "
    "\"gbytes\": %.2f, \"macs\": %.0f, \"bytes\": %.0f, \"bound\": \"%s\", \"of_bound\": %.1f, "
    "\"bar\": %d}\n",
    level,
    kinds[shape->kind],
    shape->in,
    shape->out,
    shape->bins,
    us,
    gmacs,
    1e-9 * result->peak,
    result->percent,
    gbytes,
    job->macs,
    job->bytes,
    result->bound,
    result->of_bound,
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
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; ++i) {
      const job job = prepare(&shapes[i], level);
      const result result = measure(&job, level, bandwidths);
      report(records, names[level], &job, &result);
    }
  }
  return fclose(records) != 0;
}
