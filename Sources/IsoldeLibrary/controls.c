/* The table of controls, for the library's users. */
#include "isolde.h"
#include "limited.h"

isolde_controls
isolde_controls_default(void)
{
  return controls_default();
}

#define UNIT_DECIBELS "dB"
#define UNIT_PERCENT "%"
#define UNIT_CHOICE ""
#define UNIT_SWITCH ""
#define INFO(kind, id, name, initial, low, high, scope, comment) \
  { #id, name, UNIT_##kind, comment, initial, low, high, ISOLDE_##kind },

bool
isolde_control_get_info(uint32_t index, isolde_control_info* info)
{
  static const isolde_control_info table[] = { ISOLDE_CONTROLS(INFO) };
  if (index >= sizeof table / sizeof *table)
    return false;
  *info = table[index];
  return true;
}
