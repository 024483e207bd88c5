/* Writes model files of any graph and any tensors into memory, their weights random and small, their
 * checksum right.
 */
#ifndef MODEL_FILE_H
#define MODEL_FILE_H
#include "../Plugin/small_model.h"

#include <stdlib.h>

enum
{
  MAX_TENSORS = 80,
  NAME_BYTES = 64,
  AXES = 4,
  F32 = 0, /* GGUF's types */
  F16 = 1,
  I32 = 26,
};

typedef struct
{
  char name[NAME_BYTES];
  uint32_t axes, type;
  uint64_t shape[AXES]; /* slowest first */
} Tensor;

typedef struct
{
  const char* graph;
  uint32_t rate, hop, window, synthesis;
  const char* task; /* NULL: not stated */
  bool has_taps;
  uint32_t before, after;
  uint32_t seed; /* of the weights */
  uint32_t tensor_count;
  Tensor tensors[MAX_TENSORS];
} ModelFile;

static inline uint64_t
values(const Tensor* tensor)
{
  uint64_t count = 1;
  for (uint32_t k = 0; k < tensor->axes; ++k)
    count *= tensor->shape[k];
  return count;
}

static inline Tensor*
find_tensor(ModelFile* file, const char* name)
{
  for (uint32_t k = 0; k < file->tensor_count; ++k)
    if (!strcmp(file->tensors[k].name, name))
      return &file->tensors[k];
  return NULL;
}

/* One value, until the loader says what shape it wants; NULL when there are too many. */
static inline Tensor*
add_tensor(ModelFile* file, const char* name, uint32_t type)
{
  if (file->tensor_count == MAX_TENSORS)
    return NULL;
  Tensor* tensor = &file->tensors[file->tensor_count++];
  *tensor = (Tensor){ .axes = 1, .type = type, .shape = { 1 } };
  snprintf(tensor->name, sizeof tensor->name, "%s", name);
  return tensor;
}

/* ---- SHA-256 (FIPS 180-4) ---------------------------------------------------------------------- */

static inline uint32_t
turned(uint32_t x, int bits)
{
  return x >> bits | x << (32 - bits);
}

/* The first bits of the broken parts of the square or cube roots of primes. */
static inline uint32_t
root_bits(int prime, bool is_cube)
{
  long double low = 0, high = prime;
  for (int k = 0; k < 80; ++k) {
    const long double middle = (low + high) / 2;
    if ((is_cube ? middle * middle * middle : middle * middle) > prime)
      high = middle;
    else
      low = middle;
  }
  return (uint32_t)((uint64_t)(low * 4294967296.0L) & 0xFFFFFFFFu);
}

