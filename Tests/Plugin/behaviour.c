/* behaviour BUNDLE: checks that the plug-ins with faders do what they promise, whatever a host does to them.
 *
 * The .so is the one that ships. It is compared with libisolde, which is linked into this program.
 */
#include "check.h"
#include "host.h"
#include "isolde.h"
#include "latencies.h"

#include <float.h>
#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/stat.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

enum
{
  COUNT = 60000,
  WHOLE = 0, /* block size: all at once */
  RANDOM = -1,
  IN_PLACE = 1,
  MOVING = 2, /* other buffers in each callback */
};

static const double transparency = 1e-6; /* -120 dBFS */
static const LV2_Feature* const no_features[] = { NULL };

static char bundle[4096];
static LV2_Descriptor_Function get_descriptor;

/* The plug-ins as saved sessions know them; on purpose not the plug-in's own table. */
typedef struct
{
  const char* uri;
  uint32_t channels;
  const char* model;
  double latency; /* s */
} Subject;

static const Subject subjects[] = {
  { "urn:isolde:dialogue-mono", 1, "studio", LATENCY_studio / 48000. },
  { "urn:isolde:dialogue-stereo", 2, "studio", LATENCY_studio / 48000. },
  { "urn:isolde:live-mono", 1, "live", LATENCY_live / 48000. },
  { "urn:isolde:live-stereo", 2, "live", LATENCY_live / 48000. },
  { "urn:isolde:dialogue-5.1", 6, "studio", LATENCY_studio / 48000. },
};

static const Subject* subject; /* of the test that runs */

typedef struct
{
  float* channel[MAX_CHANNELS];
  uint32_t channels, count;
} Sound;

static Sound
sound(uint32_t channels, uint32_t count)
{
  Sound made = { .channels = channels, .count = count };
  for (uint32_t c = 0; c < channels; ++c)
    made.channel[c] = make_signal(count, c + 1);
  return made;
}

static bool
is_silent(Sound s)
{
  for (uint32_t c = 0; c < s.channels; ++c)
    for (uint32_t i = 0; i < s.count; ++i)
      if (s.channel[c][i])
        return false;
  return true;
}

static Sound
silence(uint32_t channels, uint32_t count)
{
  Sound made = { .channels = channels, .count = count };
  for (uint32_t c = 0; c < channels; ++c)
    made.channel[c] = calloc((size_t)count + 1, sizeof(float));
  return made;
}

/* The largest difference of a and b, where b is `late` samples later; infinite if a value is not finite. */
static double
difference(Sound a, Sound b, uint32_t late)
{
  double largest = 0;
  for (uint32_t c = 0; c < a.channels; ++c)
    for (uint32_t i = 0; i < b.count; ++i) {
      const double d =
        fabs((double)b.channel[c][i] - (i < late ? 0 : (double)a.channel[c][i - late]));
      largest = d > largest ? d : isnan(d) ? INFINITY : largest;
    }
  return largest;
}

static bool
is_finite(Sound s)
{
  for (uint32_t c = 0; c < s.channels; ++c)
    for (uint32_t i = 0; i < s.count; ++i)
      if (!isfinite(s.channel[c][i]))
        return false;
  return true;
}

static const LV2_Descriptor*
descriptor_of_subject(void)
{
  return find_uri(get_descriptor, subject->uri);
}

static Host
begin(uint32_t channels, double rate)
{
  Host host = start(descriptor_of_subject(), channels, rate, bundle, no_features);
  if (!host.handle) {
    EXPECT(host.handle, "not instantiated at %g Hz", rate);
    exit(1);
  }
  return host;
}

