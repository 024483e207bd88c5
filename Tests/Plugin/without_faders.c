/* without_faders BUNDLE: Stems and Extend, as they ship, against libisolde and their promises. */
#include "check.h"
#include "isolde.h"
#include "plug.h"

enum
{
  COUNT = 60000,
};

static const double transparency = 1e-6; /* -120 dBFS */
static const LV2_Feature* const no_features[] = { NULL };

static char bundle[4096];
static LV2_Descriptor_Function get_descriptor;

typedef float Channels[MAX_OUTPUTS][COUNT];

static bool
has_stems(const Kind* kind)
{
  return kind->outputs == 3 * kind->inputs;
}

static Channels signal_in, first, second; /* large: not on the stack */

/* Where `is_narrow`, without what lies above 4 kHz. */
static void
make_input(bool is_narrow)
{
  enum
  {
    REACH = 100, /* of the low-pass, samples either way */
  };
  const double edge = 2 * M_PI * 4000 / 48000;
  for (uint32_t c = 0; c < MAX_CHANNELS; ++c) {
    float* made = make_signal(COUNT, c + 1);
    memcpy(signal_in[c], made, sizeof signal_in[c]);
    for (int i = REACH; is_narrow && i < COUNT - REACH; ++i) {
      double sum = 0;
      for (int k = -REACH; k <= REACH; ++k)
        sum += made[i + k] * (0.5 + 0.5 * cos(M_PI * k / REACH)) * (k ? sin(edge * k) / k : edge);
      signal_in[c][i] = (float)(sum / M_PI);
    }
    free(made);
  }
}

static void
begin(Plug* plug, const Kind* kind, double rate)
{
  if (!plug_in(plug, get_descriptor, kind, rate, bundle, no_features, 0)) {
    EXPECT(false, "%s is not there at %g Hz", kind->uri, rate);
    exit(1);
  }
  plug_activate(plug);
}

/* Which output holds input c in place; -1: apart. */
static void
process(Plug* plug, Channels in, Channels out, uint32_t size, const int* place)
{
  for (uint32_t at = 0; at < COUNT; at += size) {
    const uint32_t n = COUNT - at < size ? COUNT - at : size;
    float *from[MAX_OUTPUTS], *to[MAX_OUTPUTS];
    for (uint32_t c = 0; c < plug->kind->outputs; ++c)
      to[c] = out[c] + at;
    for (uint32_t c = 0; c < plug->kind->inputs; ++c) {
      from[c] = in[c] + at;
      if (place) {
        from[c] = to[place[c]];
        memcpy(from[c], in[c] + at, n * sizeof(float));
      }
    }
    plug_run(plug, from, to, n);
  }
}

/* Largest difference of the outputs' sum from the input, `late` samples later. */
static double
sum_error(const Kind* kind, Channels out, uint32_t late)
{
  double largest = 0;
  for (uint32_t c = 0; c < kind->inputs; ++c)
    for (uint32_t i = 0; i < COUNT; ++i) {
      double sum = i < late ? 0 : -(double)signal_in[c][i - late];
      for (uint32_t k = c; k < kind->outputs; k += kind->inputs)
        sum += out[k][i];
      largest = fmax(largest, isnan(sum) ? INFINITY : fabs(sum));
    }
  return largest;
}

static bool
same(const Kind* kind, Channels a, Channels b)
{
  for (uint32_t c = 0; c < kind->outputs; ++c)
    if (memcmp(a[c], b[c], sizeof a[c]))
      return false;
  return true;
}

/* ---- Tests; the argument is the kind ------------------------------------------------------------ */

static void
stems_sum_to_the_delayed_input(const void* argument)
{
  const Kind* kind = argument;
  static const double rates[] = { 8000, 44100, 48000, 96000, 192000 };
  for (size_t k = 0; k < sizeof rates / sizeof *rates; ++k) {
    Plug plug;
    begin(&plug, kind, rates[k]);
    process(&plug, signal_in, first, 300, NULL);
    const uint32_t late = (uint32_t)plug.controls[LATENCY];
    EXPECT(fabs(late / rates[k] / (LATENCY_studio / 48000.0) - 1) <= 0.01,
           "%u at %g Hz",
           late,
           rates[k]);
    EXPECT(sum_error(kind, first, late) <= transparency,
           "%g off at %g Hz",
           sum_error(kind, first, late),
           rates[k]);
    plug_out(&plug);
  }
}

