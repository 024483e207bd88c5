/* Reads model files from disk, for Embedded Swift, which has no files.
 *
 * Nothing here waits for another process, whatever the path names: a FIFO or a device is opened without blocking, and
 * refused before it is read. No lock is held.
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

/** Opens a file. False, with the reason in `error`, when there is no file or it cannot be a model. Close it in
    either case. */
bool model_file_open(model_file* _Nonnull file, const char* _Nonnull path);

/** Reads the next `count` bytes; false, with the reason in `error`, when there are fewer. */
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

/** Identifies a file and its version: a file that has been rewritten is another one. */
typedef struct
{
  uint64_t device, number, size;
  int64_t written[2], changed[2]; /**< seconds, nanoseconds */
} model_file_identity;

/** False when there is no such file. */
bool model_file_identify(const char* _Nonnull path, model_file_identity* _Nonnull identity);

bool model_file_is_same(const model_file_identity* _Nonnull a,
                        const model_file_identity* _Nonnull b);

/** Writes the path without symbolic links into MODEL_FILE_PATH_SIZE bytes. False when there is no such file. */
bool model_file_resolve(const char* _Nonnull path, char* _Nonnull resolved);
#endif
