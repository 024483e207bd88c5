#ifndef CHOSEN_LEVEL_H
#define CHOSEN_LEVEL_H
#include <stdint.h>

/** What is made from now on runs at this level at most. */
extern int32_t chosen_level;

/** The highest level that may be chosen here. */
int32_t kernels_best_level(void);
#endif
