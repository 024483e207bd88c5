#include "delay_line.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct delay_line
{
  uint32_t channels;
  uint32_t latency;
  uint32_t position;
  float samples[]; /**< [channels][latency], a ring */
};

static size_t
ring_bytes(const delay_line* line)
{
  return (size_t)line->channels * line->latency * sizeof *line->samples;
}

delay_line*
delay_line_new(uint32_t channels, uint32_t latency)
{
  const delay_line form = { .channels = channels, .latency = latency ? latency : 1 };
  delay_line* line = malloc(sizeof *line + ring_bytes(&form));
  if (!line)
    return NULL;
  *line = form;
  delay_line_reset(line);
  return line;
}

void
delay_line_free(delay_line* line)
{
  free(line);
}

void
delay_line_reset(delay_line* line)
{
  memset(line->samples, 0, ring_bytes(line));
  line->position = 0;
}

uint32_t
delay_line_latency(const delay_line* line)
{
  return line->latency;
}

void
delay_line_run(delay_line* line, const float* const* input, float* const* output, uint32_t count)
{
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t c = 0; c < line->channels; ++c) {
      float* sample = line->samples + (size_t)c * line->latency + line->position;
      const float in = isfinite(input[c][i]) ? input[c][i] : 0;
      output[c][i] = *sample;
      *sample = in;
    }
    line->position = line->position + 1 == line->latency ? 0 : line->position + 1;
  }
}
