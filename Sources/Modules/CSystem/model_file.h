/* Model files on the disk: Embedded Swift has no files.
 *
 * Whatever the path names, nothing here waits for another process: a FIFO or a device is opened without
 * blocking and refused before it is read. No lock is held.
 */
#ifndef ISOLDE_MODEL_FILE_H
#define ISOLDE_MODEL_FILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct
{
  int file;        /**< -1: not open */
  size_t size;     /**< bytes */
  bool is_missing; /**< there is no such file */
  char error[128];
} model_file;

/** False, and why in `error`, when there is none or none that can be a model. Close it either way. */
bool model_file_open(model_file* _Nonnull file, const char* _Nonnull path);

/** Reads the next `count` bytes; false, and why in `error`, unless there are as many. */
bool model_file_read(model_file* _Nonnull file, void* _Nonnull bytes, size_t count);

void model_file_close(model_file* _Nonnull file);

/** Why the last of these functions returned false. */
static inline const char* _Nonnull model_file_error(const model_file* _Nonnull file)
{
  return file->error;
}

/* ---- Which file it is ------------------------------------------------------------------------------ */

enum
{
  MODEL_FILE_PATH_SIZE = 4096 /* bytes of a path, with the 0 at its end */
};

/** What tells files apart; a file that was written again is another one. */
typedef struct
{
  uint64_t device, number, size;
  int64_t written[2], changed[2]; /**< seconds, nanoseconds */
} model_file_identity;

/** False when there is no such file. */
bool model_file_identify(const char* _Nonnull path, model_file_identity* _Nonnull identity);

bool model_file_is_same(const model_file_identity* _Nonnull a,
                        const model_file_identity* _Nonnull b);

/** The path without symbolic links, into MODEL_FILE_PATH_SIZE bytes. False when there is no such file. */
bool model_file_resolve(const char* _Nonnull path, char* _Nonnull resolved);
#endif
