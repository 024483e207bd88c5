/* The model in a session's state. */
#ifndef ISOLDE_STATE_H
#define ISOLDE_STATE_H
#include "chooser.h"
#include "messages.h"

#include <lv2/state/state.h>

/** Stores the name of a built-in model, or a path, which the host may map. */
LV2_State_Status state_save(const isolde_chooser* chooser,
                            const messages* words,
                            LV2_State_Store_Function store,
                            LV2_State_Handle handle,
                            const LV2_Feature* const* features);

/** Takes what state_save has stored. A state without a model, as a preset has it, leaves the one that was
    chosen. */
LV2_State_Status state_restore(const isolde_chooser* chooser,
                               const messages* words,
                               LV2_State_Retrieve_Function retrieve,
                               LV2_State_Handle handle,
                               const LV2_Feature* const* features);
#endif
