/* The LV2 interface of the window: features, ports, descriptor. Swift decides what is shown (window.h); display.c
 * puts it on the screen.
 */
#include "display.h"
#include "messages.h"

#include <lv2/atom/util.h>
#include <lv2/core/lv2_util.h>
#include <lv2/instance-access/instance-access.h>
#include <lv2/options/options.h>
#include <lv2/parameters/parameters.h>
#include <lv2/patch/patch.h>
#include <lv2/ui/ui.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct
{
  unsigned set; /**< of ports */
  LV2UI_Write_Function write;
  LV2UI_Controller controller;
  const LV2UI_Touch* touch;
  messages messages;
  LV2_URID event_transfer; /**< 0: the host passes no atoms on */
  window* window;
  display* display;
  double last_idle;  /**< seconds */
  double last_watch; /**< when columns of the spectrogram were last asked for, seconds */
} UI;

/* ---- Ports ------------------------------------------------------------------------------------------ */

static bool
is_control(enum port port)
{
  static const bool controls[PORT_COUNT] = {
#define CONTROL(id, ...) [PORT_##id] = true,
#include "ports.def"
  };
  return port < PORT_COUNT && controls[port];
}

void
host_set(void* host, enum port port, float value)
{
  const UI* self = host;
  if (self->write)
    self->write(self->controller, index_of_port(self->set, port), sizeof value, 0, &value);
}

void
host_touch(void* host, enum port port, bool is_touched)
{
  const UI* self = host;
  if (self->touch)
    self->touch->touch(self->touch->handle, index_of_port(self->set, port), is_touched);
}

/* Sends a patch message about a property to the plug-in; a patch:Set sets it to `path`, or to true without one. */
static void
send(UI* self, LV2_URID type, LV2_URID property, const char* path)
{
  enum
  {
    AROUND_PATH = 128, /* bytes of the message without the path, rounded up */
    LONGEST_PATH = 4096,
  };
  _Alignas(8) uint8_t buffer[AROUND_PATH + LONGEST_PATH];
  const size_t length = path ? strlen(path) : 0;
  if (!self->event_transfer || !self->write || length >= LONGEST_PATH)
    return;
  LV2_Atom_Forge forge = self->messages.forge;
  LV2_Atom_Forge_Frame frame;
  lv2_atom_forge_set_buffer(&forge, buffer, sizeof buffer);
  lv2_atom_forge_object(&forge, &frame, 0, type);
  lv2_atom_forge_key(&forge, self->messages.property);
  lv2_atom_forge_urid(&forge, property);
  if (type == self->messages.set) {
    lv2_atom_forge_key(&forge, self->messages.value);
    if (path)
      lv2_atom_forge_path(&forge, path, (uint32_t)length);
    else
      lv2_atom_forge_bool(&forge, true);
  }
  lv2_atom_forge_pop(&forge, &frame);
  self->write(self->controller,
              index_of_port(self->set, PORT_CONTROL),
              forge.offset,
              self->event_transfer,
              buffer);
}

void
host_choose_model(void* host, const char* path)
{
  UI* self = host;
  send(self, self->messages.set, self->messages.model, path);
}

/* The host gets the key from display.c, which sends it to the window's parent. */
bool
host_key(void* host, uint32_t key)
{
  (void)host;
  (void)key;
  return false;
}

void
host_paste(void* host)
{
  display_ask_to_paste(((UI*)host)->display);
}

/* ---- Instantiation ---------------------------------------------------------------------------------- */

