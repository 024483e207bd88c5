#include "choice.h"

#include <lv2/core/lv2_util.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char extension[] = ".isolde";

/* ---- Names and paths --------------------------------------------------------------------------- */

static choice
standard(const chooser* self)
{
  choice made = { .built_in = true };
  snprintf(made.text, sizeof made.text, "%s", self->standard);
  return made;
}

/* A name is no path out of the folder. */
static choice
named(const chooser* self, const char* name)
{
  choice made = { .built_in = true };
  if (!*name || strchr(name, '/'))
    return standard(self);
  snprintf(made.text, sizeof made.text, "%s", name);
  return made;
}

static bool
starts_with(const char* text, const char* beginning)
{
  return !strncmp(text, beginning, strlen(beginning));
}

/* A file of the bundle's folder is known by its name, so that it is found after an update of Isolde. */
static choice
filed(const chooser* self, const char* path)
{
  if (!*path)
    return standard(self);
  choice made = { .built_in = false };
  snprintf(made.text, sizeof made.text, "%s", path);
  char* real = realpath(path, NULL);
  char* folder = realpath(self->folder, NULL);
  if (real && folder && starts_with(real, folder) && real[strlen(folder)] == '/') {
    const char* name = real + strlen(folder) + 1;
    const size_t length = strlen(name);
    const size_t tail = sizeof extension - 1;
    if (!strchr(name, '/') && length > tail && !strcmp(name + length - tail, extension)) {
      made.built_in = true;
      snprintf(made.text, sizeof made.text, "%.*s", (int)(length - tail), name);
    }
  }
  free(folder);
  free(real);
  return made;
}

static void
write_path(const chooser* self, const choice* made, char* path, size_t size)
{
  if (made->built_in)
    snprintf(path, size, "%s%s%s", self->folder, made->text, extension);
  else
    snprintf(path, size, "%s", made->text);
}

/* ---- Opening ----------------------------------------------------------------------------------- */

static engine*
open_choice(chooser* self, const choice* made, const char* otherwise)
{
  char path[2 * CHOICE_SIZE];
  char message[ISOLDE_MESSAGE_SIZE];
  write_path(self, made, path, sizeof path);
  engine* opened = engine_open(path, &self->form, message);
  if (!opened)
    lv2_log_error(&self->logger, "Isolde: %s: %s; %s\n", path, message, otherwise);
  return opened;
}

/* Without its model a plug-in passes the input on, as late as it would be with it: a session still loads
   and stays in time. */
static engine*
open_standard(chooser* self)
{
  const choice made = standard(self);
  engine* opened = open_choice(self, &made, "the input passes unchanged");
  if (opened)
    return opened;
  const double late = self->form.rate * self->latency / 48000;
  if (!self->form.latency)
    self->form.latency = (uint32_t)lrint(fmin(fmax(late, 1), 4.0 * self->latency)); /* 192 kHz */
  return engine_passing(&self->form);
}

bool
chooser_init(chooser* self,
             const char* bundle_path,
             const char* standard_name,
             uint32_t latency,
             const engine_form* form,
             LV2_URID_Map* map,
             LV2_Log_Log* log)
{
  pthread_mutex_init(&self->lock, NULL);
  lv2_log_logger_init(&self->logger, map, log);
  const char* slash = strcmp(strrchr(bundle_path, '/') ?: "", "/") ? "/" : "";
  snprintf(self->folder, sizeof self->folder, "%s%smodels/", bundle_path, slash);
  self->standard = standard_name;
  self->latency = latency;
  self->form = *form;
  self->made = standard(self);
  engine* first = open_standard(self);
  if (!first)
    return false;
  self->is_missing = !*engine_path(first);
  self->form.latency = engine_latency(first);
  self->stream = handover_new(first, &self->form);
  return self->stream;
}

void
chooser_free(chooser* self)
{
  handover_free(self->stream);
  pthread_mutex_destroy(&self->lock);
}

