#include "messages.h"

#include <lv2/atom/util.h>
#include <lv2/patch/patch.h>
#include <string.h>

void
messages_init(messages* self, LV2_URID_Map* map)
{
  memset(self, 0, sizeof *self);
  if (!map)
    return;
  lv2_atom_forge_init(&self->forge, map);
  self->get = map->map(map->handle, LV2_PATCH__Get);
  self->set = map->map(map->handle, LV2_PATCH__Set);
  self->property = map->map(map->handle, LV2_PATCH__property);
  self->value = map->map(map->handle, LV2_PATCH__value);
  self->model = map->map(map->handle, ISOLDE_MODEL_PARAMETER);
  self->watch = map->map(map->handle, ISOLDE_WATCH);
  self->column = map->map(map->handle, ISOLDE_COLUMN);
}

/* ---- Untrusted atoms: a search stops at the first one that reaches beyond its container --------- */

/* Whether the atom ends at `end` or before. */
static bool
is_whole(const LV2_Atom* atom, const uint8_t* end)
{
  const uint8_t* body = (const uint8_t*)(atom + 1);
  return body <= end && atom->size <= (size_t)(end - body);
}

/* The first event, or the one after `event`; NULL when there is none. */
static const LV2_Atom_Event*
next_event(const LV2_Atom_Sequence* sequence, const LV2_Atom_Event* event)
{
  if (sequence->atom.size < sizeof sequence->body)
    return NULL;
  const uint8_t* end = (const uint8_t*)&sequence->body + sequence->atom.size;
  const uint8_t* at = (const uint8_t*)(sequence + 1);
  if (event)
    at = (const uint8_t*)(event + 1) + lv2_atom_pad_size(event->body.size);
  const LV2_Atom_Event* next = (const LV2_Atom_Event*)at;
  return at + sizeof *next <= end && is_whole(&next->body, end) ? next : NULL;
}

/* The property `key`; NULL when there is none. */
static const LV2_Atom*
find_property(const LV2_Atom_Object* object, LV2_URID key)
{
  const uint8_t* end = (const uint8_t*)&object->body + object->atom.size;
  const uint8_t* at = (const uint8_t*)(object + 1);
  while (at + sizeof(LV2_Atom_Property_Body) <= end) {
    const LV2_Atom_Property_Body* property = (const LV2_Atom_Property_Body*)at;
    if (!is_whole(&property->value, end))
      break;
    if (property->key == key)
      return &property->value;
    at += sizeof *property + lv2_atom_pad_size(property->value.size);
  }
  return NULL;
}

/* ---- Messages ---------------------------------------------------------------------------------- */

/* The atom as an object of type `type`; NULL when it is not one. */
static const LV2_Atom_Object*
object_of(const messages* self, const LV2_Atom* atom, LV2_URID type)
{
  if (!lv2_atom_forge_is_object_type(&self->forge, atom->type))
    return NULL;
  const LV2_Atom_Object* object = (const LV2_Atom_Object*)atom;
  return atom->size >= sizeof object->body && object->body.otype == type ? object : NULL;
}

static bool
names(const messages* self, const LV2_Atom* property, LV2_URID uri)
{
  return property && property->type == self->forge.URID && property->size >= sizeof(LV2_URID) &&
         ((const LV2_Atom_URID*)property)->body == uri;
}

/* Whether the atom is a patch message of type `type` about the model; `value` receives its value, or NULL. A
   patch:Get without a property asks for all properties, so it counts. */
static bool
is_about_model(const messages* self, const LV2_Atom* atom, LV2_URID type, const LV2_Atom** value)
{
  const LV2_Atom_Object* object = object_of(self, atom, type);
  if (!object)
    return false;
  *value = find_property(object, self->value);
  const LV2_Atom* property = find_property(object, self->property);
  if (!property)
    return type == self->get;
  return names(self, property, self->model);
}

static bool
is_sequence(const messages* self, const LV2_Atom_Sequence* control)
{
  return self->get && control && control->atom.type == self->forge.Sequence;
}

/* As messages_model, for an atom known to be whole. */
static const char*
model_of(const messages* self, const LV2_Atom* atom)
{
  const LV2_Atom* value = NULL;
  if (!is_about_model(self, atom, self->set, &value) || !value)
    return NULL;
  if (value->type != self->forge.Path && value->type != self->forge.String)
    return NULL;
  const char* path = (const char*)(value + 1);
  if (value->size == 0)
    return "";
  return path[value->size - 1] ? NULL : path;
}

