/* window_host URI [OPTION...]: a plug-in and its windows in one thread, driven by lines on the standard input,
 * which it answers on the standard output. LV2_PATH leads to the bundle.
 *
 *   open              a window, in a parent of its own; prints the X window, or "none"
 *   close N           the window N, from 0
 *   set SYMBOL VALUE  a control, as the host's automation does: all windows are told
 *   get SYMBOL        prints a control's value, as the plug-in sees it
 *   hash              prints a number made of all samples that have left since the start
 *   touches           prints what windows told of gestures since the last time: "+voice -voice"
 *   size N W H        the host resizes the window N
 *   hide N, show N    hides and shows the window around the window N
 *   picture N FILE    what the window N shows, as a PPM
 *   run SECONDS       sound, and windows at 30 frames a second; prints processor ms a second of the windows
 *   plain SECONDS     sound as fast as it goes; windows see one frame a block; prints processor ms a second of
 *                     the plug-in
 *   cost N            seconds of sound, in turn with nobody watching and with a window that watches, N times each;
 *                     prints the least processor ms a second of the plug-in, both ways
 *   columns           prints how many columns of the spectrogram the plug-in has sent since the last time
 *   rounds N          opens and closes a window N times, with some frames of sound; prints how many there
 *                     were, and the bytes on the heap
 *   model             prints the path of the model that the plug-in has told last
 *   keys              prints the key codes that windows have passed on since the last time
 *   quit
 *
 * Options take away what a host may lack, or add: no-parent no-idle no-features scale=2 colours=303030,F0E0D0 (of
 * background and text) rate=48000 sound=FILE (mono, again and again)
 */
#include <dlfcn.h>
#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/atom/forge.h>
#include <lv2/atom/util.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <lv2/patch/patch.h>
#include <lv2/ui/ui.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <malloc.h>
#include <math.h>
#include <poll.h>
#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xcb/xcb.h>

enum
{
  MAX_PORTS = 32,
  MAX_WINDOWS = 4,
  MAX_URIDS = 200,
  BLOCK = 1600,
  RATE = 48000,
  FRAMES = 30,
  ATOM_BYTES = 8192,
  MAX_SOUND = 20 * RATE,
};

typedef struct
{
  void* library;
  const LV2UI_Descriptor* descriptor;
  LV2UI_Handle handle;
  LV2UI_Widget widget;
  xcb_window_t parent;
  const LV2UI_Idle_Interface* idle;
} Window;

static struct
{
  bool no_parent, no_idle, no_features;
  unsigned background, text; /* 0xRRGGBB; both 0: the host tells none */
  float scale;
} options;

static float rate = RATE; /* Hz */
static const char* uri;
static xcb_connection_t* x;
static char* uris[MAX_URIDS];
static const LilvPlugin* plugin;
static LilvInstance* instance;
static uint32_t port_count;
static float controls[MAX_PORTS];
static float shown[MAX_PORTS];
static bool is_output[MAX_PORTS], is_audio[MAX_PORTS], is_atom[MAX_PORTS];
static float audio[MAX_PORTS][BLOCK];
static _Alignas(8) uint8_t atoms[MAX_PORTS][ATOM_BYTES];
static float sound[MAX_SOUND];
static sf_count_t sound_length, sound_place;
static int columns;
static uint64_t hash = 14695981039346656037u;
static char touches[4096];
static char model[4096];
static struct
{
  uint32_t size;
  uint8_t order[8192];
} work; /* what the plug-in has scheduled */
static Window windows[MAX_WINDOWS];

/* ---- Features ----------------------------------------------------------------------------------- */

static LV2_URID
map_uri(LV2_URID_Map_Handle handle, const char* text)
{
  (void)handle;
  for (uint32_t i = 0; i < MAX_URIDS; ++i) {
    if (!uris[i])
      uris[i] = strdup(text);
    if (!strcmp(uris[i], text))
      return i + 1;
  }
  abort();
}

static LV2_URID_Map map = { NULL, map_uri };

static const char*
symbol(uint32_t port)
{
  return lilv_node_as_string(
    lilv_port_get_symbol(plugin, lilv_plugin_get_port_by_index(plugin, port)));
}

