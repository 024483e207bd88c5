/* Fuzzes the plug-ins (`make fuzz`): bytes become the actions of a host, in any order and with any values.
 *
 * Controls; blocks of any length and any samples, in place or not; valid messages and noise; states of any type and
 * length, with and without mapped paths; models that fit, do not fit or are not models; a worker that is late, full or
 * missing; resets. The output must be finite and the latency constant.
 */
#define _GNU_SOURCE
#include "../Plugin/model_host.h"
#include "../Plugin/small_model.h"
#include "bytes.h"

#include <sys/stat.h>
#include <unistd.h>

enum
{
  STEPS = 200,
  LONGEST = 3000,       /* samples of a block */
  MOST_SAMPLES = 12000, /* of an input; then blocks are short */
  SHORT = 16,
  FILES = 8,
};

const LV2_Descriptor* lv2_descriptor(uint32_t index); /* the plug-in is linked */

static char bundle[200], files[FILES][300];

int LLVMFuzzerInitialize(int* count, char*** arguments);

/* A bundle whose models are small, so that instances cost little, and files to choose. */
int
LLVMFuzzerInitialize(int* count, char*** arguments)
{
  (void)count, (void)arguments;
  char folder[] = "/tmp/isolde-fuzz.XXXXXX", path[300];
  DEMAND(mkdtemp(folder), "no folder");
  snprintf(bundle, sizeof bundle, "%s/", folder);
  snprintf(path, sizeof path, "%smodels", bundle);
  mkdir(path, 0700);
  snprintf(path, sizeof path, "%smodels/studio.isolde", bundle);
  write_small_model(path, 4096, 0.5);
  snprintf(path, sizeof path, "%smodels/live.isolde", bundle);
  write_small_model(path, 1536, 0.5);
  snprintf(path, sizeof path, "%smodels/extend.isolde", bundle);
  write_small_model_of(path, "extend", 1536, 0.5);
  static const char* const names[FILES] = {
    "fits.isolde", "late.isolde", "damaged.isolde",     "missing.isolde",
    "pipe",        "models",      "models/live.isolde", ""
  };
  for (int k = 0; k < FILES; ++k)
    snprintf(files[k], sizeof files[k], "%s%s", bundle, names[k]);
  files[FILES - 1][0] = 0;
  write_small_model(files[0], 768, 0.25);
  write_small_model(files[1], 6144, 0.25);
  write_small_model(files[2], 768, 0.25);
  DEMAND(!truncate(files[2], 300), "cannot damage %s", files[2]);
  mkfifo(files[4], 0600);
  return 0;
}

/* ---- What the host does ------------------------------------------------------------------------ */

static void
move_control(Bytes* bytes, Plug* plug)
{
  static const float odd[] = { NAN, INFINITY, -INFINITY, 3.4e38f, -3.4e38f, 1e-45f, -0.f, 1e9f };
  const uint32_t which = below(bytes, LISTEN + 1);
  const uint8_t value = byte(bytes);
  plug->controls[which] = value < 8     ? odd[value]
                          : value < 128 ? (float)(value - 68)
                                        : (float)(value - 128) / 25;
}

/* Any bits as samples, or a simple sound. */
static void
make_sound(Bytes* bytes, float buffers[][LONGEST], uint32_t count)
{
  const uint8_t kind = byte(bytes);
  uint32_t noise = word(bytes);
  for (uint32_t c = 0; c < MAX_CHANNELS; ++c)
    for (uint32_t i = 0; i < count; ++i) {
      const float r = random_sample(&noise);
      memcpy(&buffers[c][i], kind % 4 ? (const void*)&r : (const void*)&noise, sizeof(float));
      if (kind % 4 == 2)
        buffers[c][i] = 0;
      if (kind % 4 == 3)
        buffers[c][i] *= 0.1f;
    }
}

static uint32_t
run_block(Bytes* bytes, Plug* plug, uint32_t longest)
{
  static float in[MAX_CHANNELS][LONGEST], out[MAX_OUTPUTS][LONGEST];
  const uint32_t length = (uint32_t)byte(bytes) * byte(bytes) % longest;
  const bool in_place = below(bytes, 2);
  float *from[MAX_CHANNELS], *to[MAX_OUTPUTS];
  make_sound(bytes, in_place ? out : in, length);
  for (int c = 0; c < MAX_OUTPUTS; ++c)
    to[c] = out[c];
  for (int c = 0; c < MAX_CHANNELS; ++c)
    from[c] = in_place ? out[c] : in[c];
  plug_run(plug, from, to, length);
  for (uint32_t c = 0; c < plug->kind->outputs; ++c)
    for (uint32_t i = 0; i < length; ++i)
      DEMAND(isfinite(out[c][i]), "output %u, sample %u: %g", c, i, out[c][i]);
  return length;
}

