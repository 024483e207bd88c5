/* opening BUNDLE: gives the plug-in model files that are not models, are slow to read, or exceed a limit. The sound must
 * go on, the log must have one line, and no other instance may wait.
 */
#define _GNU_SOURCE
#include "../Tools/clock.h"
#include "check.h"
#include "model_host.h"
#include "small_model.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

enum
{
  BLOCK = 512
};

static char bundle[500], folder[] = "/tmp/isolde-opening.XXXXXX";
static LV2_Descriptor_Function get;

/* ---- A drive that does not answer --------------------------------------------------------------- */

/* The plug-in uses this program's read(): in a thread with `is_slow` it waits for `answer`. */
static _Thread_local bool is_slow;
static sem_t asked, answer;

ssize_t
read(int file, void* bytes, size_t count)
{
  if (is_slow) {
    is_slow = false;
    sem_post(&asked);
    sem_wait(&answer);
  }
  return syscall(SYS_read, file, bytes, count);
}

ssize_t __read_chk(int file, void* bytes, size_t count, size_t room);

ssize_t
__read_chk(int file, void* bytes, size_t count, size_t room)
{
  return count <= room ? read(file, bytes, count) : -1;
}

static const char*
file(const char* name)
{
  static char paths[4][200];
  static int turn;
  char* path = paths[turn++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

/* Plays some blocks; false when anything but numbers comes out. */
static bool
play(ModelHost* host, int blocks)
{
  static float in[MAX_CHANNELS][BLOCK], out[MAX_OUTPUTS][BLOCK];
  float *inputs[MAX_CHANNELS], *outputs[MAX_OUTPUTS];
  unsigned seed = 1;
  for (int c = 0; c < MAX_CHANNELS; ++c)
    inputs[c] = in[c];
  for (int c = 0; c < MAX_OUTPUTS; ++c)
    outputs[c] = out[c];
  bool good = true;
  for (int k = 0; k < blocks; ++k) {
    for (int i = 0; i < BLOCK; ++i)
      in[0][i] = in[1][i] = 0.3f * random_sample(&seed);
    plug_run(&host->plug, inputs, outputs, BLOCK);
    deliver_responses(host);
    for (uint32_t c = 0; c < host->plug.kind->outputs; ++c)
      for (int i = 0; i < BLOCK; ++i)
        good &= isfinite(out[c][i]) && fabsf(out[c][i]) <= 1;
  }
  return good;
}

static void*
work_slowly(void* host)
{
  is_slow = true;
  do_work(host);
  return NULL;
}

static void
nobody_waits(const void* argument)
{
  (void)argument;
  static ModelHost first, second;
  static State state = { .folder = "/nowhere/" };
  const char* path = file("slow.isolde");
  EXPECT(write_small_model(path, 1536, 0.5), "cannot write %s", path);
  EXPECT(model_host(&first, get, &plugins[2], 48000, bundle, true), "no instance");
  send(&first, path);
  play(&first, 1);
  sem_init(&asked, 0, 0);
  sem_init(&answer, 0, 0);
  pthread_t worker;
  pthread_create(&worker, NULL, work_slowly, &first);
  sem_wait(&asked);
  alarm(20);

  EXPECT(play(&first, 10), "the instance that asked does not play");
  save(&first, &state);
  EXPECT(!strcmp(state.value, "live"), "saved %s", state.value);
  EXPECT(model_host(&second, get, &plugins[0], 48000, bundle, true), "no second instance");
  EXPECT(play(&second, 10), "the other instance does not play");
  send(&second, file("slow.isolde")); /* the same file, while another waits for it */
  play(&second, 1);
  do_work(&second);
  EXPECT(!*second.log, "%s", second.log);
  /* The later request counts, whenever the drive answers. */
  state = (State){ .folder = "/nowhere/", .key = urid(MODEL_URI), .type = urid(LV2_ATOM__String) };
  state.size = strlen(strcpy(state.value, "live")) + 1;
  restore(&first, &state);
  sem_post(&answer);
  pthread_join(worker, NULL);
  EXPECT(play(&first, 100), "no sound after the drive has answered");
  save(&first, &state);
  EXPECT(!strcmp(state.value, "live"), "at last %s", state.value);
  EXPECT(!*first.log, "%s", first.log);
  plug_out(&second.plug);
  plug_out(&first.plug);
}

/* ---- Files that are not models ------------------------------------------------------------------ */

typedef struct
{
  const char* name;
  const char* path; /* absolute, or in the folder */
  const char* says; /* the log */
} Wrong;

static void
refused(const void* argument)
{
  const Wrong* wrong = argument;
  static ModelHost host;
  static State state = { .folder = "/nowhere/" };
  EXPECT(model_host(&host, get, &plugins[2], 48000, bundle, true), "no instance");
  char path[500];
  snprintf(path, sizeof path, "%s", *wrong->path == '/' ? wrong->path : file(wrong->path));
  alarm(20);
  for (int way = 0; way < 2; ++way) {
    *host.log = 0;
    const double start = process_seconds();
    if (way == 0) {
      send(&host, path);
      play(&host, 1);
      do_work(&host);
    } else {
      state =
        (State){ .folder = "/nowhere/", .key = urid(MODEL_URI), .type = urid(LV2_ATOM__Path) };
      state.size = strlen(strcpy(state.value, path)) + 1;
      restore(&host, &state);
    }
    EXPECT(process_seconds() - start < 1, "%g s", process_seconds() - start);
    EXPECT(strstr(host.log, wrong->says), "the log says %s", host.log);
    const char* end = strchr(host.log, '\n');
    EXPECT(end && !end[1], "more than one line: %s", host.log);
    for (const char* c = host.log; c < end; ++c)
      EXPECT((unsigned char)*c >= 32 && *c != 127, "character %d in the log", *c);
    EXPECT(play(&host, 60), "no sound");
  }
  plug_out(&host.plug);
}

int
main(int count, char** arguments)
{
  if (count != 2 || !mkdtemp(folder)) {
    fprintf(stderr, "usage: opening BUNDLE\n");
    return 2;
  }
  char library[600];
  snprintf(bundle, sizeof bundle, "%s/", arguments[1]);
  snprintf(library, sizeof library, "%sisolde.so", bundle);
  get = open_plugin(library);

  static const char named_badly[] = "e\033]0;owned\a\xff\xc3(\xe2\x80\xae\n.isolde";
  bool good = mkfifo(file("fifo.isolde"), 0600) == 0;
  good &= write_small_model(file("late.isolde"), 512 * 4000, 0.5);
  good &= write_small_model(file("later.isolde"), 48000, 0.5);
  FILE* garbage = fopen(file("garbage.isolde"), "wb");
  good &= garbage && fputs("GGUF", garbage) >= 0 && !fclose(garbage) &&
          !truncate(file("garbage.isolde"), 60000000);
  FILE* badly = fopen(file(named_badly), "wb");
  good &= badly && fputs("none", badly) >= 0 && !fclose(badly);
  if (!good)
    return 2;

  good &= run_test("nobody waits for a drive that does not answer", nobody_waits, NULL);
  static const Wrong wrongs[] = {
    { "a FIFO", "fifo.isolde", "regular file" },
    { "a folder", "/tmp", "folder" },
    { "a device without end", "/dev/zero", "regular file" },
    { "a file that is gone", "gone.isolde", "no such file" },
    { "60 MB of nothing", "garbage.isolde", "version 0" },
    { "a name that steers a terminal",
      named_badly,
      "e?]0;owned???"
      "(??.isolde" },
    { "a model of more than 42 seconds", "late.isolde", "latency is 42 seconds" },
    { "a model of more latency than the plug-in's", "later.isolde", "above the plug-in's" },
  };
  for (size_t k = 0; k < sizeof wrongs / sizeof *wrongs; ++k) {
    char name[200];
    snprintf(name, sizeof name, "refused in one line, at once: %s", wrongs[k].name);
    good &= run_test(name, refused, &wrongs[k]);
  }
  char command[200];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command) || !good;
}
