/* open_cost FILE...: what it costs to open model files and to make a separator of each, or a network when it
 * cannot be one, in processes of their own: memory at its highest, and the time that the processor computes.
 * Prints a line a file; ends with 1 when a process dies, takes a second or more, or more memory than
 * docs/model-file.md allows, or when a refusal is not one line.
 */
#define _GNU_SOURCE
#include "isolde.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  PATIENCE = 20, /* seconds until a process is ended */
  /* KiB that a process may take beyond what is counted: pages half used, FFTW's planner. */
  SLACK = 1 << 11,
};

static double longest = 1;

typedef struct
{
  int status; /* as wait() gives it */
  long peak;  /* KiB */
  double seconds;
  char message[ISOLDE_MESSAGE_SIZE]; /* of a refusal */
} Cost;

/* 0 when one of both was made, 1 and a message when not. */
static int
open_model(const char* path, char* message)
{
  const isolde_model* model = isolde_model_open(path, message);
  return !model || (!isolde_separator_new(model, 48000, 2, message) &&
                    !isolde_network_new(model, ISOLDE_LEVEL_BEST, NULL));
}

/* Without a path: of a process that does nothing. */
static Cost
cost_of(const char* path)
{
  Cost cost = { 0 };
  int pipes[2];
  struct rusage usage;
  if (pipe(pipes))
    exit(2);
  const pid_t child = fork();
  if (child == 0) {
    alarm(PATIENCE);
    char message[ISOLDE_MESSAGE_SIZE] = "";
    const int refused = path ? open_model(path, message) : 0;
    if (refused && write(pipes[1], message, sizeof message) != sizeof message)
      _exit(2);
    _exit(refused);
  }
  close(pipes[1]);
  if (child < 0 || read(pipes[0], cost.message, sizeof cost.message) < 0 ||
      wait4(child, &cost.status, 0, &usage) != child)
    exit(2);
  close(pipes[0]);
  cost.peak = usage.ru_maxrss;
  cost.seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  return cost;
}

static bool
is_one_line(const char* message)
{
  const size_t length = strnlen(message, ISOLDE_MESSAGE_SIZE);
  for (size_t i = 0; i < length; ++i)
    if ((uint8_t)message[i] < 0x20 || message[i] == 0x7F)
      return false;
  return length > 0 && length < ISOLDE_MESSAGE_SIZE;
}

int
main(int argc, char** argv)
{
  if (getenv("PLANTED"))
    longest = 0;
  bool is_right = true;
  const long nothing = cost_of(NULL).peak;
  for (int k = 1; k < argc; ++k) {
    struct stat file = { 0 };
    stat(argv[k], &file);
    Cost cost = cost_of(argv[k]);
    if (cost.seconds >= longest) /* once more: others may have had the caches */
      cost = cost_of(argv[k]);
    const int64_t asked = 16 * (int64_t)file.st_size + (64 << 20);
    const long allowed = (long)((asked < 1 << 30 ? asked : 1 << 30) >> 10);
    const bool has_ended = WIFEXITED(cost.status) && WEXITSTATUS(cost.status) < 2,
               is_refused = has_ended && WEXITSTATUS(cost.status);
    const bool is_good = has_ended && cost.seconds < longest &&
                         cost.peak - nothing <= allowed + SLACK &&
                         (!is_refused || is_one_line(cost.message));
    printf("%s: %s, %.1f of %.1f MiB, %.3f s%s%.200s%s\n",
           argv[k],
           !has_ended   ? "died"
           : is_refused ? "refused"
                        : "opens",
           (double)(cost.peak - nothing) / 1024,
           (double)allowed / 1024,
           cost.seconds,
           is_refused ? ": " : "",
           cost.message,
           is_good ? "" : "  WRONG");
    is_right &= is_good;
  }
  return !is_right;
}