/* Fills in what follows from the plug-in's URI; false when the plug-in is not ours. */
static bool
describe(const char* uri, unsigned* set, window_form* form)
{
  static const struct
  {
    const char *uri, *name, *model;
    unsigned set;
    isolde_task task;
  } plugins[] = {
#define PLUGIN(id, uri, name, set, channels, task, model, ...) \
  { uri, name, #model, set, ISOLDE_TASK_##task },
#include "ports.def"
  };
  for (size_t i = 0; i < sizeof plugins / sizeof *plugins; ++i) {
    if (strcmp(plugins[i].uri, uri))
      continue;
    *set = plugins[i].set;
    form->title = plugins[i].name;
    form->model = plugins[i].model;
    form->has_faders = plugins[i].task == ISOLDE_TASK_MIX;
    return true;
  }
  return false;
}

/* 0xRRGGBB of the host's 0xRRGGBBAA. */
static uint32_t
colour(int32_t value)
{
  return (uint32_t)value >> 8;
}

static void
read_options(window_form* form, const LV2_Options_Option* option, const LV2_URID_Map* map)
{
  if (!option || !map)
    return;
  const LV2_URID scale = map->map(map->handle, LV2_UI__scaleFactor);
  const LV2_URID rate = map->map(map->handle, LV2_PARAMETERS__sampleRate);
  const LV2_URID background = map->map(map->handle, LV2_UI__backgroundColor);
  const LV2_URID foreground = map->map(map->handle, LV2_UI__foregroundColor);
  const LV2_URID real = map->map(map->handle, LV2_ATOM__Float);
  const LV2_URID whole = map->map(map->handle, LV2_ATOM__Int);
  for (; option->key || option->value; ++option) {
    if (!option->value || option->size != sizeof(float))
      continue;
    if (option->type == real && option->key == scale)
      form->scale = *(const float*)option->value;
    else if (option->type == real && option->key == rate)
      form->rate = *(const float*)option->value;
    else if (option->type == whole && option->key == background)
      form->background = colour(*(const int32_t*)option->value);
    else if (option->type == whole && option->key == foreground)
      form->foreground = colour(*(const int32_t*)option->value);
  }
}

static void
cleanup(LV2UI_Handle handle)
{
  UI* self = handle;
  window_free(self->window);
  display_close(self->display);
  free(self);
}

static LV2UI_Handle
instantiate(const LV2UI_Descriptor* descriptor,
            const char* plugin_uri,
            const char* bundle_path,
            LV2UI_Write_Function write,
            LV2UI_Controller controller,
            LV2UI_Widget* widget,
            const LV2_Feature* const* features)
{
  (void)descriptor;
  char models[4096] = "";
  const char* slash = *bundle_path && bundle_path[strlen(bundle_path) - 1] == '/' ? "" : "/";
  if (snprintf(models, sizeof models, "%s%smodels/", bundle_path, slash) >= (int)sizeof models)
    *models = 0;
  window_form form = { .models = models,
                       .background = WINDOW_NO_COLOUR,
                       .foreground = WINDOW_NO_COLOUR };
  UI* self = calloc(1, sizeof *self);
  if (!self || !describe(plugin_uri, &self->set, &form)) {
    free(self);
    return NULL;
  }
  self->write = write;
  self->controller = controller;
  self->touch = lv2_features_data(features, LV2_UI__touch);
  LV2_URID_Map* map = lv2_features_data(features, LV2_URID__map);
  messages_init(&self->messages, map);
  if (map)
    self->event_transfer = map->map(map->handle, LV2_ATOM__eventTransfer);
  read_options(&form, lv2_features_data(features, LV2_OPTIONS__options), map);
  self->display = display_connect();
  if (!self->display) {
    cleanup(self);
    return NULL;
  }
  if (!(form.scale > 0))
    form.scale = display_scale(self->display);
  form.scale = form.scale < 0.5f ? 0.5f : form.scale > 4 ? 4 : form.scale;
  form.rate = form.rate > 0 && form.rate < 1e6 ? form.rate : 0;

  self->window = window_new(&form, self);
  const window_size size = window_wanted_size(self->window);
  const uint32_t parent = (uint32_t)(uintptr_t)lv2_features_data(features, LV2_UI__parent);
  if (!display_open(self->display, parent, size, form.title)) {
    cleanup(self);
    return NULL;
  }
  window_resize(self->window, size.width, size.height);
  const LV2UI_Resize* resize = lv2_features_data(features, LV2_UI__resize);
  if (resize)
    resize->ui_resize(resize->handle, size.width, size.height);
  send(self, self->messages.get, self->messages.model, NULL);
  *widget = (LV2UI_Widget)(uintptr_t)display_id(self->display);
  return self;
}

/* ---- Events ----------------------------------------------------------------------------------------- */

static double
seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Not 0 when the window has been closed. */
static int
idle(LV2UI_Handle handle)
{
  UI* self = handle;
  self->last_idle = seconds();
  window_tick(self->window, self->last_idle);
  const bool is_open = display_poll(self->display, self->window);
  display_draw(self->display, self->window);
  if (display_is_seen(self->display) && self->last_idle - self->last_watch > 1) {
    self->last_watch = self->last_idle;
    send(self, self->messages.set, self->messages.watch, NULL);
  }
  return !is_open;
}

static void
port_event(LV2UI_Handle handle, uint32_t index, uint32_t size, uint32_t format, const void* data)
{
  UI* self = handle;
  const enum port port = port_at_index(self->set, index);
  if (format == 0 && size == sizeof(float) && is_control(port)) {
    window_set_port(self->window, port, *(const float*)data);
  } else if (format && format == self->event_transfer && port == PORT_NOTIFY) {
    const char* model = messages_model(&self->messages, data, size);
    const uint8_t* column = messages_column_of(&self->messages, data, size);
    if (model)
      window_set_model(self->window, model);
    if (column)
      window_add_column(self->window, column);
  }
  /* For hosts that never call idle(): the values of meters come several times a second. */
  const double longest_pause = 0.2; /* seconds */
  if (seconds() - self->last_idle > longest_pause)
    idle(handle);
}

static int
show(LV2UI_Handle handle)
{
  display_show(((UI*)handle)->display, true);
  return 0;
}

static int
hide(LV2UI_Handle handle)
{
  display_show(((UI*)handle)->display, false);
  return 0;
}

static int
resize(LV2UI_Feature_Handle handle, int width, int height)
{
  display_resize(((UI*)handle)->display, width, height);
  return 0;
}

static const void*
extension_data(const char* uri)
{
  static const LV2UI_Idle_Interface idling = { idle };
  static const LV2UI_Show_Interface showing = { show, hide };
  static const LV2UI_Resize resizing = { NULL, resize };
  if (!strcmp(uri, LV2_UI__idleInterface))
    return &idling;
  if (!strcmp(uri, LV2_UI__showInterface))
    return &showing;
  if (!strcmp(uri, LV2_UI__resize))
    return &resizing;
  return NULL;
}

LV2_SYMBOL_EXPORT const LV2UI_Descriptor*
lv2ui_descriptor(uint32_t index)
{
  static const LV2UI_Descriptor descriptor = {
    ISOLDE_UI_URI, instantiate, cleanup, port_event, extension_data
  };
  return index == 0 ? &descriptor : NULL;
}