/* Runs a whole sound through a plug-in, in blocks of `size`. */
static Sound
process(Host* host, Sound in, int size, int how)
{
  Sound out = silence(in.channels, in.count);
  uint32_t state = 7;
  for (uint32_t at = 0, turn = 0; at < in.count; ++turn) {
    uint32_t n = size == WHOLE ? in.count : (uint32_t)size;
    if (size == RANDOM) {
      (void)random_sample(&state);
      n = (state >> 8) % 1500; /* also callbacks without samples */
    }
    n = n < in.count - at ? n : in.count - at;
    float *from[MAX_CHANNELS], *to[MAX_CHANNELS];
    for (uint32_t c = 0; c < in.channels; ++c) {
      from[c] = in.channel[c] + at;
      to[c] = out.channel[c] + at;
      if (how == IN_PLACE) {
        memcpy(to[c], from[c], n * sizeof(float));
        from[c] = to[c];
      }
      if (how == MOVING) {
        from[c] = malloc((n + turn % 5 + 1) * sizeof(float));
        to[c] = malloc((n + turn % 3 + 1) * sizeof(float));
        memcpy(from[c], in.channel[c] + at, n * sizeof(float));
      }
    }
    run(host, from, to, n);
    for (uint32_t c = 0; how == MOVING && c < in.channels; ++c) {
      memcpy(out.channel[c] + at, to[c], n * sizeof(float));
      free(from[c]);
      free(to[c]);
    }
    at += n;
  }
  return out;
}

static uint32_t
latency(const Host* host)
{
  return (uint32_t)host->controls[LATENCY];
}

/* ---- Tests; the argument is the number of channels ---------------------------------------------- */

static void
nine_plugins_and_no_more(const void* argument)
{
  (void)argument;
  uint32_t count = 0;
  while (count < 100 && get_descriptor(count)) {
    const LV2_Descriptor* d = get_descriptor(count++);
    EXPECT(
      d->instantiate && d->connect_port && d->run && d->cleanup, "%s lacks a function", d->URI);
    EXPECT(!d->extension_data || !d->extension_data("urn:nobody:knows"), "%s claims all", d->URI);
  }
  EXPECT(count == 9, "%u plug-ins", count);
  EXPECT(!get_descriptor(UINT32_MAX), "descriptor 2^32 - 1");
}

static void
latency_is_right_at_once(const void* argument)
{
  const uint32_t channels = *(const uint32_t*)argument;
  static const double rates[] = { 8000, 44100, 48000, 96000, 192000 };
  for (size_t k = 0; k < sizeof rates / sizeof *rates; ++k) {
    Host host = begin(channels, rates[k]);
    host.controls[LATENCY] = -1;
    Sound none = silence(channels, 0);
    activate(&host);
    run(&host, none.channel, none.channel, 0);
    const float after_nothing = host.controls[LATENCY];
    EXPECT(fabs(after_nothing / rates[k] / subject->latency - 1) <= 0.01,
           "%g samples at %g Hz after run(0)",
           after_nothing,
           rates[k]);
    EXPECT(after_nothing == floorf(after_nothing), "%g is no whole number", after_nothing);
    process(&host, silence(channels, 5000), 64, IN_PLACE);
    EXPECT(host.controls[LATENCY] == after_nothing, "%g after some sound", host.controls[LATENCY]);
    host.controls[ENABLED] = 0;
    process(&host, silence(channels, 5000), 64, IN_PLACE);
    EXPECT(host.controls[LATENCY] == after_nothing, "%g in bypass", host.controls[LATENCY]);
    stop(&host);
  }
}

static void
impulse_comes_when_the_latency_says(const void* argument)
{
  const uint32_t channels = *(const uint32_t*)argument;
  static const double rates[] = { 8000,  11025, 16000, 22050, 32000,  37800,
                                  44100, 48000, 88200, 96000, 176400, 192000 };
  for (size_t k = 0; k < sizeof rates / sizeof *rates; ++k)
    for (int enabled = 0; enabled <= 1; ++enabled) {
      Host host = begin(channels, rates[k]);
      set(&host, unity);
      host.controls[ENABLED] = (float)enabled;
      activate(&host);
      Sound in = silence(channels, 40000);
      for (uint32_t c = 0; c < channels; ++c)
        in.channel[c][1234 + 10 * c] = 0.5f;
      const Sound out = process(&host, in, 256, 0);
      EXPECT(fabs(latency(&host) / rates[k] / subject->latency - 1) <= 0.01,
             "%u samples at %g Hz",
             latency(&host),
             rates[k]);
      EXPECT(difference(in, out, latency(&host)) <= transparency,
             "%g off at %g Hz, enabled %d",
             difference(in, out, latency(&host)),
             rates[k],
             enabled);
      stop(&host);
    }
}