static void
latency_is_right_at_once(const void* argument)
{
  const Kind* kind = argument;
  Plug plug;
  begin(&plug, kind, 48000);
  float *in[MAX_OUTPUTS], *out[MAX_OUTPUTS];
  for (int c = 0; c < MAX_OUTPUTS; ++c) {
    in[c] = signal_in[c];
    out[c] = first[c];
  }
  plug_run(&plug, in, out, 0);
  EXPECT(plug.controls[LATENCY] == (float)kind->latency, "%g after run(0)", plug.controls[LATENCY]);
  plug.controls[ENABLED] = 0;
  plug_run(&plug, in, out, 100);
  EXPECT(plug.controls[LATENCY] == (float)kind->latency, "%g in bypass", plug.controls[LATENCY]);
  plug_out(&plug);
}

/* Writes the library's output, with the plug-in's model, to `second`. */
static void
process_by_library(const Kind* kind, const isolde_controls* controls)
{
  char message[ISOLDE_MESSAGE_SIZE] = "", path[5000];
  snprintf(path, sizeof path, "%smodels/%s.isolde", bundle, kind->model);
  isolde_model* model = isolde_model_open(path, message);
  isolde_separator* separator =
    model ? isolde_separator_new(model, 48000, kind->inputs, message) : NULL;
  EXPECT(separator, "%s", message);
  if (!separator)
    exit(1);
  const float* in[] = { signal_in[0], signal_in[1] };
  float* out[MAX_OUTPUTS];
  for (int c = 0; c < MAX_OUTPUTS; ++c)
    out[c] = second[c];
  if (has_stems(kind))
    isolde_separator_split(separator,
                           controls->sensitivity,
                           true,
                           in,
                           out,
                           out + kind->inputs,
                           out + 2 * kind->inputs,
                           COUNT);
  else
    isolde_separator_mix(separator, controls, in, out, COUNT);
  isolde_separator_free(separator);
  isolde_model_free(model);
}

static void
same_samples_as_the_library(const void* argument)
{
  const Kind* kind = argument;
  isolde_controls controls = isolde_controls_default();
  controls.sensitivity = 25;
  controls.amount = -3;
  Plug plug;
  begin(&plug, kind, 48000);
  plug.controls[SENSITIVITY] = controls.sensitivity;
  plug.controls[AMOUNT] = controls.amount;
  process(&plug, signal_in, first, 512, NULL);
  plug_out(&plug);
  process_by_library(kind, &controls);
  EXPECT(same(kind, first, second), "other samples");
}

static void
no_stem_is_silent(const void* argument)
{
  const Kind* kind = argument;
  Plug plug;
  begin(&plug, kind, 48000);
  process(&plug, signal_in, first, 512, NULL);
  plug_out(&plug);
  for (uint32_t c = 0; c < kind->outputs; ++c) {
    double sum = 0;
    for (uint32_t i = 0; i < COUNT; ++i)
      sum += fabs(first[c][i]);
    EXPECT(sum > 1, "output %u is silent: no model?", c);
  }
}

/* Narrow sound gets highs, fewer with a lower amount, and none with the amount off. */
static void
amount_of_what_is_added(const void* argument)
{
  const Kind* kind = argument;
  static const float amounts[] = { 0, -12, -60 };
  double added[3];
  for (int k = 0; k < 3; ++k) {
    Plug plug;
    begin(&plug, kind, 48000);
    plug.controls[AMOUNT] = amounts[k];
    process(&plug, signal_in, first, 512, NULL);
    plug_out(&plug);
    added[k] = sum_error(kind, first, kind->latency);
  }
  EXPECT(added[0] > 1e-3, "only %g is added", added[0]);
  EXPECT(fabs(20 * log10(added[1] / added[0]) + 12) < 0.01, "%g at -12 dB", added[1] / added[0]);
  EXPECT(added[2] == 0, "%g is added when it is off", added[2]);
}

static void
block_size_does_not_matter(const void* argument)
{
  const Kind* kind = argument;
  static const uint32_t sizes[] = { 1, 17, 512, 8192 };
  Plug plug;
  begin(&plug, kind, 48000);
  process(&plug, signal_in, first, COUNT, NULL);
  plug_out(&plug);
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; ++k) {
    begin(&plug, kind, 48000);
    process(&plug, signal_in, second, sizes[k], NULL);
    EXPECT(same(kind, first, second), "other samples with blocks of %u", sizes[k]);
    plug_out(&plug);
  }
}

static void
any_output_may_be_an_input(const void* argument)
{
  const Kind* kind = argument;
  Plug plug;
  begin(&plug, kind, 48000);
  process(&plug, signal_in, first, 333, NULL);
  plug_out(&plug);
  for (int left = 0; left < (int)kind->outputs; ++left)
    for (int right = 0; right < (int)kind->outputs; ++right) {
      if (kind->inputs == 1 ? right > 0 : left == right)
        continue;
      const int place[] = { left, right };
      begin(&plug, kind, 48000);
      process(&plug, signal_in, second, 333, place);
      EXPECT(same(kind, first, second), "other samples with inputs in %d and %d", left, right);
      plug_out(&plug);
    }
}

