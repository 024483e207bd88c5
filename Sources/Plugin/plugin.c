/* The LV2 interface of the plug-ins: features, ports, descriptors. It translates; all signal processing is Swift. */
#include "inline_display.h"
#include "latencies.h"
#include "ports.h"
#include "state.h"
#include "strip.h"

#include <lv2/core/lv2.h>
#include <lv2/core/lv2_util.h>
#include <lv2/log/logger.h>
#include <lv2/worker/worker.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- Plug-ins and instances --------------------------------------------------------------------- */

/** One plug-in of ports.def. */
typedef struct
{
  LV2_Descriptor descriptor;
  unsigned set; /**< of ports */
  uint32_t channels;
  isolde_task task;
  const char* model; /**< name of the built-in model */
  uint32_t latency;  /**< of that model, samples at 48 kHz */
} Kind;

static const Kind kinds[PLUGIN_COUNT];

/** Values for control ports that are not connected. */
static const float defaults[PORT_COUNT] = {
#define CONTROL(id, sets, symbol, name, direction, initial, ...) [PORT_##id] = initial,
#include "ports.def"
};

/** An instance. */
typedef struct
{
  const Kind* kind;
  void* port[PORT_COUNT]; /**< NULL: not connected */
  messages messages;
  LV2_Log_Logger logger;
  isolde_chooser* chooser;
  isolde_stream* stream;                    /**< owned by the chooser */
  const LV2_Worker_Schedule* worker;        /**< NULL: the model cannot be changed */
  bool announce;                            /**< send the model's path in the next callback */
  const LV2_Inline_Display* mixer;          /**< NULL: the host shows no picture */
  isolde_strip* strip;                      /**< the picture; NULL without `mixer` */
  LV2_Inline_Display_Image_Surface surface; /**< the picture as last drawn */
  double watched; /**< samples until the last request for columns expires */
  double rate;    /**< Hz */
} Plugin;

/* ---- Instantiation ----------------------------------------------------------------------------- */

static void
cleanup(LV2_Handle instance)
{
  Plugin* self = instance;
  isolde_chooser_free(self->chooser);
  isolde_strip_free(self->strip);
  free(self);
}

/* Logs a line; on the standard error when the host has no log. */
static void
report(void* logger, const char* line)
{
  lv2_log_error(logger, "%s", line);
}

/* Looks the plug-in up by its URI, as a host may pass a copy of the descriptor. */
static const Kind*
kind_of(const LV2_Descriptor* descriptor)
{
  const Kind* kind = kinds;
  while (strcmp(kind->descriptor.URI, descriptor->URI))
    ++kind;
  return kind;
}

static LV2_Handle
instantiate(const LV2_Descriptor* descriptor,
            double rate,
            const char* bundle_path,
            const LV2_Feature* const* features)
{
  const Kind* kind = kind_of(descriptor);
  Plugin* self = calloc(1, sizeof *self);
  if (!self)
    return NULL;
  self->kind = kind;
  self->rate = rate;
  self->worker = lv2_features_data(features, LV2_WORKER__schedule);
  self->mixer = lv2_features_data(features, LV2_INLINEDISPLAY__queue_draw);
  self->strip = self->mixer && (kind->set & SEPARATE) ? isolde_strip_new(rate) : NULL;
  LV2_URID_Map* map = lv2_features_data(features, LV2_URID__map);
  messages_init(&self->messages, map);
  lv2_log_logger_init(&self->logger, map, lv2_features_data(features, LV2_LOG__log));
  const isolde_stream_form form = { rate, kind->channels, kind->task };
  const isolde_log log = { report, &self->logger };
  self->chooser = isolde_chooser_new(bundle_path, kind->model, kind->latency, &form, log);
  if (self->chooser) {
    self->stream = isolde_chooser_stream(self->chooser);
    return self;
  }
  cleanup(self);
  return NULL;
}

/* ---- Worker ------------------------------------------------------------------------------------ */

enum
{
  OPEN_MODEL,
  FREE_MODELS,
};

typedef struct
{
  uint32_t task;
  char path[ISOLDE_CHOICE_SIZE]; /**< of the model to open; sent only as far as it is used */
} Order;

