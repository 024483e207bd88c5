/* rt_host PLUGIN.so BUNDLE INDEX CHANNELS: all that hosts do in the audio thread, under RealtimeSanitizer.
 *
 * Linked with -fsanitize=realtime: while a nonblocking function is on the stack, any libc call that may
 * wait or allocate ends the process with a report. The plug-in is the released one, built without a
 * sanitizer. Ports behind the audio ports are taken for controls.
 */
#include "../Plugin/host.h"

enum
{
  SECONDS = 4,
  LARGEST = 8192,
};

static void
run_callback(Host* host, float* const* in, float* const* out, uint32_t count) [[clang::nonblocking]]
{
  run(host, in, out, count);
}

/* Ardour flushes a plug-in in the audio thread at a locate. */
static void
activate_callback(const Host* host) [[clang::nonblocking]]
{
  activate(host);
}

int
main(int argc, char** argv)
{
  if (argc != 5)
    return 2;
  static const double rates[] = { 8000, 44100, 48000, 192000 };
  static const uint32_t sizes[] = { 64, 1, 512, 0, 127, 1024, 8192, 333 };
  static const LV2_Feature* const features[] = { NULL };
  const LV2_Descriptor* descriptor = open_plugin(argv[1])((uint32_t)atoi(argv[3]));
  const uint32_t channels = (uint32_t)atoi(argv[4]);
  float buffers[2 * MAX_CHANNELS][LARGEST];
  float *in[MAX_CHANNELS], *out[MAX_CHANNELS];
  uint32_t callbacks = 0;

  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    Host host = start(descriptor, channels, rates[r], argv[2], features);
    if (!host.handle)
      return 2;
    activate(&host);
    uint32_t state = 1;
    for (uint32_t at = 0, turn = 0; at < SECONDS * rates[r]; ++turn) {
      const uint32_t count = sizes[turn % (sizeof sizes / sizeof *sizes)];
      for (uint32_t c = 0; c < channels; ++c) {
        in[c] = buffers[c];
        out[c] = turn % 3 ? buffers[c + MAX_CHANNELS] : in[c];
        for (uint32_t i = 0; i < count; ++i)
          in[c][i] = turn % 97 == 5 ? NAN : turn % 89 > 80 ? 0 : 0.5f * random_sample(&state);
      }
      /* Every control moves. */
      host.controls[ENABLED] = turn % 50 != 7;
      host.controls[VOICE] = turn % 11 ? 0 : -60;
      host.controls[AMBIENCE] = (float)(turn % 72) - 60;
      host.controls[SENSITIVITY] = (float)(turn % 200) - 100;
      host.controls[LISTEN] = (float)(turn / 20 % 5);
      run_callback(&host, in, out, count);
      if (turn % 200 == 150)
        activate_callback(&host);
      at += count;
      ++callbacks;
    }
    stop(&host);
  }
  printf("%u callbacks\n", callbacks);
  return 0;
}