static void
faders_at_0_dB_give_the_delayed_input(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, COUNT);
  Host host = begin(in.channels, 48000);
  set(&host, unity);
  activate(&host);
  const Sound out = process(&host, in, 480, 0);
  EXPECT(
    difference(in, out, latency(&host)) <= transparency, "%g", difference(in, out, latency(&host)));
  stop(&host);
}

static void
same_samples_as_the_library(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, COUNT);
  Host host = begin(in.channels, 48000);
  activate(&host);
  const Sound out = process(&host, in, 512, 0);

  char message[ISOLDE_MESSAGE_SIZE] = "", path[5000];
  snprintf(path, sizeof path, "%smodels/%s.isolde", bundle, subject->model);
  isolde_model* model = isolde_model_open(path, message);
  EXPECT(model, "%s", message);
  if (!model)
    return;
  isolde_separator* separator = isolde_separator_new(model, 48000, in.channels, message);
  EXPECT(separator, "%s", message);
  if (!separator)
    return;
  const isolde_controls controls = { .reverb = -12, .ambience = -24, .enabled = true };
  Sound expected = silence(in.channels, in.count);
  isolde_separator_mix(
    separator, &controls, (const float* const*)in.channel, expected.channel, in.count);
  EXPECT(difference(expected, out, 0) == 0, "%g", difference(expected, out, 0));
  /* Both would also be the same if the output were only the delayed input. */
  EXPECT(difference(in, out, latency(&host)) > 1e-3, "nothing is removed: no model?");
  isolde_separator_free(separator);
  isolde_model_free(model);
  stop(&host);
}

static void
block_size_does_not_matter(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, COUNT);
  static const int sizes[] = { 1, 16, 64, 127, 512, 1024, 8192, RANDOM };
  Host host = begin(in.channels, 48000);
  activate(&host);
  const Sound whole = process(&host, in, WHOLE, 0);
  stop(&host);
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; ++k) {
    host = begin(in.channels, 48000);
    activate(&host);
    const Sound cut = process(&host, in, sizes[k], 0);
    EXPECT(
      difference(whole, cut, 0) == 0, "%g with blocks of %d", difference(whole, cut, 0), sizes[k]);
    stop(&host);
  }
}

/* Blocks of 1, 2 ... 8,192 samples in turn, 11 minutes of sound: only for Live Mono, which costs least. */
static void
every_block_length_is_right(const void* argument)
{
  enum
  {
    LONGEST = 8192,
    PIECE = 65536, /* samples that are rendered to be compared */
  };
  (void)argument;
  if (strcmp(subject->uri, "urn:isolde:live-mono"))
    return;
  Host cut = begin(1, 48000), whole = begin(1, 48000);
  activate(&cut);
  activate(&whole);
  float *in = make_signal(PIECE, 1), *expected = calloc(PIECE, sizeof(float)), got[LONGEST];
  uint32_t at = PIECE;
  for (uint32_t length = 1; length <= LONGEST; ++length) {
    if (at + length > PIECE) { /* both go on to the end of the piece */
      float *rest = in + at, *to = got;
      run(&cut, &rest, &to, PIECE - at);
      run(&whole, &in, &expected, PIECE);
      at = 0;
    }
    float *from = in + at, *to = got;
    run(&cut, &from, &to, length);
    EXPECT(!memcmp(got, expected + at, length * sizeof(float)), "with a block of %u", length);
    at += length;
  }
  stop(&cut);
  stop(&whole);
}

