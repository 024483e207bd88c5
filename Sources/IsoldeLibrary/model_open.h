/* Opens model files for the plug-ins and the command line, which name the file in their own messages. Internal: not
 * part of the library's interface.
 */
#ifndef ISOLDE_MODEL_OPEN_H
#define ISOLDE_MODEL_OPEN_H
#include "isolde.h"

/** Like isolde_model_open, but only for paths, and with a message that does not name the path. Setup threads. */
isolde_model* _Nullable isolde_file_open(const char* _Nonnull path, char* _Nullable message);
#endif