static int
port_of(const char* name)
{
  for (uint32_t port = 0; port < port_count; ++port)
    if (!strcmp(symbol(port), name))
      return (int)port;
  return -1;
}

static void
touch(LV2UI_Feature_Handle handle, uint32_t port, bool grabbed)
{
  (void)handle;
  const size_t used = strlen(touches);
  snprintf(touches + used, sizeof touches - used, "%s%s ", grabbed ? "+" : "-", symbol(port));
}

static int
resize(LV2UI_Feature_Handle handle, int width, int height)
{
  const Window* window = handle;
  if (!x || !window->parent)
    return 1;
  const uint32_t size[] = { (uint32_t)width, (uint32_t)height };
  xcb_configure_window(x, window->parent, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
  xcb_flush(x);
  return 0;
}

static LV2_Worker_Status
schedule(LV2_Worker_Schedule_Handle handle, uint32_t size, const void* data)
{
  (void)handle;
  if (work.size || size > sizeof work.order)
    return LV2_WORKER_ERR_NO_SPACE;
  memcpy(work.order, data, size);
  work.size = size;
  return LV2_WORKER_SUCCESS;
}

static LV2_Worker_Status
respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void* data)
{
  const LV2_Worker_Interface* worker = handle;
  return worker->work_response(lilv_instance_get_handle(instance), size, data);
}

/* Between two callbacks. */
static void
do_work(void)
{
  const LV2_Worker_Interface* worker =
    lilv_instance_get_extension_data(instance, LV2_WORKER__interface);
  if (work.size)
    worker->work(lilv_instance_get_handle(instance), respond, (void*)worker, work.size, work.order);
  work.size = 0;
}

/* ---- Ports -------------------------------------------------------------------------------------- */

static void
tell_windows(uint32_t port, const Window* but)
{
  for (Window* window = windows; window < windows + MAX_WINDOWS; ++window)
    if (window->handle && window != but && window->descriptor->port_event)
      window->descriptor->port_event(window->handle, port, sizeof(float), 0, &controls[port]);
}

static void
write_port(LV2UI_Controller controller,
           uint32_t port,
           uint32_t size,
           uint32_t format,
           const void* data)
{
  if (format == 0 && size == sizeof(float) && port < port_count) {
    controls[port] = *(const float*)data;
    tell_windows(port, controller);
  } else if (format == map_uri(NULL, LV2_ATOM__eventTransfer) && port < port_count &&
             is_atom[port]) {
    LV2_Atom_Sequence* sequence = (LV2_Atom_Sequence*)atoms[port];
    LV2_Atom_Event* event = (LV2_Atom_Event*)(atoms[port] + sizeof(LV2_Atom) + sequence->atom.size);
    const uint32_t bytes = (uint32_t)sizeof(int64_t) + lv2_atom_pad_size(size);
    if (sizeof(LV2_Atom) + sequence->atom.size + bytes > ATOM_BYTES)
      return;
    event->time.frames = 0;
    memcpy(&event->body, data, size);
    sequence->atom.size += bytes;
  }
}

static void
clear(uint32_t port)
{
  LV2_Atom_Sequence* sequence = (LV2_Atom_Sequence*)atoms[port];
  sequence->atom.type = map_uri(NULL, LV2_ATOM__Sequence);
  sequence->atom.size =
    is_output[port] ? ATOM_BYTES - (uint32_t)sizeof(LV2_Atom) : (uint32_t)sizeof sequence->body;
  sequence->body = (LV2_Atom_Sequence_Body){ 0 };
}

static void
read_sound(const char* path)
{
  SF_INFO info = { 0 };
  SNDFILE* file = sf_open(path, SFM_READ, &info);
  if (!file || info.channels != 1) {
    fprintf(stderr, "%s: not mono\n", path);
    exit(EXIT_FAILURE);
  }
  sound_length = sf_readf_float(file, sound, MAX_SOUND);
  sf_close(file);
}

