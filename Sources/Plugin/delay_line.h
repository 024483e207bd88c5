/* A constant delay. */
#ifndef ISOLDE_DELAY_LINE_H
#define ISOLDE_DELAY_LINE_H
#include "ports.h"

#include <stdint.h>

typedef struct delay_line delay_line;

/** Allocates. NULL when there is no memory. */
delay_line* delay_line_new(uint32_t channels, uint32_t latency);
void delay_line_free(delay_line* line);

/* Real-time safe from here on. */

void delay_line_reset(delay_line* line);
uint32_t delay_line_latency(const delay_line* line);

/** Outputs may not be inputs. What is no number becomes 0. */
void delay_line_run(delay_line* line,
                    const float* const* input,
                    float* const* output,
                    uint32_t count);
#endif