static inline void
sha256(const uint8_t* bytes, size_t size, char hex[65])
{
  static uint32_t constants[64], start[8];
  for (int prime = 2, found = 0; found < 64 && !constants[63]; ++prime) {
    bool is_prime = true;
    for (int k = 2; k * k <= prime; ++k)
      is_prime = is_prime && prime % k;
    if (!is_prime)
      continue;
    if (found < 8)
      start[found] = root_bits(prime, false);
    constants[found++] = root_bits(prime, true);
  }
  uint32_t hash[8];
  memcpy(hash, start, sizeof hash);
  const size_t padded = (size + 8) / 64 * 64 + 64;
  for (size_t at = 0; at < padded; at += 64) {
    uint32_t w[64], v[8];
    for (size_t i = 0; i < 64; ++i) {
      const size_t place = at + i;
      uint8_t value = place < size ? bytes[place] : place == size ? 0x80 : 0;
      if (place >= padded - 8)
        value = (uint8_t)((uint64_t)size * 8 >> 8 * (padded - 1 - place));
      w[i / 4] = (i % 4 ? w[i / 4] << 8 : 0) | value;
    }
    for (int i = 16; i < 64; ++i)
      w[i] = w[i - 16] + w[i - 7] +
             (turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ w[i - 15] >> 3) +
             (turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(v, hash, sizeof v);
    for (int i = 0; i < 64; ++i) {
      const uint32_t first = v[7] + (turned(v[4], 6) ^ turned(v[4], 11) ^ turned(v[4], 25)) +
                             ((v[4] & v[5]) ^ (~v[4] & v[6])) + constants[i] + w[i];
      const uint32_t second = (turned(v[0], 2) ^ turned(v[0], 13) ^ turned(v[0], 22)) +
                              ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
      memmove(v + 1, v, 7 * sizeof *v);
      v[4] += first;
      v[0] = first + second;
    }
    for (int i = 0; i < 8; ++i)
      hash[i] += v[i];
  }
  for (int i = 0; i < 8; ++i)
    snprintf(hex + 8 * i, 9, "%08x", hash[i]);
}

/* ---- The file ---------------------------------------------------------------------------------- */

static inline void
align(FILE* file)
{
  while (ftell(file) % 32)
    fputc(0, file);
}

static inline bool
ends_with(const char* text, const char* end)
{
  const size_t length = strlen(text), tail = strlen(end);
  return length >= tail && !strcmp(text + length - tail, end);
}

static inline void
put_values(FILE* file, const Tensor* tensor, uint32_t* state)
{
  for (uint64_t k = values(tensor); k > 0; --k) {
    *state = *state * 1664525u + 1013904223u;
    const float value = (float)(int32_t)*state / 4294967296.f; /* -0.5 ... 0.5 */
    if (tensor->type == I32)                                   /* `first` and `count` of bands */
      put_number(file, ends_with(tensor->name, ".first") ? k % 3 : (*state >> 20) % 3, 4);
    else if (tensor->type == F16)
      put_number(file, 0x3400u | (*state >> 16 & 0x83FFu), 2);
    else
      fwrite(&value, 4, 1, file);
  }
}

/* The caller frees it. */
static inline uint8_t*
write_model(const ModelFile* model, size_t* size)
{
  char *data = NULL, *whole = NULL, hex[65];
  size_t data_size = 0;
  uint64_t places[MAX_TENSORS];
  uint32_t state = model->seed;
  FILE* file = open_memstream(&data, &data_size);
  for (uint32_t k = 0; k < model->tensor_count; ++k) {
    align(file);
    places[k] = (uint64_t)ftell(file);
    put_values(file, &model->tensors[k], &state);
  }
  fclose(file);
  sha256((const uint8_t*)data, data_size, hex);

  file = open_memstream(&whole, size);
  fputs("GGUF", file);
  put_number(file, 3, 4);
  put_number(file, model->tensor_count, 8);
  put_number(file, 8 + (model->has_taps ? 2 : 0) + (model->task ? 1 : 0), 8);
  put_string_key(file, "general.architecture", "isolde");
  put_number_key(file, "isolde.format", 1);
  put_number_key(file, "isolde.rate", model->rate);
  put_number_key(file, "isolde.hop", model->hop);
  put_number_key(file, "isolde.window", model->window);
  put_number_key(file, "isolde.synthesis", model->synthesis);
  if (model->task)
    put_string_key(file, "isolde.task", model->task);
  if (model->has_taps) {
    put_number_key(file, "isolde.taps.before", model->before);
    put_number_key(file, "isolde.taps.after", model->after);
  }
  put_string_key(file, "isolde.graph", model->graph);
  put_string_key(file, "isolde.sha256", hex);
  for (uint32_t k = 0; k < model->tensor_count; ++k) {
    const Tensor* tensor = &model->tensors[k];
    put_text(file, tensor->name);
    put_number(file, tensor->axes, 4);
    for (uint32_t axis = tensor->axes; axis > 0; --axis)
      put_number(file, tensor->shape[axis - 1], 8);
    put_number(file, tensor->type, 4);
    put_number(file, places[k], 8);
  }
  align(file);
  fwrite(data, 1, data_size, file);
  fclose(file);
  free(data);
  return (uint8_t*)whole;
}
#endif