/* One block, and what it tells the windows. */
static void
run_plugin(void)
{
  for (uint32_t port = 0; port < port_count; ++port) {
    if (is_audio[port] && !is_output[port]) {
      for (int i = 0; i < BLOCK && sound_length; ++i)
        audio[port][i] = sound[(sound_place + i) % sound_length];
    } else if (is_atom[port] && is_output[port]) {
      clear(port);
    }
  }
  sound_place += BLOCK;
  lilv_instance_run(instance, BLOCK);
  do_work();
  for (uint32_t port = 0; port < port_count; ++port) {
    for (size_t i = 0; is_audio[port] && is_output[port] && i < sizeof audio[port]; ++i)
      hash = (hash ^ ((const uint8_t*)audio[port])[i]) * 1099511628211u;
    if (is_atom[port] && !is_output[port])
      clear(port);
    if (is_atom[port] && is_output[port]) {
      LV2_ATOM_SEQUENCE_FOREACH((const LV2_Atom_Sequence*)atoms[port], event)
      {
        const LV2_Atom_Object* object = (const LV2_Atom_Object*)&event->body;
        columns += object->body.otype == map_uri(NULL, "urn:isolde:column");
        const LV2_Atom* value = NULL;
        if (object->body.otype == map_uri(NULL, LV2_PATCH__Set))
          lv2_atom_object_get(object, map_uri(NULL, LV2_PATCH__value), &value, 0);
        if (value)
          snprintf(model, sizeof model, "%s", (const char*)(value + 1));
        for (Window* window = windows; window < windows + MAX_WINDOWS; ++window)
          if (window->handle)
            window->descriptor->port_event(window->handle,
                                           port,
                                           (uint32_t)sizeof(LV2_Atom) + event->body.size,
                                           map_uri(NULL, LV2_ATOM__eventTransfer),
                                           &event->body);
      }
    }
    if (!is_audio[port] && !is_atom[port] && is_output[port] && controls[port] != shown[port]) {
      shown[port] = controls[port];
      tell_windows(port, NULL);
    }
  }
}

static bool
make_instance(LilvWorld* world)
{
  LilvNode* node = lilv_new_uri(world, uri);
  plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), node);
  lilv_node_free(node);
  if (!plugin)
    return false;
  static const LV2_Feature map_feature = { LV2_URID__map, &map };
  static LV2_Worker_Schedule schedule_data = { NULL, schedule };
  static const LV2_Feature schedule_feature = { LV2_WORKER__schedule, &schedule_data };
  const LV2_Feature* features[] = { &map_feature, &schedule_feature, NULL };
  instance = lilv_plugin_instantiate(plugin, rate, features);
  if (!instance)
    return false;
  port_count = lilv_plugin_get_num_ports(plugin);
  LilvNode* output = lilv_new_uri(world, LV2_CORE__OutputPort);
  LilvNode* audio_port = lilv_new_uri(world, LV2_CORE__AudioPort);
  LilvNode* atom_port = lilv_new_uri(world, LV2_ATOM__AtomPort);
  lilv_plugin_get_port_ranges_float(plugin, NULL, NULL, controls);
  for (uint32_t port = 0; port < port_count && port < MAX_PORTS; ++port) {
    const LilvPort* row = lilv_plugin_get_port_by_index(plugin, port);
    is_output[port] = lilv_port_is_a(plugin, row, output);
    is_audio[port] = lilv_port_is_a(plugin, row, audio_port);
    is_atom[port] = lilv_port_is_a(plugin, row, atom_port);
    if (is_atom[port])
      clear(port);
    lilv_instance_connect_port(instance,
                               port,
                               is_audio[port]  ? (void*)audio[port]
                               : is_atom[port] ? (void*)atoms[port]
                                               : (void*)&controls[port]);
  }
  lilv_node_free(output);
  lilv_node_free(audio_port);
  lilv_node_free(atom_port);
  lilv_instance_activate(instance);
  return true;
}

/* ---- Windows ------------------------------------------------------------------------------------ */

static xcb_window_t
make_parent(int number)
{
  const xcb_screen_t* screen = xcb_setup_roots_iterator(xcb_get_setup(x)).data;
  const xcb_window_t id = xcb_generate_id(x);
  const uint32_t values[] = { screen->white_pixel, 1 };
  xcb_create_window(x,
                    XCB_COPY_FROM_PARENT,
                    id,
                    screen->root,
                    (int16_t)(40 * number),
                    (int16_t)(20 * number),
                    760,
                    560,
                    0,
                    XCB_WINDOW_CLASS_INPUT_OUTPUT,
                    screen->root_visual,
                    XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT,
                    values);
  xcb_map_window(x, id);
  /* The window comes by a connection of its own: the server is to know the parent before. */
  free(xcb_get_input_focus_reply(x, xcb_get_input_focus(x), NULL));
  return id;
}

