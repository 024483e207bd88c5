/* soak BUNDLE MINUTES SEED [FAULT]: sends MINUTES of sound through all plug-ins, divided among them, as fast as possible.
 *
 * Two instances get the same input: speech-like sound, silence, a full-scale square, denormals, NaN and infinities,
 * numbers near the largest. Faders and bypass are moved at random, sometimes to NaN; models change by message and by
 * state; there are resets and deactivations. One instance gets blocks of random length, often in place, the other one
 * block for each span between two events. Every sample of both must be equal and finite, the latency constant, and
 * memory flat. Prints a line per plug-in; ends with 1 when anything was wrong. With FAULT (`bit`, `nan` or `leak`) it
 * does something wrong on purpose.
 */
#include "../Plugin/model_host.h"
#include "../Plugin/small_model.h"
#include "measure.h"

enum
{
  SPAN = 9000,   /* samples between two events, at most */
  GROWTH = 8192, /* KiB that a soak may grow by after its first third: a model in each instance */
  SCENES = 9,    /* kinds of sound */
  MODELS =
    6, /* that are asked for: three that fit, each of its task, one refused, one missing, the built-in one */
  WAIT_SPANS = 3, /* a host's worker answers within so many */
};

typedef struct
{
  uint64_t samples, blocks, models, resets, odd; /* odd: spans with NaN, infinities and the like */
  uint64_t different, not_finite, late;          /* faults */
  float loudest;                                 /* where the input was no louder than 1 */
  long before, after;                            /* KiB */
} Figures;

static const double rates[PLUGINS] = {
  48000, 44100, 48000, 96000, 48000, 32000, 48000, 48000, 44100
};
static char models[MODELS][300];
static const char* fault = "";

/* ---- Input ------------------------------------------------------------------------------------- */

/* Fills the inputs; true when the scene has numbers that no recording has. */
static bool
make_sound(uint64_t* state, uint32_t scene, float** in, uint32_t inputs, uint32_t count)
{
  uint32_t noise = chance(state, UINT32_MAX);
  for (uint32_t c = 0; c < inputs; ++c) {
    float phase = (float)chance(state, 628) / 100;
    for (uint32_t i = 0; i < count; ++i) {
      const float r = random_sample(&noise);
      phase += 0.02f + 0.0001f * r;
      float x = 0;
      switch (scene) {
        case 0:
        case 1:
        case 2: /* a tone in noise that comes and goes */
          x = 0.3f * sinf(phase) * sinf(phase / 90) + (float)scene * 0.05f * r;
          break;
        case 3:
          break;
        case 4:
          x = r > 0 ? 1 : -1;
          break;
        case 5:
          x = r * 1e-39f;
          break;
        case 6:
          x = i % 50 ? 0.1f * r : r > 0.5f ? NAN : r > 0 ? INFINITY : -INFINITY;
          break;
        case 7:
          x = r * 3e38f;
          break;
        default: /* a constant */
          x = c ? -0.5f : 0.5f;
      }
      in[c][i] = x;
    }
  }
  return scene >= 6 && scene <= 7;
}

/* ---- Events, for both alike -------------------------------------------------------------------- */

static void
move_control(uint64_t* state, ModelHost** pair)
{
  static const float lowest[] = {
    [ENABLED] = 0,        [VOICE] = -60, [REVERB] = -60, [AMBIENCE] = -60,
    [SENSITIVITY] = -100, [LISTEN] = 0,  [AMOUNT] = -60
  };
  static const float highest[] = {
    [ENABLED] = 1,       [VOICE] = 12, [REVERB] = 12, [AMBIENCE] = 12,
    [SENSITIVITY] = 100, [LISTEN] = 4, [AMOUNT] = 12
  };
  const uint32_t drawn = chance(state, LISTEN + 2), which = drawn > LISTEN ? AMOUNT : drawn;
  float value =
    lowest[which] + (highest[which] - lowest[which]) * (float)chance(state, 1001) / 1000;
  if (which == ENABLED || which == LISTEN)
    value = roundf(value);
  if (!chance(state, 100))
    value = chance(state, 2) ? NAN : 1e30f;
  for (int k = 0; k < 2; ++k)
    pair[k]->plug.controls[which] = value;
}

static void
change_model(uint64_t* state, ModelHost** pair)
{
  const char* path = models[chance(state, MODELS)];
  const bool by_message = chance(state, 2);
  for (int k = 0; k < 2; ++k) {
    State saved = { .folder = "/nowhere/", .key = urid(MODEL_URI), .type = urid(LV2_ATOM__Path) };
    saved.size = strlen(path) + 1;
    memcpy(saved.value, path, saved.size);
    if (by_message)
      send(pair[k], path);
    else
      restore(pair[k], &saved);
  }
}

