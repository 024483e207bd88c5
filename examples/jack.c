/* jack [MODEL]: a JACK client that cleans a stereo stream until it is interrupted, and reports its latency to JACK.
 *
 *   cc jack.c -o jack `pkg-config --cflags --libs isolde jack`
 */
#include <isolde.h>
#include <jack/jack.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum
{
  CHANNELS = 2
};

typedef struct
{
  isolde_separator* separator;
  jack_port_t* inputs[CHANNELS];
  jack_port_t* outputs[CHANNELS];
} client;

static atomic_bool is_over;

static void
stop(int signal)
{
  (void)signal;
  atomic_store(&is_over, true);
}

static void
shut_down(void* unused)
{
  (void)unused;
  atomic_store(&is_over, true);
}

/* Audio thread: calls only functions of isolde.h that are marked ISOLDE_REALTIME. */
static int
process(jack_nframes_t count, void* pointer)
{
  client* self = pointer;
  const float* input[CHANNELS];
  float* output[CHANNELS];
  for (int c = 0; c < CHANNELS; ++c) {
    input[c] = jack_port_get_buffer(self->inputs[c], count);
    output[c] = jack_port_get_buffer(self->outputs[c], count);
  }
  const isolde_controls controls = isolde_controls_default();
  isolde_separator_mix(self->separator, &controls, input, output, count);
  return 0;
}

/* Adds the latency to both directions: captured sound is that much later at the outputs, and played sound has that much
   longer to go. */
static void
tell_latency(jack_latency_callback_mode_t mode, void* pointer)
{
  client* self = pointer;
  const jack_nframes_t latency = isolde_separator_latency(self->separator);
  for (int c = 0; c < CHANNELS; ++c) {
    jack_port_t* from = mode == JackCaptureLatency ? self->inputs[c] : self->outputs[c];
    jack_port_t* to = mode == JackCaptureLatency ? self->outputs[c] : self->inputs[c];
    jack_latency_range_t range;
    jack_port_get_latency_range(from, mode, &range);
    range.min += latency;
    range.max += latency;
    jack_port_set_latency_range(to, mode, &range);
  }
}

/* Registers the ports; false when there are none left. */
static bool
make_ports(client* self, jack_client_t* jack)
{
  static const char* const names[2][CHANNELS] = { { "in_left", "in_right" },
                                                  { "out_left", "out_right" } };
  for (int c = 0; c < CHANNELS; ++c) {
    self->inputs[c] =
      jack_port_register(jack, names[0][c], JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    self->outputs[c] =
      jack_port_register(jack, names[1][c], JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    if (!self->inputs[c] || !self->outputs[c])
      return false;
  }
  return true;
}

int
main(int argc, char** argv)
{
  char message[ISOLDE_MESSAGE_SIZE];
  isolde_model* model = isolde_model_open(argc > 1 ? argv[1] : "live", message);
  if (!model) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  jack_client_t* jack = jack_client_open("isolde", JackNoStartServer, NULL);
  if (!jack) {
    fprintf(stderr, "there is no JACK server; start one\n");
    return 1;
  }
  client self = { .separator =
                    isolde_separator_new(model, jack_get_sample_rate(jack), CHANNELS, message) };
  if (!self.separator) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  jack_set_process_callback(jack, process, &self);
  jack_set_latency_callback(jack, tell_latency, &self);
  jack_on_shutdown(jack, shut_down, NULL);
  const bool is_ready = make_ports(&self, jack) && !jack_activate(jack);
  if (is_ready)
    printf("running; the output is %u samples late\n", isolde_separator_latency(self.separator));
  else
    fprintf(stderr, "the JACK server takes no ports\n");
  fflush(stdout);
  while (is_ready && !atomic_load(&is_over))
    usleep(100000);
  jack_client_close(jack);
  isolde_separator_free(self.separator);
  isolde_model_free(model);
  return is_ready ? 0 : 1;
}
