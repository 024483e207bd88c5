/* Makes decisions from a fuzzer's bytes, one after the other; zeros when they are used up. */
#ifndef BYTES_H
#define BYTES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  const uint8_t *next, *end;
} Bytes;

static inline uint8_t
byte(Bytes* bytes)
{
  return bytes->next < bytes->end ? *bytes->next++ : 0;
}

static inline uint32_t
below(Bytes* bytes, uint32_t limit) /* at most 256 */
{
  return limit ? byte(bytes) % limit : 0;
}

static inline uint32_t
word(Bytes* bytes)
{
  uint32_t value = byte(bytes);
  for (int k = 0; k < 3; ++k)
    value = value << 8 | byte(bytes);
  return value;
}

/* Reports a fault that no sanitizer can find. */
#define DEMAND(condition, ...) \
  do { \
    if (!(condition)) { \
      fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition); \
      fprintf(stderr, __VA_ARGS__); \
      fputc('\n', stderr); \
      abort(); \
    } \
  } while (0)
#endif
