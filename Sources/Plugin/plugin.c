/* The LV2 face of Isolde: features, ports, descriptors. No signal processing lives here. */
#include "engine.h"
#include "messages.h"
#include "ports.h"

#include <lv2/core/lv2.h>
#include <lv2/core/lv2_util.h>
#include <lv2/log/logger.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What the tables say ----------------------------------------------------------------------- */

typedef struct
{
  LV2_Descriptor descriptor;
  unsigned set;
  uint32_t channels;
  enum task task;
  const char* model; /**< in the bundle */
} Kind;

static const Kind kinds[PLUGIN_COUNT];

/** Values of controls that are not connected. */
static const float defaults[PORT_COUNT] = {
#define CONTROL(id, sets, symbol, name, direction, standard, ...) [PORT_##id] = standard,
#include "ports.def"
};

typedef struct
{
  const Kind* kind;
  void* port[PORT_COUNT];
  engine* engine;
  messages messages;
  char model_path[];
} Plugin;

/* ---- Instantiation ----------------------------------------------------------------------------- */

/* Without its model the plug-in passes the input on, as late as it would be with it: a session still
   loads and stays in time. */
static uint32_t
usual_latency(double rate)
{
  return (uint32_t)lrint(fmin(fmax(rate * 4096 / 48000, 1), 16384));
}

static void
cleanup(LV2_Handle instance)
{
  Plugin* self = instance;
  engine_free(self->engine);
  free(self);
}

/* By its URI: a host may hand over a copy of the descriptor. */
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
  const size_t path_size = strlen(bundle_path) + 1 + strlen(kind->model) + 1;
  Plugin* self = calloc(1, sizeof *self + path_size);
  if (!self)
    return NULL;
  self->kind = kind;
  const char* slash = strcmp(strrchr(bundle_path, '/') ?: "", "/") ? "/" : "";
  snprintf(self->model_path, path_size, "%s%s%s", bundle_path, slash, kind->model);

  LV2_URID_Map* map = lv2_features_data(features, LV2_URID__map);
  messages_init(&self->messages, map);
  engine_form form = { .rate = rate, .channels = kind->channels, .task = kind->task };
  char message[ISOLDE_MESSAGE_SIZE];
  self->engine = engine_open(self->model_path, &form, message);
  if (self->engine)
    return self;

  LV2_Log_Logger logger;
  lv2_log_logger_init(&logger, map, lv2_features_data(features, LV2_LOG__log));
  lv2_log_error(&logger, "Isolde: %s: %s; the input passes unchanged\n", self->model_path, message);
  form.latency = usual_latency(rate);
  self->engine = engine_passing(&form);
  if (self->engine)
    return self;
  cleanup(self);
  return NULL;
}

/* ---- Audio thread ------------------------------------------------------------------------------ */

static void
connect_port(LV2_Handle instance, uint32_t index, void* data)
{
  Plugin* self = instance;
  for (int port = 0; port < PORT_COUNT; ++port) {
    if ((port_sets[port] & self->kind->set) && index-- == 0) {
      self->port[port] = data;
      return;
    }
  }
}

static void
activate(LV2_Handle instance)
{
  Plugin* self = instance;
  engine_reset(self->engine);
}

static float
control(const Plugin* self, enum port port)
{
  return self->port[port] ? *(const float*)self->port[port] : defaults[port];
}

static void
tell(const Plugin* self, enum port port, float value)
{
  if (self->port[port])
    *(float*)self->port[port] = value;
}

static float
meter(float level)
{
  return fminf(fmaxf(20 * log10f(level + 1e-9f), -70), 12);
}

static isolde_controls
controls(const Plugin* self)
{
  return (isolde_controls){
    .voice = control(self, PORT_VOICE),
    .reverb = control(self, PORT_REVERB),
    .ambience = control(self, PORT_AMBIENCE),
    .sensitivity = control(self, PORT_SENSITIVITY),
    .listen = (int32_t)lrintf(control(self, PORT_LISTEN)),
    .enabled = !(control(self, PORT_ENABLED) <= 0),
  };
}

static void
tell_levels(const Plugin* self)
{
  float levels[3];
  engine_levels(self->engine, levels);
  tell(self, PORT_VOICE_METER, meter(levels[0]));
  tell(self, PORT_REVERB_METER, meter(levels[1]));
  tell(self, PORT_AMBIENCE_METER, meter(levels[2]));
}

/* The audio ports, in order. False when one is not connected. */
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

static void
run(LV2_Handle instance, uint32_t count)
{
  Plugin* self = instance;
  const float* input[MAX_CHANNELS];
  float* output[MAX_OUTPUTS];
  tell(self, PORT_LATENCY, (float)engine_latency(self->engine));
  messages_answer(
    &self->messages, self->port[PORT_CONTROL], self->port[PORT_NOTIFY], engine_path(self->engine));
  if (!audio(self, input, output))
    return;
  const isolde_controls now = controls(self);
  engine_run(self->engine, &now, input, output, count);
  tell_levels(self);
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
                    .cleanup = cleanup }, \
    .set = ports, \
    .channels = audio_channels, \
    .task = what, \
    .model = file, \
  },
#include "ports.def"
};

LV2_SYMBOL_EXPORT const LV2_Descriptor*
lv2_descriptor(uint32_t index)
{
  return index < PLUGIN_COUNT ? &kinds[index].descriptor : NULL;
}