static bool
schedule(const Plugin* self, uint32_t task, const char* path)
{
  const size_t size = strlen(path) + 1;
  Order order = { .task = task };
  if (!self->worker || size > sizeof order.path)
    return false;
  memcpy(order.path, path, size);
  return self->worker->schedule_work(self->worker->handle,
                                     (uint32_t)(offsetof(Order, path) + size),
                                     &order) == LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status
work(LV2_Handle instance,
     LV2_Worker_Respond_Function respond,
     LV2_Worker_Respond_Handle handle,
     uint32_t size,
     const void* data)
{
  (void)size;
  Plugin* self = instance;
  const Order* order = data;
  if (order->task == FREE_MODELS) {
    isolde_stream_collect(self->stream);
    return LV2_WORKER_SUCCESS;
  }
  isolde_chooser_ask(self->chooser, order->path);
  return respond(handle, sizeof order->task, &order->task);
}

/* Takes the new model, if it could be opened. Either way the host is sent the path of the model in use. */
static LV2_Worker_Status
work_response(LV2_Handle instance, uint32_t size, const void* data)
{
  (void)size;
  (void)data;
  Plugin* self = instance;
  isolde_stream_take(self->stream);
  self->announce = true;
  return LV2_WORKER_SUCCESS;
}

/* ---- State ------------------------------------------------------------------------------------- */

static LV2_State_Status
save(LV2_Handle instance,
     LV2_State_Store_Function store,
     LV2_State_Handle handle,
     uint32_t flags,
     const LV2_Feature* const* features)
{
  (void)flags;
  Plugin* self = instance;
  return state_save(self->chooser, &self->messages, store, handle, features);
}

/* May run at the same time as run(), with or without a worker: this opens the model, and run() takes it. */
static LV2_State_Status
restore(LV2_Handle instance,
        LV2_State_Retrieve_Function retrieve,
        LV2_State_Handle handle,
        uint32_t flags,
        const LV2_Feature* const* features)
{
  (void)flags;
  Plugin* self = instance;
  return state_restore(self->chooser, &self->messages, retrieve, handle, features);
}

/* ---- Picture in the mixer strip ------------------------------------------------------------------ */

/* Called in the host's drawing thread. */
static LV2_Inline_Display_Image_Surface*
render(LV2_Handle instance, uint32_t width, uint32_t height_limit)
{
  Plugin* self = instance;
  const uint32_t wanted = width * 2 / 5;
  const uint32_t height = wanted < height_limit ? wanted : height_limit;
  const uint32_t* pixels = self->strip ? isolde_strip_draw(self->strip, width, height) : NULL;
  if (!pixels)
    return NULL;
  self->surface = (LV2_Inline_Display_Image_Surface){
    (unsigned char*)pixels, (int)width, (int)height, 4 * (int)width
  };
  return &self->surface;
}

static const void*
extension_data(const char* uri)
{
  static const LV2_State_Interface state = { save, restore };
  static const LV2_Worker_Interface worker = { work, work_response, NULL };
  static const LV2_Inline_Display_Interface display = { render };
  if (!strcmp(uri, LV2_INLINEDISPLAY__interface))
    return &display;
  if (!strcmp(uri, LV2_STATE__interface))
    return &state;
  if (!strcmp(uri, LV2_WORKER__interface))
    return &worker;
  return NULL;
}

/* ---- Audio thread ------------------------------------------------------------------------------ */

static void
connect_port(LV2_Handle instance, uint32_t index, void* data)
{
  Plugin* self = instance;
  const enum port port = port_at_index(self->kind->set, index);
  if (port < PORT_COUNT)
    self->port[port] = data;
}

static void
activate(LV2_Handle instance)
{
  Plugin* self = instance;
  isolde_stream_reset(self->stream);
}

static float
control(const Plugin* self, enum port port)
{
  return self->port[port] ? *(const float*)self->port[port] : defaults[port];
}

static void
set_output(const Plugin* self, enum port port, float value)
{
  if (self->port[port])
    *(float*)self->port[port] = value;
}

/* The value of a meter in dBFS, of a linear level. */
static float
meter(float level)
{
  return fminf(fmaxf(20 * log10f(level + 1e-9f), -70), 12);
}

#define FROM_DECIBELS(value) value
#define FROM_PERCENT(value) value
#define FROM_CHOICE(value) (int32_t) lrintf(value)
#define FROM_SWITCH(value) !((value) <= 0)
#define READ(kind, id, ...) .id = FROM_##kind(control(self, PORT_##id)),

static isolde_controls
controls(const Plugin* self)
{
  return (isolde_controls){ ISOLDE_CONTROLS(READ) };
}

static void
update_meters(const Plugin* self, uint32_t count)
{
  float levels[3];
  isolde_stream_levels(self->stream, levels);
  set_output(self, PORT_VOICE_METER, meter(levels[0]));
  set_output(self, PORT_REVERB_METER, meter(levels[1]));
  set_output(self, PORT_AMBIENCE_METER, meter(levels[2]));
  if (self->strip && isolde_strip_add(self->strip, levels, count))
    self->mixer->queue_draw(self->mixer->handle);
}

/* Collects the buffers of the audio ports, in order. False when one is not connected. */
static bool
audio(const Plugin* self, const float** input, float** output)
{
  static const struct
  {
    enum port port;
    enum port_direction direction;
  } ports[] = {
#define AUDIO(id, sets, symbol, name, direction, ...) { PORT_##id, direction },
#include "ports.def"
  };
  for (size_t i = 0; i < sizeof ports / sizeof *ports; ++i) {
    if (!(port_sets[ports[i].port] & self->kind->set))
      continue;
    void* data = self->port[ports[i].port];
    if (!data)
      return false;
    if (ports[i].direction == INPUT)
      *input++ = data;
    else
      *output++ = data;
  }
  return true;
}

/* Logs from the audio thread: only to the host's log, never to stderr. */
static void
trace(Plugin* self, const char* line)
{
  if (self->logger.log)
    lv2_log_trace(&self->logger, "%s", line);
}

/* Answers requests about the model, and passes requests for another one to the worker. */
static void
exchange_messages(Plugin* self)
{
  const LV2_Atom_Sequence* control_port = self->port[PORT_CONTROL];
  isolde_stream* stream = self->stream;
  const char* requested = messages_requested_model(&self->messages, control_port);
  if (requested && !schedule(self, OPEN_MODEL, requested)) {
    self->announce = true;
    trace(self, "Isolde: the host has no worker free; the model stays\n");
  }
  self->announce |= isolde_stream_take(stream);
  messages_answer(&self->messages,
                  control_port,
                  self->port[PORT_NOTIFY],
                  isolde_chooser_path(self->chooser),
                  self->announce);
  self->announce = false;
}

/* Sends the columns of the spectrogram that this block has completed; there are none unless a window asked. */
static void
send_columns(Plugin* self, uint32_t count)
{
  uint8_t column[COLUMN_SIZE];
  while (isolde_stream_column(self->stream, column))
    messages_column(&self->messages, self->port[PORT_NOTIFY], count ? count - 1 : 0, column);
}

/* Open windows ask for columns once a second. Two seconds without a request stop them, so that a window that
   crashed costs nothing. */
static void
update_watch(Plugin* self, uint32_t count)
{
  const double timeout = 2; /* seconds */
  if (messages_watch(&self->messages, self->port[PORT_CONTROL]))
    self->watched = timeout * self->rate;
  isolde_stream_watch(self->stream, self->watched > 0);
  self->watched = fmax(self->watched - count, 0);
}

static void
run(LV2_Handle instance, uint32_t count)
{
  Plugin* self = instance;
  isolde_stream* stream = self->stream;
  const float* input[MAX_CHANNELS];
  float* output[MAX_OUTPUTS];
  set_output(self, PORT_LATENCY, (float)isolde_stream_latency(stream));
  exchange_messages(self);
  update_watch(self, count);
  if (audio(self, input, output)) {
    const isolde_controls now = controls(self);
    isolde_stream_run(stream, &now, input, output, count);
    update_meters(self, count);
    send_columns(self, count);
  }
  if (isolde_stream_retire(stream))
    schedule(self, FREE_MODELS, "");
}

/* ---- Descriptors ------------------------------------------------------------------------------- */

static const Kind kinds[PLUGIN_COUNT] = {
#define PLUGIN(id, uri, name, ports, audio_channels, what, file, ...) \
  [PLUGIN_##id] = { \
    .descriptor = { .URI = uri, \
                    .instantiate = instantiate, \
                    .connect_port = connect_port, \
                    .activate = activate, \
                    .run = run, \
                    .cleanup = cleanup, \
                    .extension_data = extension_data }, \
    .set = ports, \
    .channels = audio_channels, \
    .task = ISOLDE_TASK_##what, \
    .model = #file, \
    .latency = LATENCY_##file, \
  },
#include "ports.def"
};

LV2_SYMBOL_EXPORT const LV2_Descriptor*
lv2_descriptor(uint32_t index)
{
  return index < PLUGIN_COUNT ? &kinds[index].descriptor : NULL;
}
