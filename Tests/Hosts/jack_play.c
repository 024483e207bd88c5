/* jack_play CLIENT IN.wav OUT.wav: plays a file into the JACK client CLIENT and records what it gives
 * back, while JACK freewheels. Prints the latency that the client reported to JACK.
 *
 * jack_play --record CLIENT SECONDS OUT.raw: records the first output of CLIENT, as floats; prints "records" when
 * it has begun.
 *
 * jack_play --wait: ends as soon as a server answers.
 *
 * One client that plays and records would be a loop, which JACK opens with a block of delay: so two.
 */
#include <jack/jack.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum
{
  CHANNELS = 6,
  PATIENCE = 300, /* tenths of a second: other things may run beside this */
};

static SF_INFO info;
static float *input, *output; /* interleaved */
static jack_port_t *plays[CHANNELS], *records[CHANNELS];
static sf_count_t position, now_at, now_count;
static atomic_bool rolling, done;

static void
fail(const char* what)
{
  fprintf(stderr, "jack_play: %s\n", what);
  exit(1);
}

static int
play(jack_nframes_t count, void* unused)
{
  (void)unused;
  const sf_count_t left = info.frames - position;
  const sf_count_t n = !rolling ? 0 : left < (sf_count_t)count ? left : (sf_count_t)count;
  for (int c = 0; c < info.channels; ++c) {
    float* buffer = jack_port_get_buffer(plays[c], count);
    memset(buffer, 0, count * sizeof *buffer);
    for (sf_count_t i = 0; i < n; ++i)
      buffer[i] = input[(position + i) * info.channels + c];
  }
  now_at = position;
  now_count = n;
  position += n;
  return 0;
}

/* JACK runs the graph in order: player, plug-in, recorder. */
static int
record(jack_nframes_t count, void* unused)
{
  (void)unused;
  for (int c = 0; c < info.channels; ++c) {
    const float* buffer = jack_port_get_buffer(records[c], count);
    for (sf_count_t i = 0; i < now_count; ++i)
      output[(now_at + i) * info.channels + c] = buffer[i];
  }
  if (rolling && now_at + now_count == info.frames)
    done = true;
  return 0;
}

/* All that comes, as long as there is room. */
static int
listen(jack_nframes_t count, void* unused)
{
  (void)unused;
  const float* buffer = jack_port_get_buffer(records[0], count);
  for (jack_nframes_t i = 0; i < count && position < info.frames; ++i)
    output[position++] = buffer[i];
  done = position == info.frames;
  return 0;
}

/* A client, once the server is up. */
static jack_client_t*
open_client(const char* name)
{
  for (int tries = 0; tries < PATIENCE; ++tries) {
    jack_client_t* opened = jack_client_open(name, JackNoStartServer, NULL);
    if (opened)
      return opened;
    usleep(100000);
  }
  fail("no JACK server");
  return NULL;
}

/* A client shows its ports before it is active, and only then can they be connected. */
static void
link_ports(jack_client_t* by, const char* from, const char* to)
{
  for (int tries = 0; jack_connect(by, from, to); ++tries) {
    if (tries == PATIENCE)
      fail("cannot connect");
    usleep(100000);
  }
}

/* The audio ports of a client, at least as many as the file has channels; waits for them. */
static const char**
ports_of(jack_client_t* client, const char* name, unsigned long direction)
{
  char pattern[64];
  snprintf(pattern, sizeof pattern, "^%s:", name);
  for (int tries = 0; tries < PATIENCE; ++tries) {
    const char** ports = jack_get_ports(client, pattern, JACK_DEFAULT_AUDIO_TYPE, direction);
    int count = 0;
    while (ports && ports[count])
      ++count;
    if (count >= info.channels)
      return ports;
    usleep(100000);
  }
  fail("the client shows fewer ports than the file has channels");
  return NULL;
}

static unsigned
told_latency(jack_client_t* client, const char* port)
{
  /* jalv 1.6.6 sets it on the playback side of its output port. */
  unsigned most = 0;
  for (int mode = JackCaptureLatency; mode <= JackPlaybackLatency; ++mode) {
    jack_latency_range_t range;
    jack_port_get_latency_range(jack_port_by_name(client, port), mode, &range);
    most = range.max > most ? range.max : most;
  }
  return most;
}

static int
record_client(const char* name, int seconds, const char* path)
{
  jack_client_t* recorder = open_client("recorder");
  info.channels = 1;
  info.frames = (sf_count_t)seconds * jack_get_sample_rate(recorder);
  output = calloc((size_t)info.frames, sizeof *output);
  records[0] =
    jack_port_register(recorder, "channel0", JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  jack_set_process_callback(recorder, listen, NULL);
  const char** out = ports_of(recorder, name, JackPortIsOutput);
  if (jack_activate(recorder))
    fail("cannot activate");
  link_ports(recorder, out[0], jack_port_name(records[0]));
  puts("records");
  fflush(stdout);
  for (int tries = 0; tries < 10 * seconds + PATIENCE && !done; ++tries)
    usleep(100000);
  jack_client_close(recorder);
  FILE* file = fopen(path, "wb");
  if (!done || !file || fwrite(output, sizeof *output, (size_t)info.frames, file) == 0)
    fail("cannot record");
  return fclose(file);
}

int
main(int argc, char** argv)
{
  if (argc == 5 && !strcmp(argv[1], "--record"))
    return record_client(argv[2], atoi(argv[3]), argv[4]);
  if (argc == 2 && !strcmp(argv[1], "--wait"))
    return jack_client_close(open_client("waits"));
  if (argc != 4)
    fail("usage: jack_play CLIENT IN.wav OUT.wav");
  SNDFILE* file = sf_open(argv[2], SFM_READ, &info);
  if (!file || info.channels > CHANNELS)
    fail("cannot use the input");
  const size_t samples = (size_t)(info.frames * info.channels);
  input = calloc(samples, sizeof *input);
  output = calloc(samples, sizeof *output);
  sf_readf_float(file, input, info.frames);
  sf_close(file);

  jack_client_t* player = open_client("player");
  jack_client_t* recorder = open_client("recorder");
  for (int c = 0; c < info.channels; ++c) {
    char name[16];
    snprintf(name, sizeof name, "channel%d", c);
    plays[c] = jack_port_register(player, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    records[c] = jack_port_register(recorder, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
  }
  jack_set_process_callback(player, play, NULL);
  jack_set_process_callback(recorder, record, NULL);
  if (jack_activate(player) || jack_activate(recorder))
    fail("cannot activate");
  const char** in = ports_of(player, argv[1], JackPortIsInput);
  const char** out = ports_of(player, argv[1], JackPortIsOutput);
  for (int c = 0; c < info.channels; ++c) {
    link_ports(player, jack_port_name(plays[c]), in[c]);
    link_ports(recorder, out[c], jack_port_name(records[c]));
  }
  usleep(500000);
  jack_set_freewheel(player, 1);
  rolling = true;
  for (int tries = 0; tries < 600 && !done; ++tries)
    usleep(100000);
  jack_set_freewheel(player, 0);
  if (!done)
    fail("JACK stands still");
  usleep(300000);
  printf("told %u\n", told_latency(player, out[0]));
  jack_deactivate(recorder);
  jack_deactivate(player);
  jack_client_close(recorder);
  jack_client_close(player);

  SF_INFO out_info = { .samplerate = info.samplerate,
                       .channels = info.channels,
                       .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
  file = sf_open(argv[3], SFM_WRITE, &out_info);
  if (!file || sf_writef_float(file, output, info.frames) != info.frames)
    fail("cannot write the output");
  sf_close(file);
  return 0;
}
