/* Saves the choice of a model in the session, and restores it. */
#ifndef ISOLDE_STATE_H
#define ISOLDE_STATE_H
#include "chooser.h"
#include "messages.h"

#include <lv2/state/state.h>

/** Stores the name of a built-in model, or the path of another one, mapped by the host where it offers that. */
LV2_State_Status state_save(const isolde_chooser* chooser,
                            const messages* words,
                            LV2_State_Store_Function store,
                            LV2_State_Handle handle,
                            const LV2_Feature* const* features);

/** Restores what state_save stored. A state without a model, such as a preset, leaves the current choice. */
LV2_State_Status state_restore(const isolde_chooser* chooser,
                               const messages* words,
                               LV2_State_Retrieve_Function retrieve,
                               LV2_State_Handle handle,
                               const LV2_Feature* const* features);
#endif