static void
reset(uint64_t* state, ModelHost** pair)
{
  const bool off_first = chance(state, 2);
  for (int k = 0; k < 2; ++k) {
    const Plug* plug = &pair[k]->plug;
    if (off_first && plug->descriptor->deactivate)
      plug->descriptor->deactivate(plug->handle);
    plug_activate(plug);
  }
}

static void
save_and_restore(ModelHost** pair)
{
  for (int k = 0; k < 2; ++k) {
    State saved = { .folder = "/nowhere/" };
    save(pair[k], &saved);
    restore(pair[k], &saved);
  }
}

/* ---- A span ------------------------------------------------------------------------------------ */

/* In blocks of random length, every third in place. */
static uint64_t
run_in_pieces(uint64_t* state, Plug* plug, float** in, float** out, uint32_t count)
{
  uint64_t blocks = 0;
  for (uint32_t at = 0; at < count; ++blocks) {
    uint32_t length =
      chance(state, 7) ? 1 + chance(state, chance(state, 3) ? 64 : 2048) : chance(state, 3);
    if (length > count - at)
      length = count - at;
    const bool in_place = !chance(state, 3);
    float *from[MAX_CHANNELS], *to[MAX_OUTPUTS];
    for (uint32_t c = 0; c < plug->kind->outputs; ++c)
      to[c] = out[c] + at;
    for (uint32_t c = 0; c < plug->kind->inputs; ++c) {
      from[c] = in[c] + at;
      if (in_place)
        from[c] = memcpy(to[c], from[c], length * sizeof(float));
    }
    plug_run(plug, from, to, length);
    at += length;
  }
  return blocks;
}

static void
compare(const Kind* kind, float** a, float** b, uint32_t count, bool is_odd, Figures* figures)
{
  for (uint32_t c = 0; c < kind->outputs; ++c) {
    if (!strcmp(fault, "bit") && figures->samples)
      a[c][0] = nextafterf(a[c][0], 2);
    if (!strcmp(fault, "nan") && figures->samples)
      a[c][0] = b[c][0] = NAN;
    figures->different += memcmp(a[c], b[c], count * sizeof(float)) != 0;
    for (uint32_t i = 0; i < count; ++i) {
      figures->not_finite += !isfinite(a[c][i]);
      if (!is_odd && fabsf(a[c][i]) > figures->loudest)
        figures->loudest = fabsf(a[c][i]);
    }
  }
}

/* Does something that a host or a user may do between two spans, in two of five cases. */
static void
intervene(uint64_t* state, ModelHost** pair, uint32_t* scene, Figures* figures)
{
  const uint32_t event = chance(state, 100);
  if (event < 30) {
    move_control(state, pair);
  } else if (event < 34) {
    *scene = chance(state, SCENES);
  } else if (event < 36) {
    change_model(state, pair);
    ++figures->models;
  } else if (event < 37) {
    reset(state, pair);
    ++figures->resets;
  } else if (event < 38) {
    save_and_restore(pair);
  }
}

/* Counts meters that are not finite and latencies that have changed; `latency` is 0 before the first span. */
static void
check_outputs(ModelHost** pair, float* latency, Figures* figures)
{
  for (int k = 0; k < 2; ++k) {
    const Plug* plug = &pair[k]->plug;
    for (int i = 0; plug->kind->ports[i] >= 0; ++i) {
      const int port = plug->kind->ports[i];
      if (port >= VOICE_METER && port <= AMBIENCE_METER)
        figures->not_finite += !isfinite(plug->controls[port]);
    }
    *latency = *latency ? *latency : plug->controls[LATENCY];
    figures->late += plug->controls[LATENCY] != *latency;
  }
}

/* Prints the figures; false when any of them is wrong. */
static bool
report(const Kind* kind, double rate, double seconds, const Figures* figures)
{
  const double sound = (double)figures->samples / rate;
  const bool is_bad = figures->different || figures->not_finite || figures->late ||
                      figures->after - figures->before > GROWTH;
  printf(
    "%-15s %6.0f Hz %8.1f min of sound, %5.1f x real time, %lu callbacks, %lu spans out of range, "
    "%lu model changes, %lu resets; %lu spans differ, %lu not finite, %lu latencies, loudest %.2f, "
    "%ld -> %ld KiB%s\n",
    kind->uri + strlen("urn:isolde:"),
    rate,
    sound / 60,
    sound / seconds,
    figures->blocks,
    figures->odd,
    figures->models,
    figures->resets,
    figures->different,
    figures->not_finite,
    figures->late,
    figures->loudest,
    figures->before,
    figures->after,
    is_bad ? "  WRONG" : "");
  fflush(stdout);
  return !is_bad;
}

