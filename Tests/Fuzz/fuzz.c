/* fuzz FILE COUNT [FIRST [CRASH]]: damages a model file in COUNT ways and reads each. Whatever the bytes are, the library
 * must refuse with one line, or make a network that outputs any numbers but never accesses memory that is not its own.
 *
 * Each damage depends only on its number, so `fuzz FILE 1 NUMBER` repeats a failure. The work is done in child
 * processes, so that a crash has a number; memory and time are limited, so that a huge number in the file cannot disturb
 * the machine. With CRASH, the damage of that number crashes on purpose, to show that crashes are noticed.
 */
#define _GNU_SOURCE
#include "isolde.h"

#include <ctype.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum
{
  ALIGNMENT = 32,
  SECONDS = 20,   /* for one file; then it hangs */
  FRAMES = 3,     /* pushed through what can be loaded */
  SAMPLES = 5000, /* the same for sound */
};

typedef struct
{
  unsigned long number, refused, loaded, separated; /* shared with the parent */
  char what[ISOLDE_MESSAGE_SIZE + 100];
} Progress;

static Progress* progress;
static uint8_t* original;
static size_t original_size;
static size_t text_start, text_end; /* of the graph */
static unsigned long crash;

static uint64_t
next(uint64_t* state)
{
  uint64_t z = (*state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static size_t
below(uint64_t* state, size_t limit)
{
  return limit ? next(state) % limit : 0;
}

/* Numbers at which programs break. */
static uint64_t
nasty_number(uint64_t* state)
{
  static const uint64_t numbers[] = { 0,
                                      1,
                                      2,
                                      3,
                                      7,
                                      8,
                                      9,
                                      13,
                                      26,
                                      31,
                                      64,
                                      255,
                                      256,
                                      4096,
                                      65535,
                                      65536,
                                      0x7FFFFFFF,
                                      0x80000000u,
                                      0xFFFFFFFFu,
                                      0x100000000u,
                                      0x3FFFFFFFFFFFFFFFu,
                                      0x4000000000000000u,
                                      0x7FFFFFFFFFFFFFFFu,
                                      0x8000000000000000u,
                                      0xFFFFFFFFFFFFFFFFu };
  const uint64_t number = numbers[below(state, sizeof numbers / sizeof *numbers)];
  return next(state) % 4 ? number : number - original_size + next(state) % 64;
}

/* Words that can stand in a graph. */
static const char*
word(uint64_t* state)
{
  static const char* const words[] = { "0",
                                       "-1",
                                       "1",
                                       "9999999",
                                       "4096",
                                       "4097",
                                       "1e38",
                                       "1e-45",
                                       "nan",
                                       "x",
                                       "3x3",
                                       "4096x4096",
                                       "0x0",
                                       "(",
                                       ")",
                                       ",",
                                       "=",
                                       "#",
                                       "\n",
                                       " ",
                                       "power",
                                       "mask",
                                       "input",
                                       "conv",
                                       "gru",
                                       "bands",
                                       "output",
                                       "upconv",
                                       "running_norm",
                                       "dense",
                                       "concat",
                                       "channels",
                                       "bins",
                                       "kernel",
                                       "look",
                                       "groups",
                                       "stride",
                                       "dilation",
                                       "pad",
                                       "hidden",
                                       "relu",
                                       "activation=tanh",
                                       "over=frame" };
  return words[below(state, sizeof words / sizeof *words)];
}

/* Replaces `removed` bytes at `at` by others. */
static size_t
splice(uint8_t* bytes, size_t size, size_t at, size_t removed, const void* added, size_t count)
{
  memmove(bytes + at + count, bytes + at + removed, size - at - removed);
  memcpy(bytes + at, added, count);
  return size - removed + count;
}

/* Most damage is done before the weights, which a checksum guards. */
static size_t
somewhere(uint64_t* state, size_t size)
{
  return below(state, next(state) % 8 ? text_end + 4000 < size ? text_end + 4000 : size : size);
}

/* Other text in the graph; its length stays true, and the weights stay aligned. */
static size_t
replace_text(uint8_t* bytes, size_t size, size_t place, size_t end, const char* new)
{
  const size_t length = strlen(new), removed = end - place, fill = (removed - length) % ALIGNMENT;
  uint8_t spaces[ALIGNMENT];
  memset(spaces, ' ', sizeof spaces);
  const uint64_t text_size = text_end - text_start - removed + length + fill;
  memcpy(bytes + text_start - 8, &text_size, 8);
  size = splice(bytes, size, text_end, 0, spaces, fill);
  return splice(bytes, size, place, removed, new, length);
}

static size_t
damage(uint8_t* bytes, size_t size, uint64_t* state)
{
  const size_t at = somewhere(state, size);
  uint64_t number;
  size_t from, count;
  switch (next(state) % 18) {
    case 0: /* a bit */
      bytes[at] ^= (uint8_t)(1u << next(state) % 8);
      return size;
    case 1: /* a byte */
      bytes[at] = (uint8_t)next(state);
      return size;
    case 2: /* a number of 64 bits */
    case 3: /* of 32 */
      number = nasty_number(state);
      count = next(state) % 2 ? 8 : 4;
      if (at + count <= size)
        memcpy(bytes + at, &number, count);
      return size;
    case 4: /* the end */
      return next(state) % 3 ? size : at;
    case 5: /* a piece */
      count = below(state, 40);
      return at + count <= size ? splice(bytes, size, at, count, NULL, 0) : size;
    case 6: /* a piece from elsewhere */
      from = below(state, size);
      count = below(state, 200);
      if (from + count <= size && at + count <= size)
        memmove(bytes + at, bytes + from, count);
      return size;
    case 7:
    case 8:
    case 9: { /* a word of the graph */
      const size_t place = text_start + below(state, text_end - text_start);
      size_t end = place;
      while (end < text_end && end - place < 12 && !strchr("=,() \n", bytes[end]))
        ++end;
      return replace_text(bytes, size, place, end, word(state));
    }
    default: { /* a number of the graph */
      size_t place = text_start + below(state, text_end - text_start);
      while (place < text_end && !isdigit(bytes[place]))
        ++place;
      size_t end = place;
      while (end < text_end && isdigit(bytes[end]))
        ++end;
      char new[24];
      snprintf(
        new,
        sizeof new,
        "%llu",
        (unsigned long long)(next(state) % 4 ? next(state) % 20 : nasty_number(state) % 5000));
      return replace_text(bytes, size, place, end, new);
    }
  }
}

static void
use(const isolde_model* model)
{
  isolde_model_info info;
  isolde_model_get_info(model, &info);
  isolde_layer_info layer;
  for (uint32_t i = 0; i <= info.layers; ++i)
    isolde_model_get_layer(model, i, &layer);

  char message[ISOLDE_MESSAGE_SIZE];
  isolde_network* network = isolde_network_new(model, ISOLDE_LEVEL_BEST, message);
  for (int n = 0; network && n < FRAMES; ++n)
    isolde_network_push(network);
  isolde_network_free(network);

  isolde_separator* separator = isolde_separator_new(model, 48000, 1, message);
  if (separator) {
    static float in[SAMPLES], out[SAMPLES];
    uint64_t state = 1;
    for (int i = 0; i < SAMPLES; ++i)
      in[i] = (float)(next(&state) % 2000) / 4000 - 0.25f;
    const float* inputs[] = { in };
    float* outputs[] = { out };
    const isolde_controls controls = { .enabled = true, .ambience = -20 };
    isolde_separator_mix(separator, &controls, inputs, outputs, SAMPLES);
    ++progress->separated;
  }
  isolde_separator_free(separator);
}

static bool
is_one_line(const char* message)
{
  const size_t length = strnlen(message, ISOLDE_MESSAGE_SIZE);
  bool fine = length > 0 && length < ISOLDE_MESSAGE_SIZE && message[length - 1] != '.';
  for (size_t i = 0; i < length; ++i)
    fine = fine && (unsigned char)message[i] >= 0x20;
  return fine;
}

static void
read_damaged(unsigned long number)
{
  uint64_t state = number * 0x2545F4914F6CDD1Du + 1;
  uint8_t* bytes = malloc(original_size + 4096);
  memcpy(bytes, original, original_size);
  size_t size = original_size;
  const size_t start = text_start, end = text_end;
  for (size_t n = 1 + below(&state, 3); n > 0; --n) {
    const size_t before = size;
    size = damage(bytes, size, &state);
    text_end += size > before ? size - before : 0;
    text_end = text_end < size ? text_end : size;
    text_start = text_start < text_end ? text_start : text_end;
    if (text_start < 8 || size == 0)
      break;
  }
  text_start = start;
  text_end = end;

  /* Exactly as long as the file, so that a sanitizer sees the first byte too many. */
  uint8_t* exact = malloc(size ? size : 1);
  memcpy(exact, bytes, size);
  free(bytes);
  char message[ISOLDE_MESSAGE_SIZE];
  memset(message, 0x7F, sizeof message);
  alarm(SECONDS);
  if (number == crash)
    abort();
  isolde_model* model = isolde_model_parse(exact, size, message);
  free(exact); /* what is needed was copied */
  if (model) {
    ++progress->loaded;
    use(model);
  } else if (is_one_line(message)) {
    ++progress->refused;
  } else {
    snprintf(
      progress->what, sizeof progress->what, "not one line: '%.*s'", ISOLDE_MESSAGE_SIZE, message);
    _exit(1);
  }
  isolde_model_free(model);
}

int
main(int argc, char** argv)
{
  if (argc < 3) {
    fprintf(stderr, "usage: fuzz FILE COUNT [FIRST [CRASH]]\n");
    return 2;
  }
  FILE* file = fopen(argv[1], "rb");
  if (!file || fseek(file, 0, SEEK_END)) {
    perror(argv[1]);
    return 2;
  }
  original_size = (size_t)ftell(file);
  rewind(file);
  original = malloc(original_size);
  if (fread(original, 1, original_size, file) != original_size)
    return 2;
  fclose(file);
  static const char key[] = "isolde.graph";
  const uint8_t* found = memmem(original, original_size, key, strlen(key));
  if (!found)
    return 2;
  text_start = (size_t)(found - original) + strlen(key) + 4 + 8; /* type, length */
  uint64_t length;
  memcpy(&length, original + text_start - 8, 8);
  text_end = text_start + length;

  progress =
    mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const unsigned long first = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
  crash = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
  const unsigned long end = first + strtoul(argv[2], NULL, 10);
  int failures = 0;
  for (progress->number = first; progress->number < end && failures < 10;) {
    fflush(stdout);
    *progress->what = 0;
    const pid_t child = fork();
    if (!child) {
#if !__has_feature(address_sanitizer) /* which reserves terabytes of addresses */
      const struct rlimit memory = { 2ul << 30, 2ul << 30 };
      setrlimit(RLIMIT_AS, &memory);
#endif
      for (; progress->number < end; ++progress->number)
        read_damaged(progress->number);
      exit(0); /* a sanitizer looks for leaks here */
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status == 0)
      break;
    printf("FAILED damage %lu of %s: %s\n",
           progress->number,
           argv[1],
           *progress->what       ? progress->what
           : WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                 : "a sanitizer's report");
    ++failures;
    ++progress->number;
  }
  printf("%lu refused, %lu loaded, %lu of them separators\n",
         progress->refused,
         progress->loaded,
         progress->separated);
  if (!failures)
    printf("ok %lu damaged copies of %s\n", end - first, argv[1]);
  return failures != 0;
}
