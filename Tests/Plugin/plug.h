/* The host of host.h for all plug-ins of the bundle, those without faders too, with atom ports. */
#ifndef PLUG_H
#define PLUG_H
#include "host.h"
#include "latencies.h"

#include <lv2/atom/atom.h>
#include <lv2/urid/urid.h>

enum
{
  MAX_OUTPUTS = 6,
  ATOM_BYTES = 8192,
};

/* A plug-in as saved sessions know it: audio inputs, audio outputs, then these ports. */
typedef struct
{
  const char* uri;
  uint32_t inputs, outputs;
  const char* model;
  uint32_t latency;        /* samples at 48 kHz, as the model tells it */
  const char* task;        /* of its models */
  int ports[CONTROLS + 1]; /* ends with -1 */
} Kind;

#define DIALOGUE_PORTS \
  { \
    ENABLED, VOICE, REVERB, AMBIENCE, SENSITIVITY, LISTEN, VOICE_METER, REVERB_METER, \
      AMBIENCE_METER, CONTROL, NOTIFY, LATENCY, TRIM, -1 \
  }
#define STEMS_PORTS \
  { \
    ENABLED, SENSITIVITY, CONTROL, NOTIFY, LATENCY, -1 \
  }
#define EXTEND_PORTS \
  { \
    ENABLED, CONTROL, NOTIFY, LATENCY, AMOUNT, -1 \
  }

static const Kind plugins[] = {
  { "urn:isolde:dialogue-mono", 1, 1, "studio", LATENCY_studio, "separate", DIALOGUE_PORTS },
  { "urn:isolde:dialogue-stereo", 2, 2, "studio", LATENCY_studio, "separate", DIALOGUE_PORTS },
  { "urn:isolde:live-mono", 1, 1, "live", LATENCY_live, "separate", DIALOGUE_PORTS },
  { "urn:isolde:live-stereo", 2, 2, "live", LATENCY_live, "separate", DIALOGUE_PORTS },
  { "urn:isolde:stems-mono", 1, 3, "studio", LATENCY_studio, "separate", STEMS_PORTS },
  { "urn:isolde:stems-stereo", 2, 6, "studio", LATENCY_studio, "separate", STEMS_PORTS },
  { "urn:isolde:dialogue-5.1", 6, 6, "studio", LATENCY_studio, "separate", DIALOGUE_PORTS },
  { "urn:isolde:extend-mono", 1, 1, "extend", LATENCY_extend, "extend", EXTEND_PORTS },
  { "urn:isolde:extend-stereo", 2, 2, "extend", LATENCY_extend, "extend", EXTEND_PORTS },
};

enum
{
  PLUGINS = sizeof plugins / sizeof *plugins,
};

/* An atom port's memory; the control port holds an empty sequence unless a test writes one. */
typedef union
{
  LV2_Atom_Sequence sequence;
  uint8_t bytes[ATOM_BYTES];
} AtomPort;

typedef struct
{
  const Kind* kind;
  const LV2_Descriptor* descriptor;
  LV2_Handle handle;
  float controls[CONTROLS];
  AtomPort control, notify;
  LV2_URID sequence_type; /* 0: the atom ports are not connected */
} Plug;

/* Instantiated, connected and not yet active. The caller's Plug must stay where it is. */
static inline bool
plug_in(Plug* plug,
        LV2_Descriptor_Function get,
        const Kind* kind,
        double rate,
        const char* bundle,
        const LV2_Feature* const* features,
        LV2_URID sequence_type)
{
  *plug = (Plug){ .kind = kind, .sequence_type = sequence_type };
  memcpy(plug->controls, defaults, sizeof defaults);
  uint32_t index = 0;
  while ((plug->descriptor = get(index++)) && strcmp(plug->descriptor->URI, kind->uri))
    ;
  if (!plug->descriptor)
    return false;
  plug->handle = plug->descriptor->instantiate(plug->descriptor, rate, bundle, features);
  if (!plug->handle)
    return false;
  const bool atoms = sequence_type;
  for (uint32_t i = 0; kind->ports[i] >= 0; ++i) {
    const int port = kind->ports[i];
    void* place = &plug->controls[port];
    if (port == CONTROL)
      place = atoms ? &plug->control : NULL;
    if (port == NOTIFY)
      place = atoms ? &plug->notify : NULL;
    plug->descriptor->connect_port(plug->handle, kind->inputs + kind->outputs + i, place);
  }
  return true;
}

/* One callback. The sequence in the control port is gone after it. */
static inline void
plug_run(Plug* plug, float* const* in, float* const* out, uint32_t count)
{
  const Kind* kind = plug->kind;
  for (uint32_t c = 0; c < kind->inputs; ++c)
    plug->descriptor->connect_port(plug->handle, c, in[c]);
  for (uint32_t c = 0; c < kind->outputs; ++c)
    plug->descriptor->connect_port(plug->handle, kind->inputs + c, out[c]);
  if (!plug->control.sequence.atom.type)
    plug->control.sequence.atom = (LV2_Atom){ sizeof(LV2_Atom_Sequence_Body), plug->sequence_type };
  plug->notify.sequence.atom = (LV2_Atom){ ATOM_BYTES - sizeof(LV2_Atom), 0 };
  plug->descriptor->run(plug->handle, count);
  plug->control.sequence.atom.type = 0;
}

static inline void
plug_activate(const Plug* plug)
{
  if (plug->descriptor->activate)
    plug->descriptor->activate(plug->handle);
}

static inline void
plug_out(Plug* plug)
{
  if (plug->descriptor->deactivate)
    plug->descriptor->deactivate(plug->handle);
  plug->descriptor->cleanup(plug->handle);
}
#endif
