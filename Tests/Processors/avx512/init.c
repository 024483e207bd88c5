/* The first program of the emulated machine: says what the processor has, runs the vectors and the shipped
 * models at the level for AVX-512 beside the one for AVX2, and switches the machine off. Prints to the
 * serial port.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/** Prints the model of the processor, and `has FLAG` for each flag that the kernel lets programs use. */
static void
print_processor(void)
{
  char line[8192];
  FILE* const info = fopen("/proc/cpuinfo", "r");
  while (info && fgets(line, sizeof line, info)) {
    if (!strncmp(line, "model name", 10))
      printf("%s", line);
    if (strncmp(line, "flags", 5))
      continue;
    for (char* flag = strtok(line, " \t\n:"); flag; flag = strtok(NULL, " \t\n:"))
      if (!strncmp(flag, "avx", 3))
        printf("has %s\n", flag);
  }
  fflush(stdout);
}

/** Prints what the program prints, and `end STATUS`. */
static void
run(char* const* command)
{
  const pid_t child = fork();
  if (child == 0) {
    execv(command[0], command);
    _exit(127);
  }
  int status = -1;
  waitpid(child, &status, 0);
  printf("end %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  fflush(stdout);
}

int
main(void)
{
  mkdir("/proc", 0755);
  mount("proc", "/proc", "proc", 0, NULL);
  print_processor();

  run((char*[]){ "/vectors", "/Vectors", "2", "1", NULL });
  glob_t models;
  for (size_t i = glob("/models/*", 0, NULL, &models) ? 0 : models.gl_pathc; i-- > 0;)
    run((char*[]){ "/same_bits", "2", "1", models.gl_pathv[i], NULL });
  printf("all done\n");
  fflush(stdout);
  sleep(1); /* until the port has sent it */
  reboot(RB_POWER_OFF);
  return 0;
}
