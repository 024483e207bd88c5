/* What a host gives a plug-in that loads models: URIs, a worker, a log, a state with paths, messages. */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H
#include "plug.h"

#include <lv2/atom/forge.h>
#include <lv2/log/log.h>
#include <lv2/patch/patch.h>
#include <lv2/state/state.h>
#include <lv2/worker/worker.h>
#include <stdarg.h>

#define MODEL_URI "urn:isolde:model"

enum
{
  MAX_URIS = 100,
  QUEUE = 8,
  MESSAGE_BYTES = 5000,
  LOG_BYTES = 2000,
};

/* ---- URIs -------------------------------------------------------------------------------------- */

static char* mapped_uris[MAX_URIS];

static inline LV2_URID
map_uri(LV2_URID_Map_Handle handle, const char* uri)
{
  (void)handle;
  for (LV2_URID k = 0; k < MAX_URIS; ++k) {
    if (!mapped_uris[k])
      mapped_uris[k] = strdup(uri);
    if (!strcmp(mapped_uris[k], uri))
      return k + 1;
  }
  abort();
}

static inline LV2_URID
urid(const char* uri)
{
  return map_uri(NULL, uri);
}

static LV2_URID_Map uri_map = { NULL, map_uri };

/* ---- The log and the worker -------------------------------------------------------------------- */

typedef struct
{
  uint32_t size;
  char data[MESSAGE_BYTES];
} Message;

typedef struct
{
  Plug plug;
  char log[LOG_BYTES]; /* all lines */
  Message orders[QUEUE], responses[QUEUE];
  uint32_t order_count, response_count;
  bool is_full; /* the worker takes nothing */
  bool at_once; /* it works inside the callback, as in a host without a thread for it */
  LV2_Worker_Schedule schedule;
  LV2_Log_Log log_feature;
  LV2_Feature features[3];
  const LV2_Feature* list[4];
} ModelHost;

static inline int
log_line(LV2_Log_Handle handle, LV2_URID type, const char* format, va_list arguments)
{
  (void)type;
  ModelHost* host = handle;
  const size_t used = strlen(host->log);
  return vsnprintf(host->log + used, LOG_BYTES - used, format, arguments);
}

static inline int
log_printf(LV2_Log_Handle handle, LV2_URID type, const char* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  const int written = log_line(handle, type, format, arguments);
  va_end(arguments);
  return written;
}

static inline LV2_Worker_Status
queue(Message* messages, uint32_t* count, uint32_t size, const void* data)
{
  if (*count == QUEUE || size > MESSAGE_BYTES)
    return LV2_WORKER_ERR_NO_SPACE;
  messages[*count].size = size;
  memcpy(messages[(*count)++].data, data, size);
  return LV2_WORKER_SUCCESS;
}

static inline void do_work(ModelHost* host);

static inline LV2_Worker_Status
schedule_work(LV2_Worker_Schedule_Handle handle, uint32_t size, const void* data)
{
  ModelHost* host = handle;
  if (host->is_full)
    return LV2_WORKER_ERR_NO_SPACE;
  const LV2_Worker_Status status = queue(host->orders, &host->order_count, size, data);
  if (host->at_once)
    do_work(host);
  return status;
}

static inline LV2_Worker_Status
respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void* data)
{
  ModelHost* host = handle;
  return queue(host->responses, &host->response_count, size, data);
}

/* What a worker's thread does between two callbacks. */
static inline void
do_work(ModelHost* host)
{
  const LV2_Worker_Interface* worker = host->plug.descriptor->extension_data(LV2_WORKER__interface);
  for (uint32_t k = 0; k < host->order_count; ++k)
    worker->work(host->plug.handle, respond, host, host->orders[k].size, host->orders[k].data);
  host->order_count = 0;
}

/* What the audio thread does before or after a callback. */
static inline void
deliver_responses(ModelHost* host)
{
  const LV2_Worker_Interface* worker = host->plug.descriptor->extension_data(LV2_WORKER__interface);
  for (uint32_t k = 0; k < host->response_count; ++k)
    worker->work_response(host->plug.handle, host->responses[k].size, host->responses[k].data);
  host->response_count = 0;
}

/* A plug-in that is active, in a host with or without a worker. False when it refuses. */
static inline bool
model_host(ModelHost* host,
           LV2_Descriptor_Function get,
           const Kind* kind,
           double rate,
           const char* bundle,
           bool has_worker)
{
  memset(host, 0, sizeof *host);
  host->schedule = (LV2_Worker_Schedule){ host, schedule_work };
  host->log_feature = (LV2_Log_Log){ host, log_printf, log_line };
  host->features[0] = (LV2_Feature){ LV2_URID__map, &uri_map };
  host->features[1] = (LV2_Feature){ LV2_LOG__log, &host->log_feature };
  host->features[2] = (LV2_Feature){ LV2_WORKER__schedule, &host->schedule };
  for (int k = 0; k < (has_worker ? 3 : 2); ++k)
    host->list[k] = &host->features[k];
  if (!plug_in(&host->plug, get, kind, rate, bundle, host->list, urid(LV2_ATOM__Sequence)))
    return false;
  plug_activate(&host->plug);
  return true;
}

