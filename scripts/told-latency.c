/* LD_PRELOAD library: writes down the latency that an LV2 host is told.
 *
 * It stands between host and plug-in where the host asks the plug-in's library for its descriptor
 * (dlsym), keeps the pointer that the host connects to port TOLD_LATENCY_PORT of the plug-in
 * TOLD_LATENCY_PLUGIN, and reads it after every run. When the host drops the plug-in, the number
 * goes into the file TOLD_LATENCY_FILE.
 */
#define _GNU_SOURCE
#include "real_dlsym.h"

#include <lv2/core/lv2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static LV2_Descriptor_Function plugin_descriptors;
static const LV2_Descriptor* original;
static LV2_Descriptor wrapped;
static const float* latency_location;
static float latency = -1; /* samples; negative: the host was told none */

static uint32_t
latency_port(void)
{
  const char* port = getenv("TOLD_LATENCY_PORT");
  return port ? (uint32_t)strtoul(port, NULL, 10) : UINT32_MAX;
}

static void
connect_port(LV2_Handle instance, uint32_t port, void* location)
{
  if (port == latency_port())
    latency_location = (const float*)location;
  original->connect_port(instance, port, location);
}

static void
run(LV2_Handle instance, uint32_t sample_count)
{
  original->run(instance, sample_count);
  if (latency_location)
    latency = *latency_location;
}

static void
cleanup(LV2_Handle instance)
{
  const char* path = getenv("TOLD_LATENCY_FILE");
  FILE* file = path && latency >= 0 ? fopen(path, "w") : NULL;
  if (file) {
    fprintf(file, "%.0f\n", (double)latency);
    fclose(file);
  }
  original->cleanup(instance);
}

/* One plug-in a process is enough here: the last one asked for is the one that is watched. */
static const LV2_Descriptor*
descriptors(uint32_t index)
{
  const LV2_Descriptor* descriptor = plugin_descriptors(index);
  if (!descriptor || !getenv("TOLD_LATENCY_PLUGIN") ||
      strcmp(descriptor->URI, getenv("TOLD_LATENCY_PLUGIN")) != 0)
    return descriptor;
  original = descriptor;
  wrapped = *descriptor;
  wrapped.connect_port = connect_port;
  wrapped.run = run;
  wrapped.cleanup = cleanup;
  return &wrapped;
}

void*
dlsym(void* library, const char* name)
{
  void* symbol = real_dlsym()(library, name);
  if (!symbol || strcmp(name, "lv2_descriptor") != 0)
    return symbol;
  plugin_descriptors = (LV2_Descriptor_Function)symbol;
  return (void*)descriptors;
}