static void
buffers_may_be_shared_and_may_move(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, COUNT);
  Host host = begin(in.channels, 48000);
  activate(&host);
  const Sound apart = process(&host, in, 333, 0);
  stop(&host);
  for (int how = IN_PLACE; how <= MOVING; ++how) {
    host = begin(in.channels, 48000);
    activate(&host);
    const Sound out = process(&host, in, how == MOVING ? RANDOM : 333, how);
    EXPECT(difference(apart, out, 0) == 0, "%g, way %d", difference(apart, out, 0), how);
    stop(&host);
  }
}

static void
features_may_be_missing_or_empty(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, 20000);
  static const char* const uris[] = {
    LV2_URID__map,
    LV2_URID__unmap,
    LV2_WORKER__schedule,
    LV2_OPTIONS__options,
    LV2_LOG__log,
    LV2_STATE__mapPath,
    LV2_STATE__freePath,
    LV2_STATE__makePath,
    LV2_STATE__threadSafeRestore,
    LV2_BUF_SIZE__boundedBlockLength,
    LV2_CORE__hardRTCapable,
    "urn:nobody:knows",
  };
  enum
  {
    N = sizeof uris / sizeof *uris,
  };
  LV2_Feature empty[N];
  const LV2_Feature* all[N + 1] = { 0 };
  for (int k = 0; k < N; ++k) {
    empty[k] = (LV2_Feature){ uris[k], NULL };
    all[k] = &empty[k];
  }
  const LV2_Descriptor* descriptor = descriptor_of_subject();
  Sound outs[3];
  const LV2_Feature* const* ways[] = { no_features, NULL, all };
  for (int way = 0; way < 3; ++way) {
    Host host = start(descriptor, in.channels, 48000, bundle, ways[way]);
    EXPECT(host.handle, "refused, way %d", way);
    if (!host.handle)
      return;
    activate(&host);
    outs[way] = process(&host, in, 512, 0);
    EXPECT(
      difference(outs[0], outs[way], 0) == 0, "%g, way %d", difference(outs[0], outs[way], 0), way);
    stop(&host);
  }
}

static void
ports_may_lead_nowhere(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, 20000);
  /* Controls that are not connected have their defaults. */
  Host host = begin(in.channels, 48000);
  activate(&host);
  const Sound expected = process(&host, in, 512, 0);
  stop(&host);
  host = begin(in.channels, 48000);
  for (uint32_t k = 0; k < CONTROLS; ++k)
    connect(&host, port(&host, k), NULL);
  activate(&host);
  const Sound out = process(&host, in, 512, 0);
  EXPECT(difference(expected, out, 0) == 0, "%g without controls", difference(expected, out, 0));
  /* No audio ports either, and ports that do not exist. */
  for (uint32_t p = 0; p < 100; ++p)
    connect(&host, p, NULL);
  connect(&host, UINT32_MAX, NULL);
  host.descriptor->run(host.handle, 0);
  host.descriptor->run(host.handle, 300);
  stop(&host);
  /* Nothing was ever connected. */
  const LV2_Descriptor* descriptor = descriptor_of_subject();
  LV2_Handle bare = descriptor->instantiate(descriptor, 48000, bundle, no_features);
  descriptor->run(bare, 0);
  descriptor->run(bare, 300);
  descriptor->cleanup(bare);
}

static void
controls_that_no_host_should_send(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, 20000);
  static const float values[] = { NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 1e-42f, 99, -1e9f };
  Host host = begin(in.channels, 48000);
  activate(&host);
  for (size_t k = 0; k < sizeof values / sizeof *values; ++k) {
    for (int c = ENABLED; c <= LISTEN; ++c)
      host.controls[c] = values[k];
    const Sound out = process(&host, in, 100, 0);
    EXPECT(is_finite(out), "not finite with %g", values[k]);
    for (int m = VOICE_METER; m <= AMBIENCE_METER; ++m)
      EXPECT(
        host.controls[m] >= -70 && host.controls[m] <= 12, "meter shows %g dB", host.controls[m]);
  }
  stop(&host);
}

