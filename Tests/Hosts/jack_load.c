/* jack_load SECONDS: watches the JACK server while others play. Prints `load MEAN MAX, xruns N`; the load is JACK's
 * own figure in percent of the period, looked at ten times a second.
 */
#include <jack/jack.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int xruns;

static int
count_xrun(void* unused)
{
  (void)unused;
  ++xruns;
  return 0;
}

int
main(int argc, char** argv)
{
  jack_client_t* client = argc == 2 ? jack_client_open("watch", JackNoStartServer, NULL) : NULL;
  if (!client) {
    fprintf(stderr, "usage: jack_load SECONDS, beside a JACK server\n");
    return 2;
  }
  jack_set_xrun_callback(client, count_xrun, NULL);
  jack_activate(client);
  sleep(2); /* its own coming may cost an xrun */
  xruns = 0;
  const int looks = 10 * atoi(argv[1]);
  float sum = 0, most = 0;
  for (int k = 0; k < looks; ++k) {
    usleep(100000);
    const float load = jack_cpu_load(client);
    sum += load;
    most = load > most ? load : most;
  }
  printf("load %.1f %.1f, xruns %d\n", sum / (float)looks, most, xruns);
  jack_client_close(client);
  return 0;
}