/* An event of any content; what the sequence says of its length is true, as a host's is. */
static void
send_noise(Bytes* bytes, Plug* plug)
{
  LV2_Atom_Forge forge;
  LV2_Atom_Forge_Frame sequence, object;
  lv2_atom_forge_init(&forge, &uri_map);
  lv2_atom_forge_set_buffer(&forge, plug->control.bytes, ATOM_BYTES);
  lv2_atom_forge_sequence_head(&forge, &sequence, 0);
  for (uint32_t events = 1 + below(bytes, 3); events > 0; --events) {
    lv2_atom_forge_frame_time(&forge, below(bytes, 200));
    uint8_t body[256];
    const uint32_t size = byte(bytes);
    for (uint32_t k = 0; k < size; ++k)
      body[k] = byte(bytes);
    if (below(bytes, 2)) { /* an object, its properties noise */
      lv2_atom_forge_object(
        &forge, &object, 0, urid(below(bytes, 2) ? LV2_PATCH__Set : LV2_PATCH__Get));
      if (below(bytes, 2)) {
        lv2_atom_forge_key(&forge, urid(LV2_PATCH__property));
        lv2_atom_forge_urid(&forge, below(bytes, 2) ? urid(MODEL_URI) : byte(bytes));
      }
      lv2_atom_forge_key(&forge, urid(below(bytes, 2) ? LV2_PATCH__value : LV2_PATCH__property));
      lv2_atom_forge_atom(&forge, size, below(bytes, 2) ? urid(LV2_ATOM__Path) : byte(bytes));
      lv2_atom_forge_write(&forge, body, size);
      lv2_atom_forge_pop(&forge, &object);
    } else {
      lv2_atom_forge_atom(&forge, size, below(bytes, 2) ? urid(LV2_ATOM__Object) : byte(bytes));
      lv2_atom_forge_write(&forge, body, size);
    }
  }
  lv2_atom_forge_pop(&forge, &sequence);
}

static void
restore_state(Bytes* bytes, ModelHost* host)
{
  State state = { .folder = below(bytes, 2) ? bundle : "/nowhere/" };
  state.key = below(bytes, 8) ? urid(MODEL_URI) : byte(bytes);
  static const char* const types[] = {
    LV2_ATOM__Path, LV2_ATOM__String, LV2_ATOM__URI, LV2_ATOM__Float
  };
  state.type = urid(types[below(bytes, 4)]);
  state.flags = byte(bytes);
  const uint8_t kind = byte(bytes);
  if (kind % 4) {
    state.size = strlen(files[kind / 4 % FILES]) + 1;
    memcpy(state.value, files[kind / 4 % FILES], state.size);
  } else { /* any bytes, often without a zero at their end */
    state.size = byte(bytes) * (kind % 8 ? 1u : 19u);
    for (size_t k = 0; k < state.size; ++k)
      state.value[k] = (char)byte(bytes);
  }
  restore(host, &state);
  DEMAND(!state.mapped, "%d paths of the host were not freed", state.mapped);
}

static void
save_state(Bytes* bytes, ModelHost* host)
{
  State state = { .folder = below(bytes, 2) ? bundle : "/nowhere/" };
  save(host, &state);
  DEMAND(!state.mapped, "%d paths of the host were not freed", state.mapped);
  if (below(bytes, 2))
    restore(host, &state);
}

int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
  static const double rates[] = { 48000, 44100, 8000, 192000, 96000, 11025, 1000, 1e9 };
  static ModelHost host;
  Bytes bytes = { data, data + size };
  const uint8_t form = byte(&bytes);
  const double rate = rates[below(&bytes, 8)];
  if (!model_host(&host, lv2_descriptor, &plugins[form % PLUGINS], rate, bundle, form & 64)) {
    DEMAND(rate < 8000 || rate > 192000, "refused at %g Hz", rate);
    return 0;
  }
  float latency = -1;
  uint32_t samples = 0;
  for (int step = 0; step < STEPS && bytes.next < bytes.end; ++step) {
    switch (below(&bytes, 12)) {
      case 0:
      case 1:
        move_control(&bytes, &host.plug);
        break;
      case 2:
        send(&host, below(&bytes, 4) ? files[below(&bytes, FILES)] : NULL);
        break;
      case 3:
        send_noise(&bytes, &host.plug);
        break;
      case 4:
        restore_state(&bytes, &host);
        break;
      case 5:
        save_state(&bytes, &host);
        break;
      case 6:
        if (below(&bytes, 2))
          host.plug.descriptor->deactivate ? host.plug.descriptor->deactivate(host.plug.handle)
                                           : (void)0;
        plug_activate(&host.plug);
        break;
      case 7:
        do_work(&host);
        break;
      case 8:
        deliver_responses(&host);
        break;
      case 9:
        host.is_full = below(&bytes, 2);
        host.at_once = below(&bytes, 2);
        break;
      default:
        samples += run_block(&bytes, &host.plug, samples < MOST_SAMPLES ? LONGEST : SHORT);
        latency = latency < 0 ? host.plug.controls[LATENCY] : latency;
        DEMAND(host.plug.controls[LATENCY] == latency,
               "latency %g, then %g",
               latency,
               host.plug.controls[LATENCY]);
    }
    host.log[0] = 0;
  }
  if (form & 128)
    do_work(&host);
  plug_out(&host.plug);
  return 0;
}