static void
input_that_is_no_sound(const void* argument)
{
  const uint32_t channels = *(const uint32_t*)argument;
  enum
  {
    START = 48000,
    END = 60000,
    ALL = 240000,
  };
  static const float values[] = { NAN, INFINITY, -INFINITY, 1e-41f, FLT_MAX, 0, 1 };
  const Sound clean = sound(channels, ALL);
  Host host = begin(channels, 48000);
  activate(&host);
  const Sound expected = process(&host, clean, 512, 0);
  const uint32_t settled = END + latency(&host) + 48000;
  stop(&host);
  for (size_t k = 0; k < sizeof values / sizeof *values; ++k) {
    const Sound in = sound(channels, ALL);
    for (uint32_t i = START; i < END; ++i)
      in.channel[0][i] = values[k] == 1 ? (i / 50 % 2 ? 1.f : -1.f) : values[k];
    host = begin(channels, 48000);
    activate(&host);
    const Sound out = process(&host, in, 512, 0);
    EXPECT(is_finite(out), "not finite after %g", values[k]);
    double rest = 0, all = 0;
    for (uint32_t i = settled; i < ALL; ++i) {
      const double d = (double)out.channel[0][i] - expected.channel[0][i];
      rest += d * d;
      all += (double)expected.channel[0][i] * expected.channel[0][i];
    }
    EXPECT(rest <= 0.01 * all,
           "after %g still %.1f dB of difference",
           values[k],
           10 * log10(rest / all));
    stop(&host);
  }
}

static void
may_run_before_activate(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, 20000);
  Host host = begin(in.channels, 48000);
  const Sound out = process(&host, in, 512, 0);
  EXPECT(is_finite(out), "not finite");
  stop(&host);
}

static void
activate_starts_anew(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, COUNT);
  Host host = begin(in.channels, 48000);
  activate(&host);
  const Sound first = process(&host, in, 512, 0);
  activate(&host); /* in the middle, as Ardour does at a locate, with a deactivate or without */
  const Sound second = process(&host, in, 512, 0);
  EXPECT(difference(first, second, 0) == 0, "%g", difference(first, second, 0));
  if (host.descriptor->deactivate)
    host.descriptor->deactivate(host.handle);
  activate(&host);
  const Sound third = process(&host, in, 512, 0);
  EXPECT(difference(first, third, 0) == 0, "%g after deactivate", difference(first, third, 0));
  stop(&host);
}

