/* Messages on the ports `control` and `notify`: which model is at work, and which is to be? */
#ifndef ISOLDE_MESSAGES_H
#define ISOLDE_MESSAGES_H
#include "columns.h"

#include <lv2/atom/forge.h>
#include <lv2/urid/urid.h>
#include <stdbool.h>

/** The parameter that names the model: atom:Path, readable and writable; in a state also atom:String,
    the name of a built-in model. */
#define ISOLDE_MODEL_PARAMETER "urn:isolde:model"

/** A patch:Set of this property, whatever its value, says that a window watches; it holds for two seconds. */
#define ISOLDE_WATCH "urn:isolde:watch"

/** An object of this type holds a column of the spectrogram (columns.h), an atom:Chunk by the same name. */
#define ISOLDE_COLUMN "urn:isolde:column"

/** The window of all plug-ins. */
#define ISOLDE_UI_URI "urn:isolde:window"

/** Mapped URIs; all 0 when the host maps none, and then there are no messages. */
typedef struct
{
  LV2_Atom_Forge forge;
  LV2_URID get;
  LV2_URID set;
  LV2_URID property;
  LV2_URID value;
  LV2_URID model;
  LV2_URID watch;
  LV2_URID column;
  uint32_t room; /**< bytes of the port `notify` in this callback */
} messages;

/** `map` may be NULL. Not real-time safe. */
void messages_init(messages* self, LV2_URID_Map* map);

/* Real-time safe from here on. Both ports may be NULL. */

/** The path that the last patch:Set in `control` asks for: empty for the built-in model, NULL when none
    asks. It lies in the port. */
const char* messages_wish(const messages* self, const LV2_Atom_Sequence* control);

/** Whether a window tells in `control` that it watches. */
bool messages_watch(const messages* self, const LV2_Atom_Sequence* control);

/** After messages_answer: adds a column of COLUMN_SIZE bytes at the frame `time`; where there is no room it is
    lost. */
void messages_column(messages* self,
                     LV2_Atom_Sequence* notify,
                     int64_t time,
                     const uint8_t* column);

/** The column in an atom of `size` bytes; NULL when it holds none. It lies in the atom. */
const uint8_t* messages_column_of(const messages* self, const LV2_Atom* atom, uint32_t size);

/** The model that a patch:Set names, an atom of `size` bytes: its path, empty for the built-in one; NULL when it
    is about something else. It lies in the atom. */
const char* messages_model(const messages* self, const LV2_Atom* atom, uint32_t size);

/** Answers every patch:Get in `control` with a patch:Set of the model's path, empty when there is none;
    one more when it is to be announced. */
void messages_answer(messages* self,
                     const LV2_Atom_Sequence* control,
                     LV2_Atom_Sequence* notify,
                     const char* path,
                     bool announce);
#endif