static void
find_ui(Window* window, const char* bundle)
{
  char path[4096];
  snprintf(path, sizeof path, "%sisolde_ui.so", bundle);
  window->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!window->library)
    fprintf(stderr, "%s\n", dlerror());
  LV2UI_DescriptorFunction function = NULL;
  if (window->library)
    *(void**)&function = dlsym(window->library, "lv2ui_descriptor");
  window->descriptor = function ? function(0) : NULL;
}

/* The X window; 0: none. */
static unsigned long
open_window(void)
{
  int number = 0;
  while (number < MAX_WINDOWS && windows[number].handle)
    ++number;
  if (number == MAX_WINDOWS)
    return 0;
  Window* window = &windows[number];
  char* bundle = lilv_file_uri_parse(lilv_node_as_string(lilv_plugin_get_bundle_uri(plugin)), NULL);
  *window = (Window){ 0 };
  find_ui(window, bundle);
  if (x && !options.no_parent)
    window->parent = make_parent(number);
  static LV2UI_Touch touch_data = { NULL, touch }; /* the window keeps the pointer */
  LV2UI_Resize resize_data = { window, resize };
  const int32_t background = (int32_t)(options.background << 8 | 0xFF);
  const int32_t foreground = (int32_t)(options.text << 8 | 0xFF);
  const bool has_colours = options.background || options.text;
  LV2_URID real = map_uri(NULL, LV2_ATOM__Float), whole = map_uri(NULL, LV2_ATOM__Int);
#define OPTION(key, type, value) \
  { \
    LV2_OPTIONS_INSTANCE, 0, map_uri(NULL, key), sizeof(float), type, value \
  }
  const LV2_Options_Option told[] = {
    OPTION(LV2_PARAMETERS__sampleRate, real, &rate),
    OPTION(LV2_UI__scaleFactor, real, &options.scale),
    OPTION(has_colours ? LV2_UI__backgroundColor : "urn:none", whole, &background),
    OPTION(has_colours ? LV2_UI__foregroundColor : "urn:none", whole, &foreground),
    { LV2_OPTIONS_INSTANCE, 0, 0, 0, 0, NULL },
  };
  const LV2_Feature features[] = {
    { LV2_UI__parent, (void*)(uintptr_t)window->parent },
    { LV2_URID__map, &map },
    { LV2_UI__touch, &touch_data },
    { LV2_UI__resize, &resize_data },
    { LV2_OPTIONS__options, (void*)told },
    { LV2_UI__idleInterface, NULL },
  };
  const LV2_Feature* list[8] = { NULL };
  const LV2_Feature** next = list;
  if (!options.no_parent)
    *next++ = &features[0];
  for (int i = 1; !options.no_features && i < 6; ++i)
    *next++ = &features[i];
  window->handle = window->descriptor
                     ? window->descriptor->instantiate(
                         window->descriptor, uri, bundle, write_port, window, &window->widget, list)
                     : NULL;
  lilv_free(bundle);
  if (!window->handle)
    return 0;
  if (!options.no_idle)
    window->idle = window->descriptor->extension_data(LV2_UI__idleInterface);
  for (uint32_t port = 0; port < port_count; ++port)
    if (!is_audio[port] && !is_atom[port])
      window->descriptor->port_event(window->handle, port, sizeof(float), 0, &controls[port]);
  return (unsigned long)(uintptr_t)window->widget;
}

static void
close_window(int number)
{
  Window* window = &windows[number];
  if (!window->handle)
    return;
  window->descriptor->cleanup(window->handle);
  if (window->parent)
    xcb_destroy_window(x, window->parent);
  dlclose(window->library);
  *window = (Window){ 0 };
}

