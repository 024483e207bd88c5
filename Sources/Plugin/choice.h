/* Which model an instance is to use: opens it, keeps the choice for the state. */
#ifndef ISOLDE_CHOICE_H
#define ISOLDE_CHOICE_H
#include "messages.h"
#include "stream.h"

#include <lv2/log/logger.h>
#include <lv2/state/state.h>
#include <pthread.h>

enum
{
  CHOICE_SIZE = 4096 /* bytes of a name or a path */
};

/** A model of the bundle by its name, or a file by its path. */
typedef struct
{
  bool built_in;
  char text[CHOICE_SIZE];
} choice;

/** What is needed to open models. No function here is real-time safe. */
typedef struct
{
  char folder[CHOICE_SIZE]; /**< of the bundle's models, with a slash at the end */
  const char* fallback;     /**< name of the plug-in's own model */
  isolde_stream* stream;
  LV2_Log_Logger logger;
  pthread_mutex_t
    lock;          /**< around what follows and the stream's model; not held while a file is read */
  choice chosen;   /**< what the state keeps */
  bool is_missing; /**< `chosen` could not be opened, and another is at work */
  unsigned long drawn;   /**< turns: every wish has one */
  unsigned long settled; /**< turn of `chosen` */
} chooser;

/** Opens the fallback and begins the stream with it; without it the input passes, `latency` late
    (samples at 48 kHz). False when there is no memory. */
bool chooser_init(chooser* self,
                  const char* bundle_path,
                  const char* fallback,
                  uint32_t latency,
                  const isolde_stream_form* form,
                  LV2_URID_Map* map,
                  LV2_Log_Log* log);
void chooser_free(chooser* self);

/** Opens the model of a file, the fallback for an empty path. One that cannot be used is reported, and
    the one at work stays. */
void chooser_ask(chooser* self, const char* path);

/** The path of the model that runs or is to; empty when the input passes. Real-time safe. */
const char* chooser_path(const chooser* self);

LV2_State_Status chooser_save(chooser* self,
                              const messages* words,
                              LV2_State_Store_Function store,
                              LV2_State_Handle handle,
                              const LV2_Feature* const* features);

/** A model that cannot be used is reported and stays in the state; the fallback takes its place. A state
    without a model, as a preset has it, leaves the one that was chosen. */
LV2_State_Status chooser_restore(chooser* self,
                                 const messages* words,
                                 LV2_State_Retrieve_Function retrieve,
                                 LV2_State_Handle handle,
                                 const LV2_Feature* const* features);
#endif