const char*
messages_model(const messages* self, const LV2_Atom* atom, uint32_t size)
{
  const bool is_there = self->get && size >= sizeof *atom;
  return is_there && is_whole(atom, (const uint8_t*)atom + size) ? model_of(self, atom) : NULL;
}

const char*
messages_requested_model(const messages* self, const LV2_Atom_Sequence* control)
{
  if (!is_sequence(self, control))
    return NULL;
  const char* path = NULL;
  for (const LV2_Atom_Event* event = NULL; (event = next_event(control, event));)
    path = model_of(self, &event->body) ?: path;
  return path;
}

bool
messages_watch(const messages* self, const LV2_Atom_Sequence* control)
{
  if (!is_sequence(self, control))
    return false;
  for (const LV2_Atom_Event* event = NULL; (event = next_event(control, event));) {
    const LV2_Atom_Object* object = object_of(self, &event->body, self->set);
    if (object && names(self, find_property(object, self->property), self->watch))
      return true;
  }
  return false;
}

void
messages_column(messages* self, LV2_Atom_Sequence* notify, int64_t time, const uint8_t* column)
{
  if (!self->room || !notify)
    return;
  const struct
  {
    LV2_Atom_Event event;
    LV2_Atom_Object_Body object;
    LV2_Atom_Property_Body property;
  } head = {
    { { time }, { sizeof head - sizeof head.event + COLUMN_SIZE, self->forge.Object } },
    { 0, self->column },
    { self->column, 0, { COLUMN_SIZE, self->forge.Chunk } },
  };
  const uint32_t used = (uint32_t)sizeof(LV2_Atom) + notify->atom.size;
  const uint32_t bytes = sizeof head + COLUMN_SIZE; /* a multiple of 8, as atoms must be */
  if (self->room < used || self->room - used < bytes)
    return;
  memcpy((uint8_t*)notify + used, &head, sizeof head);
  memcpy((uint8_t*)notify + used + sizeof head, column, COLUMN_SIZE);
  notify->atom.size += bytes;
}

const uint8_t*
messages_column_of(const messages* self, const LV2_Atom* atom, uint32_t size)
{
  if (!self->get || size < sizeof *atom || !is_whole(atom, (const uint8_t*)atom + size))
    return NULL;
  const LV2_Atom_Object* object = object_of(self, atom, self->column);
  const LV2_Atom* column = object ? find_property(object, self->column) : NULL;
  return column && column->size == COLUMN_SIZE ? (const uint8_t*)(column + 1) : NULL;
}

/* Appends a patch:Set of the model's path; leaves it out when there is no room. */
static void
send_model(messages* self, int64_t time, const char* path)
{
  LV2_Atom_Forge* forge = &self->forge;
  const uint32_t length = (uint32_t)strlen(path);
  const uint32_t around_path = 96; /* bytes of the event without the path, rounded up */
  if (forge->size - forge->offset < around_path + length)
    return;
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_frame_time(forge, time);
  lv2_atom_forge_object(forge, &frame, 0, self->set);
  lv2_atom_forge_key(forge, self->property);
  lv2_atom_forge_urid(forge, self->model);
  lv2_atom_forge_key(forge, self->value);
  lv2_atom_forge_path(forge, path, length);
  lv2_atom_forge_pop(forge, &frame);
}

void
messages_answer(messages* self,
                const LV2_Atom_Sequence* control,
                LV2_Atom_Sequence* notify,
                const char* path,
                bool announce)
{
  self->room = 0;
  if (!notify)
    return;
  const uint32_t capacity = notify->atom.size;
  notify->atom.size = 0;
  if (!self->get || capacity < sizeof *notify)
    return;
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_set_buffer(&self->forge, (uint8_t*)notify, capacity);
  lv2_atom_forge_sequence_head(&self->forge, &frame, 0);
  if (announce)
    send_model(self, 0, path);
  if (is_sequence(self, control)) {
    for (const LV2_Atom_Event* event = NULL; (event = next_event(control, event));) {
      const LV2_Atom* value = NULL;
      if (is_about_model(self, &event->body, self->get, &value))
        send_model(self, event->time.frames, path);
    }
  }
  lv2_atom_forge_pop(&self->forge, &frame);
  self->room = capacity;
}