/* ---- Messages ---------------------------------------------------------------------------------- */

/* Puts a patch:Set of the model, or a patch:Get when there is no path, into the next callback. */
static inline void
send(ModelHost* host, const char* path)
{
  LV2_Atom_Forge forge;
  LV2_Atom_Forge_Frame sequence, object;
  lv2_atom_forge_init(&forge, &uri_map);
  lv2_atom_forge_set_buffer(&forge, host->plug.control.bytes, ATOM_BYTES);
  lv2_atom_forge_sequence_head(&forge, &sequence, 0);
  lv2_atom_forge_frame_time(&forge, 0);
  lv2_atom_forge_object(&forge, &object, 0, urid(path ? LV2_PATCH__Set : LV2_PATCH__Get));
  lv2_atom_forge_key(&forge, urid(LV2_PATCH__property));
  lv2_atom_forge_urid(&forge, urid(MODEL_URI));
  if (path) {
    lv2_atom_forge_key(&forge, urid(LV2_PATCH__value));
    lv2_atom_forge_path(&forge, path, (uint32_t)strlen(path));
  }
  lv2_atom_forge_pop(&forge, &object);
  lv2_atom_forge_pop(&forge, &sequence);
}

/* The path in the last patch:Set of the model on `notify`; NULL when there is none. */
static inline const char*
told(const ModelHost* host)
{
  const char* path = NULL;
  LV2_ATOM_SEQUENCE_FOREACH(&host->plug.notify.sequence, event)
  {
    const LV2_Atom_Object* object = (const LV2_Atom_Object*)&event->body;
    const LV2_Atom *property = NULL, *value = NULL;
    if (event->body.type != urid(LV2_ATOM__Object) || object->body.otype != urid(LV2_PATCH__Set))
      continue;
    lv2_atom_object_get(
      object, urid(LV2_PATCH__property), &property, urid(LV2_PATCH__value), &value, 0);
    if (property && ((const LV2_Atom_URID*)property)->body == urid(MODEL_URI) && value &&
        value->type == urid(LV2_ATOM__Path))
      path = (const char*)(value + 1);
  }
  return path;
}

/* ---- State ------------------------------------------------------------------------------------- */

/* One property is all that is expected. Paths below `folder` are abstract without it. */
typedef struct
{
  const char* folder;
  LV2_URID key, type;
  uint32_t flags, stores;
  size_t size;
  char value[MESSAGE_BYTES];
  int mapped; /* paths that the host gave and that are not yet freed */
} State;

static inline LV2_State_Status
store(LV2_State_Handle handle,
      uint32_t key,
      const void* value,
      size_t size,
      uint32_t type,
      uint32_t flags)
{
  State* state = handle;
  state->key = key;
  state->type = type;
  state->flags = flags;
  state->size = size;
  ++state->stores;
  memcpy(state->value, value, size);
  return LV2_STATE_SUCCESS;
}

static inline const void*
retrieve(LV2_State_Handle handle, uint32_t key, size_t* size, uint32_t* type, uint32_t* flags)
{
  const State* state = handle;
  if (!state->size || key != state->key)
    return NULL;
  *size = state->size;
  *type = state->type;
  *flags = state->flags;
  return state->value;
}

/* Not at the start of what malloc gave, so that free() in place of the host's function crashes. */
static inline char*
host_string(State* state, const char* a, const char* b)
{
  ++state->mapped;
  char* text = malloc(16 + strlen(a) + strlen(b) + 1);
  sprintf(text + 16, "%s%s", a, b);
  return text + 16;
}

static inline char*
abstract_path(LV2_State_Map_Path_Handle handle, const char* path)
{
  State* state = handle;
  const size_t length = strlen(state->folder);
  return host_string(state, "", strncmp(path, state->folder, length) ? path : path + length);
}

static inline char*
absolute_path(LV2_State_Map_Path_Handle handle, const char* path)
{
  State* state = handle;
  return host_string(state, *path == '/' ? "" : state->folder, path);
}

static inline void
free_path(LV2_State_Free_Path_Handle handle, char* path)
{
  --((State*)handle)->mapped;
  free(path - 16);
}

static inline void
with_state(ModelHost* host, State* state, bool is_save)
{
  const LV2_State_Interface* interface =
    host->plug.descriptor->extension_data(LV2_STATE__interface);
  LV2_State_Map_Path map = { state, abstract_path, absolute_path };
  LV2_State_Free_Path freeing = { state, free_path };
  const LV2_Feature features[] = { { LV2_STATE__mapPath, &map },
                                   { LV2_STATE__freePath, &freeing } };
  const LV2_Feature* const list[] = { &features[0], &features[1], NULL };
  if (is_save)
    interface->save(host->plug.handle, store, state, 0, list);
  else
    interface->restore(host->plug.handle, retrieve, state, 0, list);
}

static inline void
save(ModelHost* host, State* state)
{
  with_state(host, state, true);
}

static inline void
restore(ModelHost* host, State* state)
{
  with_state(host, state, false);
}
#endif
