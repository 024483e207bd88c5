/* rt_models BUNDLE: changes of the model under RealtimeSanitizer, in all plug-ins: messages, responses of
 * the worker, restored states, resets in the middle of a swap, hosts without a worker.
 *
 * As in rt_host.c the plug-in is the released one; what the audio thread does is called nonblocking.
 */
#include "../Plugin/model_host.h"
#include "../Plugin/small_model.h"

#include <unistd.h>

enum
{
  BLOCK = 512,
  CALLBACKS = 600,
};

/* The functions given to run() and work_response() are lock-free, as in a real host. */
static void
callback(ModelHost* host, float* const* in, float* const* out, uint32_t count)
  [[clang::nonblocking]]
{
  plug_run(&host->plug, in, out, count);
  deliver_responses(host);
}

static void
activate_callback(const ModelHost* host) [[clang::nonblocking]]
{
  plug_activate(&host->plug);
}

int
main(int argc, char** argv)
{
  char folder[] = "/tmp/isolde-rt.XXXXXX", bundle[4096], path[5000], names[3][100];
  if (argc != 2 || !mkdtemp(folder))
    return 2;
  snprintf(bundle, sizeof bundle, "%s/", argv[1]);
  snprintf(path, sizeof path, "%sisolde.so", bundle);
  for (int k = 0; k < 3; ++k)
    snprintf(names[k], sizeof names[k], "%s/%d.isolde", folder, k);
  write_small_model(names[1], 768, 0.5);  /* padded */
  write_small_model(names[2], 6144, 0.5); /* refused */
  const LV2_Descriptor_Function get = open_plugin(path);
  static float buffers[MAX_OUTPUTS][BLOCK];
  float* channels[MAX_OUTPUTS];
  for (int c = 0; c < MAX_OUTPUTS; ++c)
    channels[c] = buffers[c];

  uint32_t callbacks = 0, answers = 0, state_size = 0;
  for (int k = 0; k < 2 * PLUGINS; ++k) {
    static ModelHost host;
    write_small_model_of(names[0], plugins[k / 2].task, plugins[k / 2].latency, 0.25);
    if (!model_host(&host, get, &plugins[k / 2], 48000, bundle, k % 2))
      return 2;
    State state = { .folder = "" };
    save(&host, &state);
    uint32_t noise = 1;
    for (int turn = 0; turn < CALLBACKS; ++turn) {
      for (int c = 0; c < MAX_OUTPUTS; ++c)
        for (int i = 0; i < BLOCK; ++i)
          buffers[c][i] = 0.1f * random_sample(&noise);
      if (turn % 40 == 20)
        send(&host, names[turn / 40 % 3]);
      if (turn % 40 == 30)
        send(&host, turn % 80 == 30 ? "" : NULL);
      if (turn % 50 == 10)
        restore(&host, &state);
      if (turn % 50 == 12)
        save(&host, &state);
      callback(&host, channels, channels, turn % 7 ? BLOCK : 1);
      answers += told(&host) != NULL;
      do_work(&host);
      if (turn % 70 == 60)
        activate_callback(&host);
      ++callbacks;
    }
    state_size += (uint32_t)state.size;
    plug_out(&host.plug);
  }
  for (int k = 0; k < 3; ++k)
    unlink(names[k]);
  rmdir(folder);
  if (!answers || !state_size)
    return 3;
  printf("%u callbacks\n", callbacks);
  return 0;
}
