/* A host that does to a plug-in what hosts do, and some things that no host should. It opens the .so itself, without
 * lilv, so that nothing is in between.
 */
#ifndef HOST_H
#define HOST_H
#include <dlfcn.h>
#include <lv2/core/lv2.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The ports as every saved session knows them; on purpose not the plug-in's own table. The audio ports
 * come first: inputs, then outputs. */
enum
{
  ENABLED,
  VOICE,
  REVERB,
  AMBIENCE,
  SENSITIVITY,
  LISTEN,
  VOICE_METER,
  REVERB_METER,
  AMBIENCE_METER,
  CONTROL,
  NOTIFY,
  LATENCY,
  TRIM,
  AMOUNT,
  CONTROLS,
};

static const float defaults[CONTROLS] = { [ENABLED] = 1, [REVERB] = -12, [AMBIENCE] = -24 };
static const float unity[CONTROLS] = { [ENABLED] = 1 };

enum
{
  MAX_CHANNELS = 6,
};

typedef struct
{
  const LV2_Descriptor* descriptor;
  LV2_Handle handle;
  uint32_t channels;
  float* controls; /* the ports point here, so it must not move */
} Host;

static inline LV2_Descriptor_Function
open_plugin(const char* path)
{
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    exit(2);
  }
  return (LV2_Descriptor_Function)dlsym(library, "lv2_descriptor");
}

/* NULL when there is none. */
static inline const LV2_Descriptor*
find_uri(LV2_Descriptor_Function get, const char* uri)
{
  for (uint32_t i = 0;; ++i) {
    const LV2_Descriptor* descriptor = get(i);
    if (!descriptor || !strcmp(descriptor->URI, uri))
      return descriptor;
  }
}

static inline const LV2_Descriptor*
find_plugin(LV2_Descriptor_Function get, uint32_t channels)
{
  return find_uri(get, channels == 1 ? "urn:isolde:dialogue-mono" : "urn:isolde:dialogue-stereo");
}

/* The index of a port that is not an audio port. */
static inline uint32_t
port(const Host* host, uint32_t control)
{
  return 2 * host->channels + control;
}

static inline void
connect(const Host* host, uint32_t index, void* data)
{
  host->descriptor->connect_port(host->handle, index, data);
}

/* Connects the control ports to the host's values, and the atom ports to NULL. */
static inline void
connect_controls(Host* host)
{
  for (uint32_t k = 0; k < CONTROLS; ++k)
    connect(host, port(host, k), k == CONTROL || k == NOTIFY ? NULL : &host->controls[k]);
}

static inline void
set(Host* host, const float* controls)
{
  memcpy(host->controls, controls, CONTROLS * sizeof *controls);
}

/* Makes an instance, connected and not yet active. It has no handle when the plug-in refuses. */
static inline Host
start(const LV2_Descriptor* descriptor,
      uint32_t channels,
      double rate,
      const char* bundle,
      const LV2_Feature* const* features)
{
  Host host = { .descriptor = descriptor, .channels = channels };
  host.controls = calloc(CONTROLS, sizeof *host.controls);
  set(&host, defaults);
  host.handle = descriptor->instantiate(descriptor, rate, bundle, features);
  if (host.handle)
    connect_controls(&host);
  return host;
}

static inline void
activate(const Host* host)
{
  if (host->descriptor->activate)
    host->descriptor->activate(host->handle);
}

static inline void
stop(const Host* host)
{
  if (host->descriptor->deactivate)
    host->descriptor->deactivate(host->handle);
  host->descriptor->cleanup(host->handle);
  free(host->controls);
}

/* Runs one callback on given buffers. */
static inline void
run(Host* host, float* const* in, float* const* out, uint32_t count)
{
  for (uint32_t c = 0; c < host->channels; ++c) {
    connect(host, c, in[c]);
    connect(host, host->channels + c, out[c]);
  }
  host->descriptor->run(host->handle, count);
}

/* Pseudo-random numbers, the same in each run. */
static inline float
random_sample(uint32_t* state) /* -1 ... 1 */
{
  *state = *state * 1664525u + 1013904223u;
  return (float)(int32_t)*state / 2147483648.f;
}

/* Noise that comes and goes, different in each channel. The caller frees it. */
static inline float*
make_signal(uint32_t count, uint32_t seed)
{
  float* signal = malloc(((size_t)count + 1) * sizeof *signal);
  uint32_t state = seed;
  for (uint32_t i = 0; i < count; ++i) {
    const float level = i / 7000 % 2 ? 0.02f : 0.3f;
    signal[i] = level * random_sample(&state) + 0.2f * sinf(0.01f * (float)(i % 62832));
  }
  return signal;
}
#endif