/* On the first outputs: those of the voice, where there are stems. */
static void
bypass_leaves_the_input(const void* argument)
{
  const Kind* kind = argument;
  enum
  {
    OFF = 20000,
    ON = 40000,
    BLOCK = 500,
    RAMP = 960, /* 20 ms */
  };
  Plug plug;
  begin(&plug, kind, 48000);
  process(&plug, signal_in, first, BLOCK, NULL);
  plug_out(&plug);
  begin(&plug, kind, 48000);
  for (uint32_t at = 0; at < COUNT; at += BLOCK) {
    float *from[MAX_OUTPUTS], *to[MAX_OUTPUTS];
    for (int c = 0; c < MAX_OUTPUTS; ++c) {
      from[c] = signal_in[c] + at;
      to[c] = second[c] + at;
    }
    plug.controls[ENABLED] = at < OFF || at >= ON;
    plug_run(&plug, from, to, BLOCK);
  }
  const uint32_t late = (uint32_t)plug.controls[LATENCY];
  if (has_stems(kind))
    EXPECT(sum_error(kind, second, late) <= transparency,
           "the sum is %g off the input",
           sum_error(kind, second, late));
  for (uint32_t c = 0; c < kind->outputs; ++c)
    for (uint32_t i = 0; i < COUNT; ++i) {
      const double dry = c < kind->inputs && i >= late ? signal_in[c][i - late] : 0;
      const double wet = first[c][i], got = second[c][i];
      if (i < OFF)
        EXPECT(got == wet, "sample %u of %u changed before the switch", i, c);
      else if (i > OFF + RAMP && i < ON)
        EXPECT(got == dry, "sample %u of %u: %g, not %g", i, c, got, dry);
      else if (i > ON + RAMP)
        EXPECT(got == wet, "sample %u of %u is not as if never off", i, c);
      else
        EXPECT(got >= fmin(wet, dry) - 1e-6 && got <= fmax(wet, dry) + 1e-6,
               "sample %u of %u in the fade",
               i,
               c);
    }
  plug_out(&plug);
}

static void
activate_starts_anew(const void* argument)
{
  const Kind* kind = argument;
  Plug plug;
  begin(&plug, kind, 48000);
  process(&plug, signal_in, first, 512, NULL);
  plug_activate(&plug);
  process(&plug, signal_in, second, 512, NULL);
  EXPECT(same(kind, first, second), "other samples");
  plug_out(&plug);
}

static void
without_a_model_the_sound_passes(const void* argument)
{
  const Kind* kind = argument;
  Plug plug;
  EXPECT(plug_in(&plug, get_descriptor, kind, 48000, "/no/such/bundle/", no_features, 0),
         "refused");
  plug_activate(&plug);
  const int place[] = { (int)kind->outputs - 1, 0 };
  process(&plug, signal_in, first, 333, place);
  EXPECT(plug.controls[LATENCY] == (float)kind->latency, "latency %g", plug.controls[LATENCY]);
  EXPECT(sum_error(kind, first, kind->latency) == 0,
         "%g off the input",
         sum_error(kind, first, kind->latency));
  for (uint32_t c = kind->inputs; c < kind->outputs; ++c)
    for (uint32_t i = 0; i < COUNT; ++i)
      EXPECT(first[c][i] == 0, "output %u is not silent", c);
  plug_out(&plug);
}

int
main(int argc, char** argv)
{
  if (argc != 2) {
    fprintf(stderr, "usage: without_faders BUNDLE\n");
    return 2;
  }
  snprintf(bundle, sizeof bundle, "%s/", argv[1]);
  char path[5000];
  snprintf(path, sizeof path, "%sisolde.so", bundle);
  get_descriptor = open_plugin(path);

  static const Test tests[] = {
    TEST(latency_is_right_at_once),         TEST(same_samples_as_the_library),
    TEST(block_size_does_not_matter),       TEST(any_output_may_be_an_input),
    TEST(bypass_leaves_the_input),          TEST(activate_starts_anew),
    TEST(without_a_model_the_sound_passes),
  };
  static const Test of_stems[] = { TEST(stems_sum_to_the_delayed_input), TEST(no_stem_is_silent) };
  static const Test of_extend[] = { TEST(amount_of_what_is_added) };
  bool passed = true;
  for (const Kind* kind = plugins; kind < plugins + PLUGINS; ++kind) {
    const bool extends = !strcmp(kind->task, "extend");
    if (!has_stems(kind) && !extends)
      continue;
    make_input(extends);
    passed = run_tests(tests, COUNT_OF(tests), kind->uri, kind) && passed;
    if (extends)
      passed = run_tests(of_extend, COUNT_OF(of_extend), kind->uri, kind) && passed;
    else
      passed = run_tests(of_stems, COUNT_OF(of_stems), kind->uri, kind) && passed;
  }
  return !passed;
}
