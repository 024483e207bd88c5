/* spy.so: replaces isolde.so in a copy of the bundle, and passes every call on to the real one, real.so. It logs where a
 * host begins: for the first sample that is not silent, a line with the number of samples that the plug-in has received
 * since it was activated. $SPY_LOG names the file.
 */
#include <dlfcn.h>
#include <lv2/core/lv2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum
{
  INSTANCES = 64,
  PLUGINS = 16,
};

typedef struct
{
  LV2_Handle handle;
  const LV2_Descriptor* real;
  const float* input; /* port 0 */
  long since;         /* samples after activate */
  bool heard;
} Instance;

static Instance instances[INSTANCES];
static LV2_Descriptor copies[PLUGINS];
static const LV2_Descriptor* reals[PLUGINS];

static Instance*
find(LV2_Handle handle)
{
  Instance* instance = instances;
  while (instance->handle != handle)
    ++instance;
  return instance;
}

static LV2_Handle
instantiate(const LV2_Descriptor* descriptor,
            double rate,
            const char* bundle,
            const LV2_Feature* const* features)
{
  const LV2_Descriptor* real = reals[descriptor - copies];
  LV2_Handle handle = real->instantiate(real, rate, bundle, features);
  if (handle)
    *find(NULL) = (Instance){ .handle = handle, .real = real };
  return handle;
}

static void
connect_port(LV2_Handle handle, uint32_t port, void* data)
{
  Instance* instance = find(handle);
  if (port == 0)
    instance->input = data;
  instance->real->connect_port(handle, port, data);
}

static void
activate(LV2_Handle handle)
{
  Instance* instance = find(handle);
  instance->since = 0;
  instance->heard = false;
  instance->real->activate(handle);
}

static void
run(LV2_Handle handle, uint32_t count)
{
  Instance* instance = find(handle);
  for (uint32_t i = 0; i < count && !instance->heard; ++i)
    if (instance->input[i] != 0) {
      instance->heard = true;
      FILE* log = fopen(getenv("SPY_LOG"), "a");
      fprintf(log, "%ld\n", instance->since + i);
      fclose(log);
    }
  instance->since += count;
  instance->real->run(handle, count);
}

static void
cleanup(LV2_Handle handle)
{
  Instance* instance = find(handle);
  instance->handle = NULL;
  instance->real->cleanup(handle);
}

LV2_SYMBOL_EXPORT const LV2_Descriptor*
lv2_descriptor(uint32_t index)
{
  Dl_info here;
  char path[4096];
  if (index >= PLUGINS || !dladdr((void*)lv2_descriptor, &here))
    return NULL;
  snprintf(path,
           sizeof path,
           "%.*sreal.so",
           (int)(strrchr(here.dli_fname, '/') + 1 - here.dli_fname),
           here.dli_fname);
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  LV2_Descriptor_Function get =
    library ? (LV2_Descriptor_Function)dlsym(library, "lv2_descriptor") : NULL;
  reals[index] = get ? get(index) : NULL;
  if (!reals[index])
    return NULL;
  copies[index] = *reals[index];
  copies[index].instantiate = instantiate;
  copies[index].connect_port = connect_port;
  copies[index].activate = activate;
  copies[index].run = run;
  copies[index].cleanup = cleanup;
  return &copies[index];
}
