/* rt_host PLUGIN.so BUNDLE INDEX CHANNELS: does everything that hosts do in the audio thread, under RealtimeSanitizer,
 * with a window that asks for columns and a mixer that shows the plug-in's picture. Prints the number of callbacks, of
 * columns of the window's spectrogram and of pictures.
 *
 * Linked with -fsanitize=realtime: while a nonblocking function is on the stack, any libc call that can wait or
 * allocate ends the process with a report. The plug-in is the released one, built without a sanitizer. Ports after the
 * audio ports are taken as controls.
 */
#include "../../Sources/Plugin/inline_display.h"
#include "../../Sources/Plugin/messages.h"
#include "../Plugin/host.h"

#include <lv2/atom/util.h>
#include <lv2/patch/patch.h>

enum
{
  SECONDS = 4,
  LARGEST = 8192,
  ATOM_BYTES = 8192,
};

/* ---- Messages ----------------------------------------------------------------------------------- */

static LV2_URID
map_uri(LV2_URID_Map_Handle handle, const char* uri)
{
  (void)handle;
  static char known[64][80];
  uint32_t i = 0;
  while (*known[i] && strcmp(known[i], uri))
    ++i;
  snprintf(known[i], sizeof known[i], "%s", uri);
  return i + 1;
}

static LV2_URID_Map map = { NULL, map_uri };

typedef union
{
  LV2_Atom_Sequence sequence;
  uint8_t bytes[ATOM_BYTES];
} Events;

/* The request for columns that a window sends every second. */
static void
write_watch(Events* events)
{
  LV2_Atom_Forge forge;
  LV2_Atom_Forge_Frame sequence, object;
  lv2_atom_forge_init(&forge, &map);
  lv2_atom_forge_set_buffer(&forge, events->bytes, sizeof events->bytes);
  lv2_atom_forge_sequence_head(&forge, &sequence, 0);
  lv2_atom_forge_frame_time(&forge, 0);
  lv2_atom_forge_object(&forge, &object, 0, map_uri(NULL, LV2_PATCH__Set));
  lv2_atom_forge_key(&forge, map_uri(NULL, LV2_PATCH__property));
  lv2_atom_forge_urid(&forge, map_uri(NULL, ISOLDE_WATCH));
  lv2_atom_forge_key(&forge, map_uri(NULL, LV2_PATCH__value));
  lv2_atom_forge_bool(&forge, true);
  lv2_atom_forge_pop(&forge, &object);
  lv2_atom_forge_pop(&forge, &sequence);
}

static uint32_t
count_columns(const Events* events)
{
  uint32_t count = 0;
  LV2_ATOM_SEQUENCE_FOREACH(&events->sequence, event)
  {
    const LV2_Atom_Object* object = (const LV2_Atom_Object*)&event->body;
    count += object->body.otype == map_uri(NULL, ISOLDE_COLUMN);
  }
  return count;
}

static void
queue_draw(void* pictures)
{
  ++*(uint32_t*)pictures;
}

/* ---- Callbacks ---------------------------------------------------------------------------------- */

static void
run_callback(Host* host, float* const* in, float* const* out, uint32_t count) [[clang::nonblocking]]
{
  run(host, in, out, count);
}

/* Ardour flushes a plug-in in the audio thread at a locate. */
static void
activate_callback(const Host* host) [[clang::nonblocking]]
{
  activate(host);
}

int
main(int argc, char** argv)
{
  if (argc != 5)
    return 2;
  static const double rates[] = { 8000, 44100, 48000, 192000 };
  static const uint32_t sizes[] = { 64, 1, 512, 0, 127, 1024, 8192, 333 };
  uint32_t callbacks = 0, columns = 0, pictures = 0;
  const LV2_Inline_Display mixer = { &pictures, queue_draw };
  const LV2_Feature map_feature = { LV2_URID__map, &map };
  const LV2_Feature mixer_feature = { LV2_INLINEDISPLAY__queue_draw, (void*)&mixer };
  const LV2_Feature* const features[] = { &map_feature, &mixer_feature, NULL };
  static Events control, notify;
  write_watch(&control);
  const LV2_Descriptor* descriptor = open_plugin(argv[1])((uint32_t)atoi(argv[3]));
  const uint32_t channels = (uint32_t)atoi(argv[4]);
  float buffers[2 * MAX_CHANNELS][LARGEST];
  float *in[MAX_CHANNELS], *out[MAX_CHANNELS];

  for (size_t r = 0; r < sizeof rates / sizeof *rates; ++r) {
    Host host = start(descriptor, channels, rates[r], argv[2], features);
    if (!host.handle)
      return 2;
    activate(&host);
    uint32_t state = 1;
    for (uint32_t at = 0, turn = 0; at < SECONDS * rates[r]; ++turn) {
      const uint32_t count = sizes[turn % (sizeof sizes / sizeof *sizes)];
      for (uint32_t c = 0; c < channels; ++c) {
        in[c] = buffers[c];
        out[c] = turn % 3 ? buffers[c + MAX_CHANNELS] : in[c];
        for (uint32_t i = 0; i < count; ++i)
          in[c][i] = turn % 97 == 5 ? NAN : turn % 89 > 80 ? 0 : 0.5f * random_sample(&state);
      }
      /* Every control moves. */
      host.controls[ENABLED] = turn % 50 != 7;
      host.controls[VOICE] = turn % 11 ? 0 : -60;
      host.controls[AMBIENCE] = (float)(turn % 72) - 60;
      host.controls[SENSITIVITY] = (float)(turn % 200) - 100;
      host.controls[LISTEN] = (float)(turn / 20 % 5);
      /* The controls of a plug-in that is not ours have no messages among them. */
      const bool has_messages = strstr(descriptor->URI, "urn:isolde:") == descriptor->URI;
      notify.sequence.atom = (LV2_Atom){ ATOM_BYTES - sizeof(LV2_Atom), 0 };
      if (has_messages) {
        connect(&host, port(&host, CONTROL), &control);
        connect(&host, port(&host, NOTIFY), &notify);
      }
      run_callback(&host, in, out, count);
      columns += has_messages ? count_columns(&notify) : 0;
      if (turn % 200 == 150)
        activate_callback(&host);
      at += count;
      ++callbacks;
    }
    stop(&host);
  }
  printf("%u callbacks\n%u columns\n%u pictures\n", callbacks, columns, pictures);
  return 0;
}
