/* Writes models without weights, of any latency and gain, for plug-ins to load or to refuse. docs/model-file.md
 * describes the format.
 */
#ifndef SMALL_MODEL_H
#define SMALL_MODEL_H
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static inline void
put_number(FILE* file, uint64_t value, size_t bytes)
{
  fwrite(&value, bytes, 1, file);
}

static inline void
put_text(FILE* file, const char* text)
{
  put_number(file, strlen(text), 8);
  fputs(text, file);
}

static inline void
put_string_key(FILE* file, const char* key, const char* value)
{
  put_text(file, key);
  put_number(file, 8, 4); /* GGUF: string */
  put_text(file, value);
}

static inline void
put_number_key(FILE* file, const char* key, uint32_t value)
{
  put_text(file, key);
  put_number(file, 4, 4); /* GGUF: uint32 */
  put_number(file, value, 4);
}

/* A model of a task that makes `share` of its input: `separate` has voice = share and reverb = share / 2 in
   every bin, `extend` adds what is missing to the share, or takes away what is too much.
   `latency`: samples at 48 kHz, a multiple of 512, or of 256 below 1,536; at least 768. False when the
   file cannot be written. */
static inline int
write_small_model_of(const char* path, const char* task, unsigned latency, double share)
{
  const unsigned hop = latency < 3 * 512 ? 256 : 512, bins = 2 * hop + 1;
  const unsigned look_ahead = latency / hop - 3; /* two hops of synthesis, one of work */
  char graph[600];
  const int start = snprintf(graph,
                             sizeof graph,
                             "power = input(bins=%u)\n"
                             "late = max_pool(power, kernel=%ux1, stride=1x1, look=%u)\n",
                             bins,
                             look_ahead + 1,
                             look_ahead);
  char* rest = graph + start;
  const size_t size = sizeof graph - (size_t)start;
  if (!strcmp(task, "extend"))
    snprintf(rest,
             size,
             "spectrum = input(channels=2, bins=%u)\n"
             "none = scale(late, factor=0)\n"
             "nothing = concat(none, none)\n"
             "part = scale(spectrum, factor=%g)\n"
             "added = add(part, nothing)\n"
             "fill = output(added)\n",
             bins,
             share - 1);
  else
    snprintf(rest,
             size,
             "voice = scale(late, factor=0, offset=%g)\n"
             "speech = scale(late, factor=0, offset=%g)\n"
             "both = concat(speech, voice)\n"
             "mask = output(both)\n",
             share,
             1.5 * share);
  FILE* file = fopen(path, "wb");
  if (!file)
    return 0;
  fputs("GGUF", file);
  put_number(file, 3, 4);
  put_number(file, 0, 8);  /* tensors */
  put_number(file, 15, 8); /* keys */
  put_string_key(file, "general.architecture", "isolde");
  put_string_key(file, "general.name", "Small");
  put_string_key(file, "general.version", "1");
  put_string_key(file, "general.author", "Tests");
  put_string_key(file, "general.license", "CC0-1.0");
  put_string_key(file, "general.description", "A test");
  put_string_key(file, "isolde.data", "none");
  put_string_key(file, "isolde.task", task);
  put_number_key(file, "isolde.format", 1);
  put_number_key(file, "isolde.rate", 48000);
  put_number_key(file, "isolde.hop", hop);
  put_number_key(file, "isolde.window", 4 * hop);
  put_number_key(file, "isolde.synthesis", 2 * hop);
  put_string_key(file, "isolde.graph", graph);
  put_string_key(
    file, "isolde.sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  while (ftell(file) % 32)
    fputc(0, file);
  return !fclose(file);
}

/* One that separates. */
static inline int
write_small_model(const char* path, unsigned latency, double share)
{
  return write_small_model_of(path, "separate", latency, share);
}
#endif