static size_t
memory_in_use(void)
{
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

static void
instances_come_and_go(const void* argument)
{
  const uint32_t channels = *(const uint32_t*)argument;
  const Sound in = sound(channels, 1200);
  size_t before = 0;
  for (int i = 0; i < 160; ++i) { /* `make churn` makes 100,000 */
    if (i == 10)                  /* by then everything that is made only once has been made */
      before = memory_in_use();
    Host host = begin(channels, i % 2 ? 48000 : 44100);
    activate(&host);
    float *from[MAX_CHANNELS], *to[MAX_CHANNELS];
    static float out[MAX_CHANNELS][1200];
    for (uint32_t c = 0; c < channels; ++c) {
      from[c] = in.channel[c];
      to[c] = out[c];
    }
    run(&host, from, to, 1200);
    stop(&host);
  }
  const long grown = (long)memory_in_use() - (long)before;
  EXPECT(grown < 16384, "%ld bytes more after 150 instances", grown);
}

static void
instances_do_not_disturb_each_other(const void* argument)
{
  const uint32_t channels = *(const uint32_t*)argument;
  const Sound in = sound(channels, COUNT);
  Host host = begin(channels, 48000);
  activate(&host);
  const Sound alone = process(&host, in, 500, 0);
  stop(&host);
  /* Another instance runs in turn with it, at another rate and with other settings. */
  Host pair[2] = { begin(channels, 48000), begin(channels, 44100) };
  activate(&pair[0]);
  activate(&pair[1]);
  pair[1].controls[SENSITIVITY] = 100;
  Sound out = silence(channels, COUNT), other = silence(channels, 500);
  for (uint32_t at = 0; at < COUNT; at += 500) {
    float *from[MAX_CHANNELS], *to[MAX_CHANNELS];
    for (uint32_t c = 0; c < channels; ++c) {
      from[c] = in.channel[c] + at;
      to[c] = out.channel[c] + at;
    }
    run(&pair[0], from, to, 500);
    run(&pair[1], from, other.channel, 500);
  }
  EXPECT(difference(alone, out, 0) == 0, "%g", difference(alone, out, 0));
  stop(&pair[0]);
  stop(&pair[1]);
}

enum
{
  THREADS = 4,
  INSTANCES = 8, /* of a thread */
};

/* Runs several instances in turn, as a mixer runs its tracks. The instances are also made in threads. */
static void*
one_thread(void* channels)
{
  const Sound in = sound(*(const uint32_t*)channels, COUNT / 4);
  Sound* outs = malloc(INSTANCES * sizeof *outs);
  Host hosts[INSTANCES];
  for (int k = 0; k < INSTANCES; ++k) {
    hosts[k] = begin(in.channels, 48000);
    activate(&hosts[k]);
    outs[k] = silence(in.channels, in.count);
  }
  for (uint32_t at = 0; at < in.count; at += 500)
    for (int k = 0; k < INSTANCES; ++k) {
      float *from[MAX_CHANNELS], *to[MAX_CHANNELS];
      for (uint32_t c = 0; c < in.channels; ++c) {
        from[c] = in.channel[c] + at;
        to[c] = outs[k].channel[c] + at;
      }
      run(&hosts[k], from, to, 500);
    }
  for (int k = 0; k < INSTANCES; ++k)
    stop(&hosts[k]);
  return outs;
}

static void
instances_may_live_in_threads(const void* argument)
{
  pthread_t threads[THREADS];
  void* outs[THREADS];
  uint32_t channels = *(const uint32_t*)argument;
  for (int k = 0; k < THREADS; ++k)
    pthread_create(&threads[k], NULL, one_thread, &channels);
  for (int k = 0; k < THREADS; ++k)
    pthread_join(threads[k], &outs[k]);
  const Sound* first = outs[0];
  EXPECT(!is_silent(*first), "silence");
  for (int k = 0; k < THREADS; ++k)
    for (int i = 0; i < INSTANCES; ++i)
      EXPECT(difference(*first, ((Sound*)outs[k])[i], 0) == 0, "thread %d, %d differs", k, i);
}

static void
bypass_is_the_delayed_input_and_back(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, COUNT);
  Host host = begin(in.channels, 48000);
  activate(&host);
  const Sound always = process(&host, in, 500, 0);
  stop(&host);
  host = begin(in.channels, 48000);
  activate(&host);
  Sound out = silence(in.channels, in.count);
  enum
  {
    OFF = 20000,
    ON = 40000,
    RAMP = 960, /* 20 ms */
  };
  for (uint32_t at = 0; at < COUNT; at += 500) {
    float *from[MAX_CHANNELS], *to[MAX_CHANNELS];
    for (uint32_t c = 0; c < in.channels; ++c) {
      from[c] = in.channel[c] + at;
      to[c] = out.channel[c] + at;
    }
    host.controls[ENABLED] = at < OFF || at >= ON ? 1
                             : at < OFF + 10000   ? 0
                                                  : -1; /* below 0 is 0 */
    run(&host, from, to, 500);
  }
  const uint32_t late = latency(&host);
  for (uint32_t c = 0; c < in.channels; ++c)
    for (uint32_t i = 0; i < COUNT; ++i) {
      const double wet = always.channel[c][i], dry = i < late ? 0 : in.channel[c][i - late];
      const double got = out.channel[c][i];
      if (i < OFF)
        EXPECT(got == wet, "sample %u changed before the switch", i);
      else if (i > OFF + RAMP && i < ON)
        EXPECT(fabs(got - dry) <= transparency, "sample %u: %g, not the input's %g", i, got, dry);
      else if (i > ON + RAMP)
        EXPECT(fabs(got - wet) <= transparency, "sample %u is not as if never off", i);
      else
        EXPECT(
          got >= fmin(wet, dry) - 1e-6 && got <= fmax(wet, dry) + 1e-6, "sample %u of the fade", i);
    }
  stop(&host);
}

