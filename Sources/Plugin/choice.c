#include "choice.h"
#include "models.h"
#include "text.h"

#include <lv2/core/lv2_util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char extension[] = ".isolde";

/* ---- Names and paths --------------------------------------------------------------------------- */

static choice
choice_of_fallback(const chooser* self)
{
  choice made = { .built_in = true };
  snprintf(made.text, sizeof made.text, "%s", self->fallback);
  return made;
}

static bool
is_same_choice(const choice* a, const choice* b)
{
  return a->built_in == b->built_in && !strcmp(a->text, b->text);
}

/* A name is no path out of the folder. */
static choice
choice_from_name(const chooser* self, const char* name)
{
  choice made = { .built_in = true };
  if (!*name || strchr(name, '/'))
    return choice_of_fallback(self);
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
choice_from_path(const chooser* self, const char* path)
{
  if (!*path)
    return choice_of_fallback(self);
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

static void
release_model(void* owner)
{
  models_release(owner);
}

/* What is in the log is one line: characters of a path that would break it or steer a terminal are `?`. */
static void
complain(chooser* self, const choice* wanted, const char* message, const char* instead)
{
  char path[2 * CHOICE_SIZE];
  write_path(self, wanted, path, sizeof path);
  char* end = path;
  for (const char* from = path; *from;) {
    size_t length;
    const bool is_shown = text_is_shown((const uint8_t*)from, strlen(from), &length);
    if (is_shown && *from != '\n' && *from != '\t') {
      memmove(end, from, length);
      end += length;
    } else {
      *end++ = '?';
    }
    from += length;
  }
  *end = 0;
  lv2_log_error(&self->logger, "Isolde: %s: %s; %s\n", path, message, instead);
}

/* The model of a file, which may take its time: no lock is held. NULL, and a line in the log that ends with
   what is done `instead`, when it cannot be used. */
static model_use*
open_choice(chooser* self, const choice* wanted, const char* instead)
{
  char path[2 * CHOICE_SIZE];
  char message[ISOLDE_MESSAGE_SIZE];
  write_path(self, wanted, path, sizeof path);
  model_use* opened = models_acquire(path, message);
  if (!opened)
    complain(self, wanted, message, instead);
  return opened;
}

/* The stream goes over to the model; where there is no stream yet it begins with it. False, and the line in
   the log, when it cannot. */
static bool
use(chooser* self,
    const choice* wanted,
    model_use* opened,
    const isolde_stream_form* form,
    const char* instead)
{
  if (!opened)
    return false;
  char message[ISOLDE_MESSAGE_SIZE];
  const isolde_stream_model model = { opened->model, opened, release_model };
  const bool done = self->stream ? isolde_stream_give(self->stream, model, message)
                                 : (self->stream = isolde_stream_new(form, model, message)) != NULL;
  if (!done)
    complain(self, wanted, message, instead);
  return done;
}

static const char passing[] = "the input passes unchanged";

/* Without its model a plug-in passes the input on, as late as it would be with it: a session still loads
   and stays in time. */
bool
chooser_init(chooser* self,
             const char* bundle_path,
             const char* fallback,
             uint32_t latency,
             const isolde_stream_form* form,
             LV2_URID_Map* map,
             LV2_Log_Log* log)
{
  pthread_mutex_init(&self->lock, NULL);
  lv2_log_logger_init(&self->logger, map, log);
  const char* slash = strcmp(strrchr(bundle_path, '/') ?: "", "/") ? "/" : "";
  snprintf(self->folder, sizeof self->folder, "%s%smodels/", bundle_path, slash);
  self->fallback = fallback;
  self->chosen = choice_of_fallback(self);
  model_use* opened = open_choice(self, &self->chosen, passing);
  self->is_missing = !use(self, &self->chosen, opened, form, passing);
  if (self->is_missing)
    self->stream = isolde_stream_new_passing(form, latency);
  return self->stream;
}

void
chooser_free(chooser* self)
{
  isolde_stream_free(self->stream);
  pthread_mutex_destroy(&self->lock);
}

/* Wishes may come from several threads and files may be slow: the later wish counts. */
static unsigned long
draw(chooser* self)
{
  pthread_mutex_lock(&self->lock);
  const unsigned long turn = ++self->drawn;
  pthread_mutex_unlock(&self->lock);
  return turn;
}

void
chooser_ask(chooser* self, const char* path)
{
  static const char staying[] = "the model stays";
  const unsigned long turn = draw(self);
  const choice asked = choice_from_path(self, path);
  model_use* opened = open_choice(self, &asked, staying);
  if (!opened)
    return;
  pthread_mutex_lock(&self->lock);
  const bool is_late = turn < self->settled;
  if (!is_late && use(self, &asked, opened, NULL, staying)) {
    self->chosen = asked;
    self->is_missing = false;
    self->settled = turn;
  }
  pthread_mutex_unlock(&self->lock);
  if (is_late)
    models_release(opened);
}

const char*
chooser_path(const chooser* self)
{
  const model_use* newest = isolde_stream_newest(self->stream);
  return newest ? newest->path : "";
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
  const choice made = self->chosen;
  pthread_mutex_unlock(&self->lock);
  const uint32_t flags = LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE;
  if (!made.built_in)
    return save_path(made.text, words, store, handle, flags, features);
  return store(handle, words->model, made.text, strlen(made.text) + 1, words->forge.String, flags);
}

/* What a state says that stores a model; the fallback where it cannot be read. Carla's size of a text leaves
   out the 0 at its end. */
static choice
choice_from_state(const chooser* self,
                  const messages* words,
                  const char* stored,
                  size_t size,
                  uint32_t type,
                  const LV2_Feature* const* features)
{
  if (!size || size > CHOICE_SIZE)
    return choice_of_fallback(self);
  char text[CHOICE_SIZE + 1];
  snprintf(text, sizeof text, "%.*s", (int)size, stored);
  if (type == words->forge.String)
    return choice_from_name(self, text);
  if (type != words->forge.Path)
    return choice_of_fallback(self);
  LV2_State_Map_Path* map = lv2_features_data(features, LV2_STATE__mapPath);
  char* mapped = map && *text ? map->absolute_path(map->handle, text) : NULL;
  const choice made = choice_from_path(self, mapped ? mapped : text);
  release(mapped, features);
  return made;
}

/* The state keeps `made` from now on. True when nothing is to be opened for it. */
static bool
settle(chooser* self, const choice* made, unsigned long turn)
{
  pthread_mutex_lock(&self->lock);
  const bool is_done =
    turn < self->settled || (is_same_choice(made, &self->chosen) && !self->is_missing);
  if (turn > self->settled) {
    self->settled = turn;
    if (!is_done) {
      self->chosen = *made;
      self->is_missing = true; /* until it is opened */
    }
  }
  pthread_mutex_unlock(&self->lock);
  return is_done;
}

/* Opens a model for the choice that was settled in that turn, the choice itself or what stands in for it.
   False when it cannot be used. */
static bool
go_over(chooser* self, const choice* wanted, unsigned long turn, const char* instead)
{
  model_use* opened = open_choice(self, wanted, instead);
  if (!opened)
    return false;
  bool done = true;
  pthread_mutex_lock(&self->lock);
  const bool is_late = turn < self->settled;
  if (!is_late) {
    done = use(self, wanted, opened, NULL, instead);
    if (done && is_same_choice(wanted, &self->chosen))
      self->is_missing = false;
  }
  pthread_mutex_unlock(&self->lock);
  if (is_late)
    models_release(opened);
  return done;
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
  size_t size = 0;
  uint32_t type = 0, flags = 0;
  const char* stored = retrieve(handle, words->model, &size, &type, &flags);
  if (!stored) /* as in a preset: sessions always store one */
    return LV2_STATE_SUCCESS;
  const unsigned long turn = draw(self);
  const choice made = choice_from_state(self, words, stored, size, type, features);
  if (settle(self, &made, turn))
    return LV2_STATE_SUCCESS;
  if (!go_over(self, &made, turn, "the built-in model takes its place")) {
    const choice fallback = choice_of_fallback(self);
    if (!go_over(self, &fallback, turn, passing)) {
      pthread_mutex_lock(&self->lock);
      if (turn == self->settled)
        isolde_stream_give_nothing(self->stream);
      pthread_mutex_unlock(&self->lock);
    }
  }
  return LV2_STATE_SUCCESS;
}