void
chooser_ask(chooser* self, const char* path)
{
  const choice asked = filed(self, path);
  pthread_mutex_lock(&self->lock);
  engine* opened = open_choice(self, &asked, "the model stays");
  if (opened) {
    self->made = asked;
    self->is_missing = false;
    handover_give(self->stream, opened);
  }
  pthread_mutex_unlock(&self->lock);
}

/* ---- State ------------------------------------------------------------------------------------- */

/* What the host has allocated, the host frees. */
static void
release(char* mapped, const LV2_Feature* const* features)
{
  LV2_State_Free_Path* free_path = lv2_features_data(features, LV2_STATE__freePath);
  if (mapped && free_path)
    free_path->free_path(free_path->handle, mapped);
  else
    free(mapped);
}

static LV2_State_Status
save_path(const char* path,
          const messages* words,
          LV2_State_Store_Function store,
          LV2_State_Handle handle,
          uint32_t flags,
          const LV2_Feature* const* features)
{
  LV2_State_Map_Path* map = lv2_features_data(features, LV2_STATE__mapPath);
  char* mapped = map ? map->abstract_path(map->handle, path) : NULL;
  const char* stored = mapped ? mapped : path;
  const LV2_State_Status status =
    store(handle, words->model, stored, strlen(stored) + 1, words->forge.Path, flags);
  release(mapped, features);
  return status;
}

LV2_State_Status
chooser_save(chooser* self,
             const messages* words,
             LV2_State_Store_Function store,
             LV2_State_Handle handle,
             const LV2_Feature* const* features)
{
  if (!words->model)
    return LV2_STATE_ERR_NO_FEATURE;
  pthread_mutex_lock(&self->lock);
  const choice made = self->made;
  pthread_mutex_unlock(&self->lock);
  const uint32_t flags = LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE;
  if (!made.built_in)
    return save_path(made.text, words, store, handle, flags, features);
  return store(handle, words->model, made.text, strlen(made.text) + 1, words->forge.String, flags);
}

/* What the state says; a state without a model, as a preset has it, is the standard one. Carla's size of a
   text leaves out the 0 at its end. */
static choice
stored_choice(const chooser* self,
              const messages* words,
              LV2_State_Retrieve_Function retrieve,
              LV2_State_Handle handle,
              const LV2_Feature* const* features)
{
  size_t size = 0;
  uint32_t type = 0, flags = 0;
  const char* stored = retrieve(handle, words->model, &size, &type, &flags);
  if (!stored || !size || size > CHOICE_SIZE)
    return standard(self);
  char text[CHOICE_SIZE + 1];
  snprintf(text, sizeof text, "%.*s", (int)size, stored);
  if (type == words->forge.String)
    return named(self, text);
  if (type != words->forge.Path)
    return standard(self);
  LV2_State_Map_Path* map = lv2_features_data(features, LV2_STATE__mapPath);
  char* mapped = map && *text ? map->absolute_path(map->handle, text) : NULL;
  const choice made = filed(self, mapped ? mapped : text);
  release(mapped, features);
  return made;
}

LV2_State_Status
chooser_restore(chooser* self,
                const messages* words,
                LV2_State_Retrieve_Function retrieve,
                LV2_State_Handle handle,
                const LV2_Feature* const* features)
{
  if (!words->model)
    return LV2_STATE_ERR_NO_FEATURE;
  const choice made = stored_choice(self, words, retrieve, handle, features);
  pthread_mutex_lock(&self->lock);
  const bool same = made.built_in == self->made.built_in && !strcmp(made.text, self->made.text);
  if (!same || self->is_missing) {
    engine* opened = open_choice(self, &made, "the built-in model takes its place");
    self->is_missing = !opened;
    self->made = made;
    if (!opened)
      opened = open_standard(self);
    if (opened)
      handover_give(self->stream, opened);
  }
  pthread_mutex_unlock(&self->lock);
  return LV2_STATE_SUCCESS;
}