static void
meters_show_what_is_heard(const void* argument)
{
  const uint32_t channels = *(const uint32_t*)argument;
  Host host = begin(channels, 48000);
  activate(&host);
  process(&host, silence(channels, 20000), 512, 0);
  for (int m = VOICE_METER; m <= AMBIENCE_METER; ++m)
    EXPECT(host.controls[m] == -70, "meter %d shows %g dB of silence", m, host.controls[m]);
  /* All three faders up, then the voice alone off: its meter falls to the end, the others stay. */
  set(&host, unity);
  process(&host, sound(channels, COUNT), 512, 0);
  float before[CONTROLS];
  memcpy(before, host.controls, sizeof before);
  float loudest = -70;
  for (int m = VOICE_METER; m <= AMBIENCE_METER; ++m)
    loudest = fmaxf(loudest, before[m]);
  EXPECT(loudest > -40 && loudest < 0, "the loudest meter shows %g dB", loudest);
  for (int fader = VOICE; fader <= AMBIENCE; ++fader) {
    set(&host, unity);
    host.controls[fader] = -60;
    process(&host, sound(channels, COUNT), 512, 0);
    const int meter = VOICE_METER + fader - VOICE;
    EXPECT(host.controls[meter] == -70,
           "meter %d shows %g dB with its fader off",
           meter,
           host.controls[meter]);
  }
  stop(&host);
}

/* The thread's control register for floating point. */
#if defined(__x86_64__)
enum
{
  FP_DEFAULT = 0x1F80,
  FP_FLUSH = 0x8040,
  FP_TOWARDS_ZERO = 0x6000
};

static unsigned
fp_mode(void)
{
  return _mm_getcsr() & ~0x3Fu; /* the lowest bits report what happened */
}

static void
fp_set_mode(unsigned mode)
{
  _mm_setcsr(mode);
}
#elif defined(__aarch64__)
enum
{
  FP_DEFAULT = 0,
  FP_FLUSH = 1 << 24,
  FP_TOWARDS_ZERO = 3 << 22
};

static unsigned
fp_mode(void)
{
  uint64_t mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return (unsigned)mode;
}

static void
fp_set_mode(unsigned mode)
{
  __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)mode));
}
#endif

static void
floating_point_mode_is_the_hosts(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, 5000);
  Host host = begin(in.channels, 48000);
  activate(&host);
  static const unsigned modes[] = { FP_DEFAULT,
                                    FP_DEFAULT | FP_FLUSH,
                                    FP_DEFAULT | FP_TOWARDS_ZERO };
  for (size_t k = 0; k < sizeof modes / sizeof *modes; ++k) {
    fp_set_mode(modes[k]);
    process(&host, in, 512, 0);
    const unsigned after = fp_mode();
    fp_set_mode(FP_DEFAULT);
    EXPECT(after == modes[k], "mode %x came back as %x", modes[k], after);
  }
  stop(&host);
}

static void
absurd_rates_are_survived(const void* argument)
{
  const uint32_t channels = *(const uint32_t*)argument;
  static const double rates[] = { 0, -48000, 1, 7999, 384000, 1e9, 1e300, NAN, INFINITY };
  const LV2_Descriptor* descriptor = descriptor_of_subject();
  for (size_t k = 0; k < sizeof rates / sizeof *rates; ++k) {
    Host host = start(descriptor, channels, rates[k], bundle, no_features);
    if (!host.handle)
      continue; /* refusing the rate is allowed */
    activate(&host);
    EXPECT(is_finite(process(&host, sound(channels, 5000), 512, 0)), "at %g Hz", rates[k]);
    stop(&host);
  }
}

