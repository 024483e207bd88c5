/* Functions that the library does not export, for the benchmark: Inside.swift. */
#ifndef INSIDE_H
#define INSIDE_H
#include "isolde.h"

/** The highest SIMD level that this processor runs. */
int32_t kernels_best_level(void);

/** As isolde_separator_new, at a level that is not the best; NULL when it cannot be made. */
isolde_separator* separator_at_level(const isolde_model* model,
                                     double rate,
                                     uint32_t channels,
                                     int32_t level);

/** Takes the frame that was written to the inputs, as isolde_network_push does. */
void steps_begin(isolde_network* network);

/** Runs a step of it; step i is layer i of the model. */
void steps_run(isolde_network* network, int32_t step);

/** The step's cost in the schedule. */
int64_t steps_cost(isolde_network* network, int32_t step);
#endif
