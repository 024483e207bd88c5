/* session NAME PLUGIN.so BUNDLE/ URI [RECORDS]: processor time of 1 and of 20 mono instances in a session with
 * periods of 256 frames: once without pauses, and once in real time. In real time the processor sleeps or works for
 * others between two periods, and the caches hold other programs' data, as on a user's machine.
 */
#include "../Tests/Plugin/host.h"
#include "measure.h"

enum
{
  RATE = 48000,
  FRAMES = 256,
  MOST = 20,
  PERIODS = 1500,
  SIGNAL = 8 * RATE,
};

static const double PERIOD = (double)FRAMES / RATE; /* seconds */

static void
sleep_until(double time)
{
  const struct timespec until = { (time_t)time, (long)(1e9 * fmod(time, 1)) };
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* Mean processor time of a period in microseconds. */
static double
play(Host* hosts, int count, const float* signal, bool at_its_time)
{
  static float output[FRAMES];
  float* const out[] = { output };
  double sum = 0, due = wall_seconds();
  for (int period = 0; period < PERIODS; ++period) {
    if (at_its_time)
      sleep_until(due += PERIOD);
    const double begin = cpu_seconds();
    for (int k = 0; k < count; ++k) {
      float* const in[] = { (float*)(uintptr_t)signal +
                            (period * FRAMES + k * RATE / 3) % (SIGNAL - FRAMES) };
      run(&hosts[k], in, out, FRAMES);
    }
    sum += cpu_seconds() - begin;
  }
  return 1e6 * sum / PERIODS;
}

int
main(int argc, char** argv)
{
  if (argc < 5) {
    fprintf(stderr, "usage: session NAME PLUGIN.so BUNDLE/ URI [RECORDS]\n");
    return 2;
  }
  static const LV2_Feature* const features[] = { NULL };
  static const int counts[] = { 1, MOST };
  const LV2_Descriptor* const plugin = find_uri(open_plugin(argv[2]), argv[4]);
  FILE* const records = open_records(argc, argv, 5);
  float* const signal = make_signal(SIGNAL, 1);
  Host hosts[MOST];
  for (int k = 0; k < MOST; ++k) {
    hosts[k] = plugin ? start(plugin, 1, RATE, argv[3], features) : (Host){ 0 };
    if (!hosts[k].handle) {
      fprintf(stderr, "%s cannot be instantiated\n", argv[4]);
      return 1;
    }
    activate(&hosts[k]);
  }
  for (size_t i = 0; i < sizeof counts / sizeof *counts; ++i) {
    play(hosts, counts[i], signal, false); /* which reads all once */
    const double together = play(hosts, counts[i], signal, false);
    const double timed = play(hosts, counts[i], signal, true);
    const double share = 100e-6 * timed / PERIOD;
    printf("%s, %2d x mono, %d frames: %7.1f us a period one after the other, %7.1f at its time = "
           "%.1f %% of it\n",
           argv[1],
           counts[i],
           FRAMES,
           together,
           timed,
           share);
    fflush(stdout);
    fprintf(records,
            "{\"part\": \"session\", \"model\": \"%s\", \"instances\": %d, \"together\": %.2f, "
            "\"timed\": %.2f, \"share\": %.2f}\n",
            argv[1],
            counts[i],
            together,
            timed,
            share);
  }
  for (int k = 0; k < MOST; ++k)
    stop(&hosts[k]);
  free(signal);
  return fclose(records) != 0;
}
