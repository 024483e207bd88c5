/* A test is a function. Each runs in its own process, so that a crash is one failure with a name. Prints the lines that
 * Tests/run.sh counts.
 */
#ifndef CHECK_H
#define CHECK_H
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  REASON_SIZE = 300,
  BUSY_SECONDS = 120, /* of processor time, whatever else runs; then it hangs */
  WAITING_SECONDS = 900,
};

static char reason[REASON_SIZE]; /* of the first expectation that was not met */

#define EXPECT(condition, ...) \
  do { \
    if (!(condition) && !*reason) { \
      const int used = snprintf(reason, REASON_SIZE, "line %d, %s: ", __LINE__, #condition); \
      if (used < REASON_SIZE) \
        snprintf(reason + used, (size_t)(REASON_SIZE - used), __VA_ARGS__); \
    } \
  } while (0)

/* Runs test(argument); false when it failed. */
static bool
run_test(const char* name, void (*test)(const void*), const void* argument)
{
  int ends[2];
  fflush(stdout);
  if (pipe(ends))
    exit(2);
  const pid_t child = fork();
  if (child < 0)
    exit(2);
  if (!child) {
    setitimer(ITIMER_PROF, &(const struct itimerval){ .it_value.tv_sec = BUSY_SECONDS }, NULL);
    alarm(WAITING_SECONDS);
    test(argument);
    if (write(ends[1], reason, strlen(reason)) < 0)
      _exit(3);
    exit(0); /* with the checks that a sanitizer makes at the end */
  }
  close(ends[1]);
  char why[REASON_SIZE] = "";
  size_t used = 0;
  for (ssize_t got;
       used < sizeof why - 1 && (got = read(ends[0], why + used, sizeof why - 1 - used)) > 0;)
    used += (size_t)got;
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status))
    snprintf(why, sizeof why, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
  else if (WEXITSTATUS(status) && !*why)
    snprintf(why, sizeof why, "ended with status %d", WEXITSTATUS(status));
  if (*why)
    printf("FAILED %s: %s\n", name, why);
  else
    printf("ok %s\n", name);
  fflush(stdout);
  return !*why;
}

/* A test that is run for several plug-ins. */
typedef struct
{
  const char* name;
  void (*test)(const void*);
} Test;

#define TEST(name) \
  { \
#name, name \
  }
#define COUNT_OF(tests) (sizeof(tests) / sizeof *(tests))

/* Runs all tests for one plug-in, whose URI is "urn:isolde:…"; false when one failed. */
__attribute__((unused)) static bool
run_tests(const Test* tests, size_t count, const char* uri, const void* argument)
{
  const char* const only = getenv("ONLY_TEST"); /* by its name; an emulator has no time for all */
  bool passed = true;
  for (size_t k = 0; k < count; ++k) {
    if (only && strcmp(only, tests[k].name))
      continue;
    char name[100];
    snprintf(name, sizeof name, "%s, %s", uri + strlen("urn:isolde:"), tests[k].name);
    passed = run_test(name, tests[k].test, argument) && passed;
  }
  return passed;
}
#endif
