/* Model files for those who name the file in a line of their own: plug-in and command line. No part of the
 * library's interface.
 */
#ifndef ISOLDE_MODEL_OPEN_H
#define ISOLDE_MODEL_OPEN_H
#include "isolde.h"

/** As isolde_model_open, for a path alone, with a message that does not name it. Setup threads. */
isolde_model* _Nullable isolde_file_open(const char* _Nonnull path, char* _Nullable message);
#endif
