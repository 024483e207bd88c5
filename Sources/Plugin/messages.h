/* Messages on the ports `control` and `notify`: which model is at work? */
#ifndef ISOLDE_MESSAGES_H
#define ISOLDE_MESSAGES_H
#include <lv2/atom/forge.h>
#include <lv2/urid/urid.h>

/** The parameter that names the model: atom:Path, readable. */
#define ISOLDE_MODEL_PARAMETER "urn:isolde:model"

/** Mapped URIs; all 0 when the host maps none, and then there are no messages. */
typedef struct
{
  LV2_Atom_Forge forge;
  LV2_URID get;
  LV2_URID set;
  LV2_URID property;
  LV2_URID value;
  LV2_URID model;
} messages;

/** `map` may be NULL. Not real-time safe. */
void messages_init(messages* self, LV2_URID_Map* map);

/** Answers every patch:Get in `control` with a patch:Set of the model's path, empty when there is
    none. Real-time safe. Both ports may be NULL. A patch:Set is not obeyed: an instance keeps its
    model. */
void messages_answer(messages* self,
                     const LV2_Atom_Sequence* control,
                     LV2_Atom_Sequence* notify,
                     const char* path);
#endif