/* A bundle without its model, or with a broken one: the sound passes, delayed by the reported latency. */
static void
without_a_model_the_sound_passes(const void* argument)
{
  const Sound in = sound(*(const uint32_t*)argument, COUNT);
  const LV2_Descriptor* descriptor = descriptor_of_subject();
  char folder[] = "/tmp/isolde-bundle.XXXXXX/", models[64], file[128];
  folder[sizeof folder - 2] = 0;
  EXPECT(mkdtemp(folder), "no temporary folder");
  folder[sizeof folder - 2] = '/';
  snprintf(models, sizeof models, "%smodels", folder);
  snprintf(file, sizeof file, "%s/%s.isolde", models, subject->model);
  mkdir(models, 0755);

  Host whole = begin(in.channels, 48000);
  activate(&whole);
  process(&whole, in, 512, 0);

  const char* const places[] = { "/no/such/bundle/", "", folder, folder };
  for (size_t k = 0; k < sizeof places / sizeof *places; ++k) {
    if (k == 3) { /* now there is a file, but no model in it */
      FILE* broken = fopen(file, "w");
      fputs("GGUF\3", broken);
      fclose(broken);
    }
    Host host = start(descriptor, in.channels, 48000, places[k], no_features);
    EXPECT(host.handle, "refused, place %zu", k);
    if (!host.handle)
      continue;
    activate(&host);
    const Sound out = process(&host, in, 512, 0);
    EXPECT(difference(in, out, latency(&host)) <= transparency,
           "place %zu: %g off the input",
           k,
           difference(in, out, latency(&host)));
    EXPECT(latency(&host) == latency(&whole), "place %zu: latency %u", k, latency(&host));
    stop(&host);
  }
  stop(&whole);
  unlink(file);
  rmdir(models);
  rmdir(folder);
}

int
main(int argc, char** argv)
{
  if (argc != 2) {
    fprintf(stderr, "usage: behaviour BUNDLE\n");
    return 2;
  }
  snprintf(bundle, sizeof bundle, "%s/", argv[1]); /* bundle paths end with a separator */
  char path[5000];
  snprintf(path, sizeof path, "%sisolde.so", bundle);
  get_descriptor = open_plugin(path);

  static const Test of_channels[] = {
    TEST(latency_is_right_at_once),
    TEST(impulse_comes_when_the_latency_says),
    TEST(faders_at_0_dB_give_the_delayed_input),
    TEST(same_samples_as_the_library),
    TEST(buffers_may_be_shared_and_may_move),
    TEST(ports_may_lead_nowhere),
    TEST(bypass_is_the_delayed_input_and_back),
    TEST(without_a_model_the_sound_passes),
  };
  /* These would show nothing new about 5.1. */
  static const Test others[] = {
    TEST(block_size_does_not_matter),
    TEST(every_block_length_is_right),
    TEST(features_may_be_missing_or_empty),
    TEST(controls_that_no_host_should_send),
    TEST(input_that_is_no_sound),
    TEST(may_run_before_activate),
    TEST(activate_starts_anew),
    TEST(instances_come_and_go),
    TEST(instances_do_not_disturb_each_other),
    TEST(instances_may_live_in_threads),
    TEST(meters_show_what_is_heard),
    TEST(floating_point_mode_is_the_hosts),
    TEST(absurd_rates_are_survived),
  };
  bool passed = run_test("nine_plugins_and_no_more", nine_plugins_and_no_more, NULL);
  for (subject = subjects; subject < subjects + sizeof subjects / sizeof *subjects; ++subject) {
    const uint32_t* channels = &subject->channels;
    passed = run_tests(of_channels, COUNT_OF(of_channels), subject->uri, channels) && passed;
    if (*channels <= 2)
      passed = run_tests(others, COUNT_OF(others), subject->uri, channels) && passed;
  }
  return !passed;
}