/* `count` samples through two instances of a plug-in: the first in pieces, the second in whole spans. */
static bool
soak(LV2_Descriptor_Function get, const char* bundle, uint32_t which, uint64_t count, uint64_t seed)
{
  static ModelHost hosts[2];
  static float buffers[MAX_CHANNELS + 2 * MAX_OUTPUTS][SPAN];
  ModelHost* pair[] = { &hosts[0], &hosts[1] };
  const Kind* kind = &plugins[which];
  for (int k = 0; k < 2; ++k)
    if (!model_host(pair[k], get, kind, rates[which], bundle, true))
      return false;
  float *in[MAX_CHANNELS], *out[2][MAX_OUTPUTS];
  for (int c = 0; c < MAX_CHANNELS; ++c)
    in[c] = buffers[c];
  for (int c = 0; c < MAX_OUTPUTS; ++c) {
    out[0][c] = buffers[MAX_CHANNELS + c];
    out[1][c] = buffers[MAX_CHANNELS + MAX_OUTPUTS + c];
  }

  Figures figures = { 0 };
  uint64_t state = seed * PLUGINS + which, odd_until = 0;
  uint32_t scene = 0;
  float latency = 0;
  const double start = wall_seconds();
  for (uint64_t span = 0; figures.samples < count; ++span) {
    intervene(&state, pair, &scene, &figures);
    uint32_t length = 1 + chance(&state, SPAN);
    if (length > count - figures.samples)
      length = (uint32_t)(count - figures.samples);
    const bool is_odd = make_sound(&state, scene, in, kind->inputs, length);
    figures.odd += is_odd;
    if (is_odd)
      odd_until = figures.samples + length + (uint64_t)rates[which];
    plug_run(&pair[1]->plug, in, out[1], length);
    figures.blocks += 1 + run_in_pieces(&state, &pair[0]->plug, in, out[0], length);
    compare(kind, out[0], out[1], length, figures.samples < odd_until, &figures);
    check_outputs(pair, &latency, &figures);
    for (int k = 0; k < 2; ++k) {
      if (span % WAIT_SPANS == 0)
        do_work(pair[k]);
      deliver_responses(pair[k]);
      pair[k]->log[0] = 0;
    }
    figures.samples += length;
    if (!strcmp(fault, "leak"))
      lose(1 << 18);
    if (!figures.before && figures.samples > count / 3)
      figures.before = resident();
  }
  figures.after = resident();
  for (int k = 0; k < 2; ++k)
    plug_out(&pair[k]->plug);
  return report(kind, rates[which], wall_seconds() - start, &figures);
}

int
main(int argc, char** argv)
{
  char bundle[4096], path[5000], folder[] = "/tmp/isolde-soak.XXXXXX";
  if (argc < 4 || !mkdtemp(folder))
    return 2;
  const double minutes = atof(argv[2]);
  fault = argc > 4 ? argv[4] : "";
  snprintf(bundle, sizeof bundle, "%s/", argv[1]);
  snprintf(path, sizeof path, "%sisolde.so", bundle);
  const LV2_Descriptor_Function get = open_plugin(path);
  snprintf(models[0], sizeof models[0], "%s/fits.isolde", folder);
  snprintf(models[1], sizeof models[1], "%s/late.isolde", folder);
  snprintf(models[2], sizeof models[2], "%smodels/live.isolde", bundle);
  snprintf(models[3], sizeof models[3], "%s/missing.isolde", folder);
  snprintf(models[4], sizeof models[4], "%s/extends.isolde", folder);
  write_small_model(models[0], 768, 0.5);
  write_small_model(models[1], 6144, 0.5); /* refused */
  write_small_model_of(models[4], "extend", 768, 0.5);

  bool is_right = true;
  const double start = wall_seconds();
  for (uint32_t k = 0; k < PLUGINS; ++k)
    is_right &= soak(
      get, bundle, k, (uint64_t)(minutes * 60 / PLUGINS * rates[k]), strtoull(argv[3], NULL, 10));
  printf("%s: %g min of sound through two instances of each plug-in in %.0f s, seed %s\n",
         is_right ? "right" : "WRONG",
         minutes,
         wall_seconds() - start,
         argv[3]);
  unlink(models[0]);
  unlink(models[1]);
  unlink(models[4]);
  rmdir(folder);
  return !is_right;
}
