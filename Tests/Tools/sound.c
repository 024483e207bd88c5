/* sound: makes, compares and measures sound files for the tests that are shell scripts.
 *
 *   sound make FILE KIND RATE CHANNELS FRAMES [16]   impulse (at frame 1,000), noise, tone, silence
 *   sound speech FILE RATE CHANNELS NOISE LEAD WAV... LEAD frames of silence, then recordings one
 *                                                    after the other, noise added
 *   sound same A B [LATE [LIMIT [FRAMES]]]           B is A, LATE frames later, within LIMIT dBFS
 *   sound sum WHOLE LIMIT PART...                    the parts sum to the whole, within LIMIT dBFS
 *   sound peak FILE                                  "FRAME VALUE" of the largest sample, channel 0
 *   sound level FILE                                 RMS in dBFS over all channels
 *   sound info FILE                                  "RATE CHANNELS FRAMES"
 *
 * WAV files are written as 32-bit float, FLAC as 24 bit; with `16` both as 16 bit. LIMIT is a level of
 * the largest difference; "exact" (the default) allows none. Status 1: not the same. 2: wrong use.
 */
#include <math.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  SF_INFO info;
  float* samples; /* interleaved */
} Sound;

static void
fail(const char* what, const char* name)
{
  fprintf(stderr, "sound: %s: %s\n", name, what);
  exit(2);
}

static long
number(const char* text)
{
  char* end;
  const long value = strtol(text, &end, 10);
  if (*end || end == text)
    fail("not a number", text);
  return value;
}

static Sound
load(const char* name)
{
  Sound sound = { 0 };
  SNDFILE* file = sf_open(name, SFM_READ, &sound.info);
  if (!file)
    fail(sf_strerror(NULL), name);
  sound.samples = calloc((size_t)(sound.info.frames * sound.info.channels) + 1, sizeof(float));
  if (sf_readf_float(file, sound.samples, sound.info.frames) != sound.info.frames)
    fail("shorter than its header says", name);
  sf_close(file);
  return sound;
}

static void
save(const char* name, Sound sound, bool bits16)
{
  const char* dot = strrchr(name, '.');
  const bool flac = dot && !strcmp(dot, ".flac");
  sound.info.format = flac ? SF_FORMAT_FLAC : SF_FORMAT_WAV;
  sound.info.format |= bits16 ? SF_FORMAT_PCM_16 : flac ? SF_FORMAT_PCM_24 : SF_FORMAT_FLOAT;
  const sf_count_t frames = sound.info.frames; /* sf_open clears it */
  SNDFILE* file = sf_open(name, SFM_WRITE, &sound.info);
  if (!file)
    fail(sf_strerror(NULL), name);
  if (sf_writef_float(file, sound.samples, frames) != frames)
    fail(sf_strerror(file), name);
  sf_close(file);
}

static float
random_sample(uint32_t* state) /* -1 ... 1 */
{
  *state = *state * 1664525u + 1013904223u;
  return (float)(int32_t)*state / 2147483648.f;
}

static int
make(char** words, int count)
{
  if (count < 5)
    return 2;
  const char* kind = words[1];
  const Sound sound = {
    .info = { .samplerate = (int)number(words[2]),
              .channels = (int)number(words[3]),
              .frames = number(words[4]) },
    .samples = calloc((size_t)(number(words[3]) * number(words[4])) + 1, sizeof(float)),
  };
  uint32_t state = 1;
  for (long i = 0; i < sound.info.frames; ++i) {
    for (int c = 0; c < sound.info.channels; ++c) {
      float value = 0;
      if (!strcmp(kind, "impulse"))
        value = i == 1000 ? 0.5f : 0;
      else if (!strcmp(kind, "noise"))
        value = 0.25f * random_sample(&state);
      else if (!strcmp(kind, "tone"))
        value = 0.25f * (float)sin(6.283185307179586 * 440 * i / sound.info.samplerate + c);
      else if (strcmp(kind, "silence"))
        return 2;
      sound.samples[i * sound.info.channels + c] = value;
    }
  }
  save(words[0], sound, count > 5 && !strcmp(words[5], "16"));
  return 0;
}

/* The recordings' rate is ignored: they only have to sound unlike noise. */
static int
speech(char** words, int count)
{
  if (count < 6)
    return 2;
  const int channels = (int)number(words[2]);
  const float noise = strtof(words[3], NULL);
  const long lead = number(words[4]);
  Sound out = {
    .info = { .samplerate = (int)number(words[1]), .channels = channels, .frames = lead },
    .samples = calloc((size_t)(lead * channels) + 1, sizeof(float))
  };
  uint32_t state = 1;
  for (int k = 5; k < count; ++k) {
    const Sound part = load(words[k]);
    const long before = out.info.frames;
    out.info.frames += part.info.frames;
    out.samples = realloc(out.samples, (size_t)(out.info.frames * channels) * sizeof(float));
    for (long i = 0; i < part.info.frames; ++i)
      for (int c = 0; c < channels; ++c)
        out.samples[(before + i) * channels + c] =
          part.samples[i * part.info.channels] * (c % 2 ? 0.4f : 0.8f) +
          noise * random_sample(&state);
  }
  save(words[0], out, false);
  return 0;
}

