#include "state.h"

#include <lv2/core/lv2_util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Frees a path that the host has allocated, by the host's own function where it has one. */
static void
release(char* mapped, const LV2_Feature* const* features)
{
  LV2_State_Free_Path* free_path = lv2_features_data(features, LV2_STATE__freePath);
  if (mapped && free_path)
    free_path->free_path(free_path->handle, mapped);
  else
    free(mapped);
}

LV2_State_Status
state_save(const isolde_chooser* chooser,
           const messages* words,
           LV2_State_Store_Function store,
           LV2_State_Handle handle,
           const LV2_Feature* const* features)
{
  if (!words->model)
    return LV2_STATE_ERR_NO_FEATURE;
  char chosen[ISOLDE_CHOICE_SIZE];
  const bool is_name = isolde_chooser_store(chooser, chosen);
  LV2_State_Map_Path* map = is_name ? NULL : lv2_features_data(features, LV2_STATE__mapPath);
  char* mapped = map ? map->abstract_path(map->handle, chosen) : NULL;
  const char* stored = mapped ?: chosen;
  const LV2_State_Status status = store(handle,
                                        words->model,
                                        stored,
                                        strlen(stored) + 1,
                                        is_name ? words->forge.String : words->forge.Path,
                                        LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  release(mapped, features);
  return status;
}

LV2_State_Status
state_restore(const isolde_chooser* chooser,
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
  if (!stored) /* a preset: sessions always store a model */
    return LV2_STATE_SUCCESS;
  const bool is_name = type == words->forge.String;
  const bool is_text = (is_name || type == words->forge.Path) && size <= ISOLDE_CHOICE_SIZE;
  /* Carla's size of a string leaves out the 0 at its end. */
  char text[ISOLDE_CHOICE_SIZE + 1];
  snprintf(text, sizeof text, "%.*s", is_text ? (int)size : 0, stored);
  LV2_State_Map_Path* map = is_name ? NULL : lv2_features_data(features, LV2_STATE__mapPath);
  char* mapped = map && *text ? map->absolute_path(map->handle, text) : NULL;
  isolde_chooser_restore(chooser, mapped ?: text, is_name);
  release(mapped, features);
  return LV2_STATE_SUCCESS;
}