/* Seconds of the processor, as it is spent. */
static double
processor(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void
show_frame(double* spent)
{
  const double before = processor();
  for (int i = 0; i < MAX_WINDOWS; ++i)
    if (windows[i].idle && windows[i].idle->idle(windows[i].handle)) {
      close_window(i);
      printf("closed %d\n", i);
      fflush(stdout);
    }
  *spent += processor() - before;
}

/* What a window says every second, on the port `control`. */
static void
write_watch(void)
{
  _Alignas(8) uint8_t buffer[128];
  LV2_Atom_Forge forge;
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_init(&forge, &map);
  lv2_atom_forge_set_buffer(&forge, buffer, sizeof buffer);
  lv2_atom_forge_object(&forge, &frame, 0, map_uri(NULL, LV2_PATCH__Set));
  lv2_atom_forge_key(&forge, map_uri(NULL, LV2_PATCH__property));
  lv2_atom_forge_urid(&forge, map_uri(NULL, "urn:isolde:watch"));
  lv2_atom_forge_key(&forge, map_uri(NULL, LV2_PATCH__value));
  lv2_atom_forge_bool(&forge, true);
  lv2_atom_forge_pop(&forge, &frame);
  write_port(NULL,
             (uint32_t)port_of("control"),
             forge.offset,
             map_uri(NULL, LV2_ATOM__eventTransfer),
             buffer);
}

/* Processor ms of the plug-in for a second of sound. */
static double
second_of_sound(void)
{
  const double before = processor();
  for (int i = 0; i < RATE / BLOCK; ++i)
    run_plugin();
  return 1000 * (processor() - before);
}

static void
measure_cost(int times)
{
  double alone = INFINITY, watched = INFINITY;
  for (int i = 0; i < times; ++i) {
    second_of_sound(); /* until the last word is forgotten */
    second_of_sound();
    alone = fmin(alone, second_of_sound());
    write_watch();
    columns = 0;
    watched = fmin(watched, second_of_sound());
  }
  printf("%.3f %.3f\n", alone, columns ? watched : NAN);
}

static void
take_picture(const Window* window, const char* path)
{
  const xcb_window_t id = (xcb_window_t)(uintptr_t)window->widget;
  xcb_get_geometry_reply_t* size = xcb_get_geometry_reply(x, xcb_get_geometry(x, id), NULL);
  xcb_get_image_reply_t* image =
    size ? xcb_get_image_reply(
             x,
             xcb_get_image(x, XCB_IMAGE_FORMAT_Z_PIXMAP, id, 0, 0, size->width, size->height, ~0u),
             NULL)
         : NULL;
  FILE* file = image ? fopen(path, "wb") : NULL;
  if (file) {
    fprintf(file, "P6 %d %d 255\n", size->width, size->height);
    const uint8_t* pixel = xcb_get_image_data(image);
    for (int i = 0; i < size->width * size->height; ++i, pixel += 4)
      fwrite((uint8_t[]){ pixel[2], pixel[1], pixel[0] }, 1, 3, file);
    fclose(file);
  }
  printf("%d %d\n", file ? size->width : 0, file ? size->height : 0);
  free(image);
  free(size);
}

/* ---- Lines ---------------------------------------------------------------------------------------- */

static bool
obey(const char* line)
{
  char name[64], path[200];
  float value;
  int number, width, height;
  if (!strcmp(line, "open\n")) {
    const unsigned long id = open_window();
    if (id)
      printf("%lu\n", id);
    else
      printf("none\n");
  } else if (sscanf(line, "close %d", &number) == 1) {
    close_window(number);
  } else if (sscanf(line, "set %63s %f", name, &value) == 2 && port_of(name) >= 0) {
    controls[port_of(name)] = value;
    tell_windows((uint32_t)port_of(name), NULL);
  } else if (sscanf(line, "get %63s", name) == 1 && port_of(name) >= 0) {
    printf("%.4f\n", (double)controls[port_of(name)]);
  } else if (!strcmp(line, "hash\n")) {
    printf("%016lx\n", (unsigned long)hash);
  } else if (!strcmp(line, "touches\n")) {
    printf("%s\n", touches);
    *touches = 0;
  } else if (sscanf(line, "size %d %d %d", &number, &width, &height) == 3) {
    const LV2UI_Resize* from_host = windows[number].descriptor->extension_data(LV2_UI__resize);
    from_host->ui_resize(windows[number].handle, width, height);
    resize(&windows[number], width, height);
  } else if (sscanf(line, "hide %d", &number) == 1) {
    xcb_unmap_window(x, windows[number].parent);
    xcb_flush(x);
  } else if (sscanf(line, "show %d", &number) == 1) {
    xcb_map_window(x, windows[number].parent);
    xcb_flush(x);
  } else if (sscanf(line, "picture %d %199s", &number, path) == 2) {
    take_picture(&windows[number], path);
  } else if (sscanf(line, "run %f", &value) == 1) {
    double spent = 0;
    const struct timespec frame = { 0, 1000000000 / FRAMES };
    for (int i = 0; i < value * FRAMES; ++i) {
      run_plugin();
      show_frame(&spent);
      nanosleep(&frame, NULL);
    }
    printf("%.2f\n", 1000 * spent / (double)value);
  } else if (sscanf(line, "plain %f", &value) == 1) {
    double windows_spent = 0, spent = 0;
    for (int i = 0; i < value * RATE / BLOCK; ++i) {
      const double before = processor();
      run_plugin();
      spent += processor() - before;
      show_frame(&windows_spent);
    }
    printf("%.3f\n", 1000 * spent / (double)value);
  } else if (sscanf(line, "cost %d", &number) == 1) {
    measure_cost(number);
  } else if (!strcmp(line, "columns\n")) {
    printf("%d\n", columns);
    columns = 0;
  } else if (sscanf(line, "rounds %d", &number) == 1) {
    double spent = 0;
    int opened = 0;
    for (int i = 0; i < number; ++i) {
      opened += open_window() != 0;
      for (int frame = 0; frame < 3; ++frame) {
        run_plugin();
        show_frame(&spent);
      }
      close_window(0);
    }
    printf("%d %zu\n", opened, mallinfo2().uordblks);
  } else if (!strcmp(line, "model\n")) {
    printf("%s\n", model);
  } else if (!strcmp(line, "keys\n")) {
    for (xcb_generic_event_t* event; x && (event = xcb_poll_for_event(x)); free(event))
      if ((event->response_type & 0x7F) == XCB_KEY_PRESS)
        printf("%d ", ((const xcb_key_press_event_t*)event)->detail);
    printf("\n");
  } else if (!strcmp(line, "quit\n")) {
    return false;
  } else {
    printf("what?\n");
  }
  fflush(stdout);
  return true;
}

int
main(int argc, char** argv)
{
  if (argc < 2)
    return EXIT_FAILURE;
  uri = argv[1];
  options.scale = 1;
  for (int i = 2; i < argc; ++i) {
    options.no_parent |= !strcmp(argv[i], "no-parent");
    options.no_idle |= !strcmp(argv[i], "no-idle");
    options.no_features |= !strcmp(argv[i], "no-features");
    sscanf(argv[i], "colours=%x,%x", &options.background, &options.text);
    sscanf(argv[i], "rate=%f", &rate);
    sscanf(argv[i], "scale=%f", &options.scale);
    if (!strncmp(argv[i], "sound=", 6))
      read_sound(argv[i] + 6);
  }
  x = xcb_connect(NULL, NULL);
  if (xcb_connection_has_error(x)) {
    xcb_disconnect(x);
    x = NULL;
  }
  LilvWorld* world = lilv_world_new();
  lilv_world_load_all(world);
  if (!make_instance(world)) {
    fprintf(stderr, "no plug-in %s\n", uri);
    return EXIT_FAILURE;
  }
  setvbuf(stdin, NULL, _IONBF, 0);
  for (bool goes_on = true; goes_on;) {
    double spent = 0;
    struct pollfd input = { STDIN_FILENO, POLLIN, 0 };
    char line[256];
    if (poll(&input, 1, 1000 / FRAMES) > 0)
      goes_on = fgets(line, sizeof line, stdin) && obey(line);
    show_frame(&spent);
  }
  for (int i = 0; i < MAX_WINDOWS; ++i)
    close_window(i);
  lilv_instance_deactivate(instance);
  lilv_instance_free(instance);
  lilv_world_free(world);
  for (int i = 0; i < MAX_URIDS; ++i)
    free(uris[i]);
  if (x)
    xcb_disconnect(x);
  return EXIT_SUCCESS;
}