static double
decibels(double amplitude)
{
  return amplitude > 0 ? 20 * log10(amplitude) : -INFINITY;
}

static int
judge(double difference, const char* limit)
{
  const bool exact = !limit || !strcmp(limit, "exact");
  printf(
    "largest difference %.1f dBFS (limit %s)\n", decibels(difference), exact ? "exact" : limit);
  return !(exact ? difference == 0 : decibels(difference) <= strtod(limit, NULL));
}

static int
same(char** words, int count)
{
  if (count < 2)
    return 2;
  const Sound a = load(words[0]), b = load(words[1]);
  const long late = count > 2 ? number(words[2]) : 0;
  const int channels = a.info.channels;
  if (channels != b.info.channels || a.info.samplerate != b.info.samplerate) {
    printf("%d channels at %d Hz, %d channels at %d Hz\n",
           channels,
           a.info.samplerate,
           b.info.channels,
           b.info.samplerate);
    return 1;
  }
  if (a.info.frames != b.info.frames && count < 5) {
    printf("%ld frames, %ld frames\n", (long)a.info.frames, (long)b.info.frames);
    return 1;
  }
  const long frames = count > 4 ? number(words[4]) : a.info.frames - late;
  if (frames <= 0 || frames > a.info.frames || frames + late > b.info.frames) {
    printf("too short to compare: %ld and %ld frames\n", (long)a.info.frames, (long)b.info.frames);
    return 1;
  }
  double difference = 0;
  for (long i = 0; i < frames * channels; ++i) {
    const double d = fabs((double)a.samples[i] - b.samples[i + late * channels]);
    difference = d > difference || isnan(d) ? d : difference;
  }
  return judge(difference, count > 3 ? words[3] : NULL);
}

static int
sum(char** words, int count)
{
  if (count < 3)
    return 2;
  const Sound whole = load(words[0]);
  const long samples = whole.info.frames * whole.info.channels;
  double* rest = calloc((size_t)samples + 1, sizeof *rest);
  for (long i = 0; i < samples; ++i)
    rest[i] = whole.samples[i];
  for (int k = 2; k < count; ++k) {
    const Sound part = load(words[k]);
    if (part.info.frames * part.info.channels != samples) {
      printf("%s has another size\n", words[k]);
      return 1;
    }
    for (long i = 0; i < samples; ++i)
      rest[i] -= part.samples[i];
  }
  double difference = 0;
  for (long i = 0; i < samples; ++i)
    difference = fabs(rest[i]) > difference || isnan(rest[i]) ? fabs(rest[i]) : difference;
  return judge(difference, words[1]);
}

static int
measure(const char* verb, const char* name)
{
  const Sound sound = load(name);
  const long channels = sound.info.channels;
  if (!strcmp(verb, "info")) {
    printf("%d %ld %ld\n", sound.info.samplerate, channels, (long)sound.info.frames);
  } else if (!strcmp(verb, "peak")) {
    long at = 0;
    for (long i = 0; i < sound.info.frames; ++i)
      if (fabsf(sound.samples[i * channels]) > fabsf(sound.samples[at * channels]))
        at = i;
    printf("%ld %.6f\n", at, sound.info.frames ? sound.samples[at * channels] : 0.f);
  } else {
    double power = 0;
    for (long i = 0; i < sound.info.frames * channels; ++i)
      power += (double)sound.samples[i] * sound.samples[i];
    printf("%.2f\n", decibels(sqrt(power / fmax(1, (double)sound.info.frames * channels))));
  }
  return 0;
}

int
main(int argc, char** argv)
{
  int status = 2;
  const char* verb = argc > 2 ? argv[1] : "";
  if (!strcmp(verb, "make"))
    status = make(argv + 2, argc - 2);
  else if (!strcmp(verb, "speech"))
    status = speech(argv + 2, argc - 2);
  else if (!strcmp(verb, "same"))
    status = same(argv + 2, argc - 2);
  else if (!strcmp(verb, "sum"))
    status = sum(argv + 2, argc - 2);
  else if (!strcmp(verb, "peak") || !strcmp(verb, "level") || !strcmp(verb, "info"))
    status = measure(verb, argv[2]);
  if (status == 2)
    fprintf(stderr, "usage: sound make|speech|same|sum|peak|level|info ...\n");
  return status;
}
