/* Which model an instance is to use: opens it, keeps the choice for the state. */
#ifndef ISOLDE_CHOICE_H
#define ISOLDE_CHOICE_H
#include "handover.h"
#include "messages.h"

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
  const char* standard;     /**< name of the plug-in's own model */
  uint32_t latency;         /**< of that model, samples at 48 kHz */
  engine_form form;
  handover* stream;
  LV2_Log_Logger logger;
  pthread_mutex_t lock; /**< around `made` and its engine */
  choice made;          /**< what the state keeps */
  bool is_missing;      /**< `made` could not be opened, and another is at work */
} chooser;

/** Opens the standard model; without it the input passes. False when there is no memory. */
bool chooser_init(chooser* self,
                  const char* bundle_path,
                  const char* standard,
                  uint32_t latency,
                  const engine_form* form,
                  LV2_URID_Map* map,
                  LV2_Log_Log* log);
void chooser_free(chooser* self);

/** Opens the model of a file, the standard one for an empty path. One that cannot be used is reported,
    and the one at work stays. */
void chooser_ask(chooser* self, const char* path);

LV2_State_Status chooser_save(chooser* self,
                              const messages* words,
                              LV2_State_Store_Function store,
                              LV2_State_Handle handle,
                              const LV2_Feature* const* features);

/** A model that cannot be used is reported and stays in the state; the standard one takes its place. */
LV2_State_Status chooser_restore(chooser* self,
                                 const messages* words,
                                 LV2_State_Retrieve_Function retrieve,
                                 LV2_State_Handle handle,
                                 const LV2_Feature* const* features);
#endif
