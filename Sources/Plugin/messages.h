/* Messages on the ports `control` and `notify`: the model in use, requests for another one, and the columns of
 * the window's spectrogram.
 */
#ifndef ISOLDE_MESSAGES_H
#define ISOLDE_MESSAGES_H
#include "columns.h"

#include <lv2/atom/forge.h>
#include <lv2/urid/urid.h>
#include <stdbool.h>

/** The parameter that holds the model: atom:Path, readable and writable. A saved state may also hold an
    atom:String, the name of a built-in model. */
#define ISOLDE_MODEL_PARAMETER "urn:isolde:model"

/** A patch:Set of this property, with any value, asks for columns of the spectrogram for the next two seconds. */
#define ISOLDE_WATCH "urn:isolde:watch"

/** Type of the object that carries one column of the spectrogram (columns.h), and the key of its atom:Chunk. */
#define ISOLDE_COLUMN "urn:isolde:column"

/** The window that all plug-ins share. */
#define ISOLDE_UI_URI "urn:isolde:window"

/** Mapped URIs. Without urid:map all are 0, and no messages are read or sent. */
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
  uint32_t room; /**< size of the port `notify` in this callback, bytes */
} messages;

/** `map` may be NULL. Not real-time safe. */
void messages_init(messages* self, LV2_URID_Map* map);

/* Real-time safe from here on. Both ports may be NULL. Returned pointers point into the port or the atom. */

/** The path that the last patch:Set in `control` asks for: empty for the built-in model, NULL when nothing is
    asked for. */
const char* messages_requested_model(const messages* self, const LV2_Atom_Sequence* control);

/** Whether a window asks for columns in `control`. */
bool messages_watch(const messages* self, const LV2_Atom_Sequence* control);

/** Adds a column of COLUMN_SIZE bytes at the frame `time`, after messages_answer; drops it when there is no
    room. */
void messages_column(messages* self,
                     LV2_Atom_Sequence* notify,
                     int64_t time,
                     const uint8_t* column);

/** The column in an atom of `size` bytes; NULL when it holds none. */
const uint8_t* messages_column_of(const messages* self, const LV2_Atom* atom, uint32_t size);

/** The model's path in a patch:Set of `size` bytes, empty for the built-in model; NULL when the atom is about
    something else. */
const char* messages_model(const messages* self, const LV2_Atom* atom, uint32_t size);

/** Begins `notify`, and answers every patch:Get in `control` with a patch:Set of the model's path (empty when
    there is no model). `announce` sends one more without being asked. */
void messages_answer(messages* self,
                     const LV2_Atom_Sequence* control,
                     LV2_Atom_Sequence* notify,
                     const char* path,
                     bool announce);
#endif
