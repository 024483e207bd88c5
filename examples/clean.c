/* clean IN OUT [MODEL]: reduces noise and reverb in a sound file with libisolde.
 *
 *   cc clean.c -o clean `pkg-config --cflags --libs isolde sndfile`
 *
 * The output has the input's length and timing: as many samples as the latency are dropped at its beginning, and as
 * many zeros follow the input.
 */
#include <isolde.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

enum
{
  BLOCK = 4096
};

/* One block: from interleaved samples to one array a channel, through the separator, and back. */
static void
process(isolde_separator* separator,
        const isolde_controls* controls,
        float* samples,
        float* planes,
        int channels)
{
  float* channel[ISOLDE_MAX_CHANNELS];
  for (int c = 0; c < channels; ++c) {
    channel[c] = planes + c * BLOCK;
    for (int i = 0; i < BLOCK; ++i)
      channel[c][i] = samples[i * channels + c];
  }
  isolde_separator_mix(separator, controls, (const float* const*)channel, channel, BLOCK);
  for (int c = 0; c < channels; ++c)
    for (int i = 0; i < BLOCK; ++i)
      samples[i * channels + c] = channel[c][i];
}

/* Runs until as much has come out as went in. False when the output cannot be written. */
static bool
clean(isolde_separator* separator,
      SNDFILE* in,
      SNDFILE* out,
      int channels,
      float* samples,
      float* planes)
{
  isolde_controls controls = isolde_controls_default();
  controls.reverb = -18; /* dB */
  sf_count_t skip = isolde_separator_latency(separator), owed = 0;
  do {
    const sf_count_t got = sf_readf_float(in, samples, BLOCK);
    for (sf_count_t i = got * channels; i < BLOCK * channels; ++i)
      samples[i] = 0;
    owed += got;
    process(separator, &controls, samples, planes, channels);
    const sf_count_t skipped = skip < BLOCK ? skip : BLOCK;
    const sf_count_t ready = BLOCK - skipped < owed ? BLOCK - skipped : owed;
    if (sf_writef_float(out, samples + skipped * channels, ready) != ready)
      return false;
    skip -= skipped;
    owed -= ready;
  } while (owed > 0);
  return true;
}

int
main(int argc, char** argv)
{
  if (argc != 3 && argc != 4) {
    fprintf(stderr, "usage: clean IN OUT [MODEL]\n");
    return 64;
  }
  char message[ISOLDE_MESSAGE_SIZE];
  isolde_model* model = isolde_model_open(argc > 3 ? argv[3] : "studio", message);
  if (!model) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  SF_INFO form = { 0 };
  SNDFILE* in = sf_open(argv[1], SFM_READ, &form);
  if (!in) {
    fprintf(stderr, "%s: %s\n", argv[1], sf_strerror(NULL));
    return 1;
  }
  isolde_separator* separator =
    isolde_separator_new(model, form.samplerate, (uint32_t)form.channels, message);
  if (!separator) {
    fprintf(stderr, "%s: %s\n", argv[1], message);
    return 1;
  }
  SNDFILE* out = sf_open(argv[2], SFM_WRITE, &form);
  if (!out) {
    fprintf(stderr, "%s: %s\n", argv[2], sf_strerror(NULL));
    return 1;
  }
  const size_t count = (size_t)BLOCK * (size_t)form.channels;
  float* samples = malloc(2 * count * sizeof *samples);
  const bool done = samples && clean(separator, in, out, form.channels, samples, samples + count);
  if (!done)
    fprintf(stderr, "%s: %s\n", argv[2], samples ? sf_strerror(out) : "out of memory");
  free(samples);
  sf_close(out);
  sf_close(in);
  isolde_separator_free(separator);
  isolde_model_free(model);
  return done ? 0 : 1;
}
