/* The table of Isolde's controls: names, ranges, defaults and units. The plug-ins' ports, the options of the command
 * line and the library's structure are all made from it. isolde.h includes this file.
 */
#ifndef ISOLDE_CONTROLS_H
#define ISOLDE_CONTROLS_H
#include <stdbool.h>
#include <stdint.h>

/* One row a control:
 *
 *   X(kind, id, name, default, minimum, maximum, scope, comment)
 *
 * kind    DECIBELS and PERCENT are float, CHOICE is int32_t, SWITCH is bool
 * id      field of isolde_controls and symbol of the port: never changed; also the option of the command line,
 *         but for `ambience` (--background) and `enabled` (none)
 * scope   MIX: for a mix of the stems; SEPARATE: for separate stems too; RESTORE: where a model adds to
 *         the recording; ALL: everywhere
 *
 * Rows are in the order of the ports. Add new rows at the end of ISOLDE_LATER_CONTROLS, so that existing ports keep
 * their indices.
 */
/* clang-format off */

#define ISOLDE_FIRST_CONTROLS(X) \
  X(SWITCH, enabled, "Enabled", 1, 0, 1, ALL, \
    "Bypass when off: the input with unchanged timing; Stems pass it to Voice.") \
  X(DECIBELS, voice, "Voice Level", 0, -60, 12, MIX, \
    "Direct sound and early reflections of all talkers. -60 dB is off.") \
  X(DECIBELS, reverb, "Reverb Level", -12, -60, 12, MIX, \
    "Late reverberation of the voice. -60 dB is off.") \
  X(DECIBELS, ambience, "Background Level", -24, -60, 12, MIX, \
    "Everything except voice and reverb: noise, hum, traffic, music. -60 dB is off.") \
  X(PERCENT, sensitivity, "Sensitivity", 0, -100, 100, SEPARATE, \
    "Raise it if the voice sounds thin; lower it if noise remains.") \
  X(CHOICE, listen, "Listen", 0, 0, 4, MIX, \
    "What is heard: the mix, a single stem at 0 dB, or what the mix removes.")

#define ISOLDE_LATER_CONTROLS(X) \
  X(DECIBELS, trim, "Output Trim", 0, -12, 12, MIX, \
    "Level of the output. Bypass and meters do not change with it.") \
  X(DECIBELS, amount, "Amount", 0, -60, 12, RESTORE, \
    "Level of what the model adds to the recording. -60 dB is off.")

#define ISOLDE_CONTROLS(X) ISOLDE_FIRST_CONTROLS(X) ISOLDE_LATER_CONTROLS(X)

/* The choices of `listen`: X(id, value, name). */
#define ISOLDE_LISTEN_CHOICES(X) \
  X(MIX, 0, "Mix") \
  X(VOICE, 1, "Voice") \
  X(REVERB, 2, "Reverb") \
  X(AMBIENCE, 3, "Background") \
  X(REMOVED, 4, "Difference (what is removed)")

/* clang-format on */

#define ISOLDE_LISTEN_VALUE(id, value, name) ISOLDE_LISTEN_##id = value,

/** The choices of `listen`. The last one plays the delayed input minus the mix. */
typedef enum
{
  ISOLDE_LISTEN_CHOICES(ISOLDE_LISTEN_VALUE)
} isolde_listen;

/** Kinds of controls, with their types. */
typedef enum
{
  ISOLDE_DECIBELS, /**< float */
  ISOLDE_PERCENT,  /**< float */
  ISOLDE_CHOICE,   /**< int32_t */
  ISOLDE_SWITCH,   /**< bool */
} isolde_control_kind;

#define ISOLDE_TYPE_DECIBELS float
#define ISOLDE_TYPE_PERCENT float
#define ISOLDE_TYPE_CHOICE int32_t
#define ISOLDE_TYPE_SWITCH bool
#define ISOLDE_FIELD(kind, id, ...) ISOLDE_TYPE_##kind id;

/** The controls of a mix: voice, reverb, ambience (the background), trim and amount in dB, sensitivity
    in %, listen (isolde_listen), enabled. Start from isolde_controls_default(): in a structure of zeros
    `enabled` is false, and the output is the delayed input. */
typedef struct
{
  ISOLDE_CONTROLS(ISOLDE_FIELD)
} isolde_controls;
#endif
