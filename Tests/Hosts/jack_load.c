/* jack_load SECONDS CLIENTS: plays noise into every audio input of the JACK clients whose names begin with
 * CLIENTS, and watches the server. Prints `N inputs, load MEAN MAX, xruns N`; the load is JACK's own figure in
 * percent of the period, looked at ten times a second.
 */
#include <jack/jack.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static jack_port_t* noise;
static atomic_int xruns;

static int
play(jack_nframes_t count, void* unused)
{
  (void)unused;
  static uint32_t state = 1;
  float* buffer = jack_port_get_buffer(noise, count);
  for (jack_nframes_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    buffer[i] = 0.1f * (float)(int32_t)state / 2147483648.f;
  }
  return 0;
}

static int
count_xrun(void* unused)
{
  (void)unused;
  ++xruns;
  return 0;
}

static int
connect_all(jack_client_t* client, const char* name)
{
  char pattern[64];
  snprintf(pattern, sizeof pattern, "^%s.*:", name);
  const char** ports = jack_get_ports(client, pattern, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput);
  int connected = 0;
  for (int k = 0; ports && ports[k]; ++k)
    connected += !jack_connect(client, jack_port_name(noise), ports[k]);
  return connected;
}

int
main(int argc, char** argv)
{
  jack_client_t* client = argc == 3 ? jack_client_open("noise", JackNoStartServer, NULL) : NULL;
  if (!client) {
    fprintf(stderr, "usage: jack_load SECONDS CLIENTS, beside a JACK server\n");
    return 2;
  }
  noise = jack_port_register(client, "out", JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
  jack_set_process_callback(client, play, NULL);
  jack_set_xrun_callback(client, count_xrun, NULL);
  jack_activate(client);
  const int inputs = connect_all(client, argv[2]);
  sleep(2); /* what comes and connects may cost an xrun */
  xruns = 0;
  const int looks = 10 * atoi(argv[1]);
  float sum = 0, most = 0;
  for (int k = 0; k < looks; ++k) {
    usleep(100000);
    const float load = jack_cpu_load(client);
    sum += load;
    most = load > most ? load : most;
  }
  printf("%d inputs, load %.1f %.1f, xruns %d\n", inputs, sum / (float)looks, most, xruns);
  jack_client_close(client);
  return 0;
}
