#include "display.h"

#include <stdlib.h>
#include <string.h>
#include <xcb/xcb.h>
#include <xcb/xcbext.h>

enum
{
  MAX_SIDE = 8192, /* pixels */
  /* X's key symbols. */
  KEY_TAB_LEFT = 0xFE20,
  KEY_CONTROL_FIRST = 0xFF00,
  KEYPAD_FIRST = 0xFF95,
  KEYPAD_LAST = 0xFFB9,
  NUM_LOCK = XCB_MOD_MASK_2,
};

struct display
{
  xcb_connection_t* connection;
  const xcb_screen_t* screen;
  xcb_window_t id;
  xcb_gcontext_t graphics;
  xcb_window_t parent; /**< 0: none */
  xcb_atom_t protocols, delete_window, clipboard, utf8;
  xcb_get_keyboard_mapping_reply_t* keys;
  cairo_surface_t* surface;
  cairo_t* cairo;
  uint32_t* strip; /**< the pixels of the area being sent, without gaps between rows */
  size_t strip_bytes;
  int width, height;
  bool is_shown, is_obscured, is_closed;
  bool is_viewable;        /**< all windows around this one are shown */
  unsigned viewable_asked; /**< sequence number of the pending query; 0: none */
  int polls;               /**< since the last query */
  bool is_key_used[256];   /**< by key code: the window used its press, so it keeps its release */
};

/* ---- Opening and closing ---------------------------------------------------------------------------- */

static xcb_atom_t
atom(xcb_connection_t* connection, const char* name)
{
  xcb_intern_atom_reply_t* reply = xcb_intern_atom_reply(
    connection, xcb_intern_atom(connection, 0, (uint16_t)strlen(name), name), NULL);
  const xcb_atom_t result = reply ? reply->atom : XCB_NONE;
  free(reply);
  return result;
}

static const xcb_screen_t*
screen_of(xcb_connection_t* connection, int number)
{
  xcb_screen_iterator_t screens = xcb_setup_roots_iterator(xcb_get_setup(connection));
  for (; number > 0 && screens.rem > 1; --number)
    xcb_screen_next(&screens);
  return screens.rem > 0 ? screens.data : NULL;
}

/* Whether the screen takes pixels as cairo stores them: 32 bits each, blue in the lowest. */
static bool
has_our_pixels(xcb_connection_t* connection, const xcb_screen_t* screen)
{
  const xcb_setup_t* setup = xcb_get_setup(connection);
  const uint16_t probe = 1;
  const uint8_t order =
    *(const uint8_t*)&probe ? XCB_IMAGE_ORDER_LSB_FIRST : XCB_IMAGE_ORDER_MSB_FIRST;
  if (!screen || screen->root_depth != 24 || setup->image_byte_order != order)
    return false;
  for (xcb_depth_iterator_t depths = xcb_screen_allowed_depths_iterator(screen); depths.rem > 0;
       xcb_depth_next(&depths))
    for (xcb_visualtype_iterator_t visuals = xcb_depth_visuals_iterator(depths.data);
         visuals.rem > 0;
         xcb_visualtype_next(&visuals))
      if (visuals.data->visual_id == screen->root_visual)
        return visuals.data->red_mask == 0xFF0000 && visuals.data->blue_mask == 0xFF;
  return false;
}

static void
read_keys(display* self)
{
  const xcb_setup_t* setup = xcb_get_setup(self->connection);
  free(self->keys);
  self->keys = xcb_get_keyboard_mapping_reply(
    self->connection,
    xcb_get_keyboard_mapping(
      self->connection, setup->min_keycode, (uint8_t)(setup->max_keycode - setup->min_keycode + 1)),
    NULL);
}

static bool
set_size(display* self, int width, int height)
{
  width = width < 1 ? 1 : width > MAX_SIDE ? MAX_SIDE : width;
  height = height < 1 ? 1 : height > MAX_SIDE ? MAX_SIDE : height;
  cairo_destroy(self->cairo);
  cairo_surface_destroy(self->surface);
  self->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  self->cairo = cairo_create(self->surface);
  self->width = width;
  self->height = height;
  return cairo_status(self->cairo) == CAIRO_STATUS_SUCCESS;
}

/* Sets what window managers and hosts read: the minimum size, the title, and that closing is asked for. */
static void
describe(display* self, window_size size, const char* title)
{
  const uint32_t least_size = 1u << 4;
  const uint32_t hints[18] = {
    [0] = least_size, [5] = (uint32_t)size.least_width, [6] = (uint32_t)size.least_height
  };
  xcb_connection_t* x = self->connection;
  self->protocols = atom(x, "WM_PROTOCOLS");
  self->delete_window = atom(x, "WM_DELETE_WINDOW");
  self->clipboard = atom(x, "CLIPBOARD");
  self->utf8 = atom(x, "UTF8_STRING");
  const uint8_t replace = XCB_PROP_MODE_REPLACE;
  xcb_change_property(x,
                      replace,
                      self->id,
                      XCB_ATOM_WM_NORMAL_HINTS,
                      XCB_ATOM_WM_SIZE_HINTS,
                      32,
                      sizeof hints / sizeof *hints,
                      hints);
  xcb_change_property(
    x, replace, self->id, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 8, (uint32_t)strlen(title), title);
  xcb_change_property(
    x, replace, self->id, self->protocols, XCB_ATOM_ATOM, 32, 1, &self->delete_window);
}

display*
display_connect(void)
{
  display* self = calloc(1, sizeof *self);
  if (!self)
    return NULL;
  int number = 0;
  self->connection = xcb_connect(NULL, &number);
  if (!xcb_connection_has_error(self->connection)) {
    self->screen = screen_of(self->connection, number);
    if (has_our_pixels(self->connection, self->screen))
      return self;
  }
  display_close(self);
  return NULL;
}

bool
display_open(display* self, uint32_t parent, window_size size, const char* title)
{
  if (!set_size(self, size.width, size.height))
    return false;
  self->id = xcb_generate_id(self->connection);
  self->parent = parent;
  self->is_viewable = true;
  const uint32_t values[] = {
    XCB_BACK_PIXMAP_NONE,
    self->screen->black_pixel,
    XCB_EVENT_MASK_EXPOSURE | XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_VISIBILITY_CHANGE |
      XCB_EVENT_MASK_FOCUS_CHANGE | XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE |
      XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_BUTTON_RELEASE | XCB_EVENT_MASK_POINTER_MOTION |
      XCB_EVENT_MASK_LEAVE_WINDOW,
    self->screen->default_colormap,
  };
  xcb_generic_error_t* error =
    xcb_request_check(self->connection,
                      xcb_create_window_checked(self->connection,
                                                self->screen->root_depth,
                                                self->id,
                                                parent ? parent : self->screen->root,
                                                0,
                                                0,
                                                (uint16_t)self->width,
                                                (uint16_t)self->height,
                                                0,
                                                XCB_WINDOW_CLASS_INPUT_OUTPUT,
                                                self->screen->root_visual,
                                                XCB_CW_BACK_PIXMAP | XCB_CW_BORDER_PIXEL |
                                                  XCB_CW_EVENT_MASK | XCB_CW_COLORMAP,
                                                values));
  if (error) {
    free(error);
    return false;
  }
  self->graphics = xcb_generate_id(self->connection);
  xcb_create_gc(self->connection, self->graphics, self->id, 0, NULL);
  describe(self, size, title);
  read_keys(self);
  display_show(self, parent != 0);
  return true;
}

void
display_close(display* self)
{
  if (!self)
    return;
  cairo_destroy(self->cairo);
  cairo_surface_destroy(self->surface);
  free(self->keys);
  free(self->strip);
  xcb_disconnect(self->connection); /* the server then destroys the window */
  free(self);
}

uint32_t
display_id(const display* self)
{
  return self->id;
}

void
display_show(display* self, bool is_shown)
{
  if (is_shown)
    xcb_map_window(self->connection, self->id);
  else
    xcb_unmap_window(self->connection, self->id);
  xcb_flush(self->connection);
}

void
display_resize(display* self, int width, int height)
{
  if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE)
    return;
  const uint32_t size[] = { (uint32_t)width, (uint32_t)height };
  xcb_configure_window(
    self->connection, self->id, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
  xcb_flush(self->connection);
}

void
display_ask_to_paste(display* self)
{
  xcb_convert_selection(
    self->connection, self->id, self->clipboard, self->utf8, self->clipboard, XCB_CURRENT_TIME);
}

float
display_scale(const display* self)
{
  float dots = 96;              /* per inch; at 96 a point is a pixel */
  const uint32_t words = 16384; /* far more than any desktop's resources */
  xcb_get_property_reply_t* reply =
    xcb_get_property_reply(self->connection,
                           xcb_get_property(self->connection,
                                            0,
                                            self->screen->root,
                                            XCB_ATOM_RESOURCE_MANAGER,
                                            XCB_ATOM_STRING,
                                            0,
                                            words),
                           NULL);
  const int length = reply ? xcb_get_property_value_length(reply) : 0;
  char* resources = reply ? strndup(xcb_get_property_value(reply), (size_t)length) : NULL;
  const char* line = resources ? strstr(resources, "Xft.dpi:") : NULL;
  if (line)
    dots = strtof(line + strlen("Xft.dpi:"), NULL);
  free(resources);
  free(reply);
  return dots / 96;
}

/* ---- Events ----------------------------------------------------------------------------------------- */

static unsigned
modifiers_of(uint16_t state)
{
  return (state & XCB_MOD_MASK_SHIFT ? WINDOW_SHIFT : 0u) |
         (state & XCB_MOD_MASK_CONTROL ? WINDOW_CONTROL : 0u);
}

/* The character, or the key of window.h; 0 for all other keys. */
static uint32_t
key_of(const display* self, xcb_keycode_t code, uint16_t state)
{
  if (!self->keys || !self->keys->keysyms_per_keycode)
    return 0;
  const int levels = self->keys->keysyms_per_keycode;
  const int row = (code - xcb_get_setup(self->connection)->min_keycode) * levels;
  if (row < 0 || row + levels > xcb_get_keyboard_mapping_keysyms_length(self->keys))
    return 0;
  const xcb_keysym_t* symbols = xcb_get_keyboard_mapping_keysyms(self->keys) + row;
  const xcb_keysym_t shifted = levels > 1 ? symbols[1] : 0;
  const bool is_keypad = shifted >= KEYPAD_FIRST && shifted <= KEYPAD_LAST;
  const bool is_shifted = is_keypad ? !(state & NUM_LOCK) == !!(state & XCB_MOD_MASK_SHIFT)
                                    : (state & XCB_MOD_MASK_SHIFT) != 0;
  const xcb_keysym_t symbol = is_shifted && shifted ? shifted : symbols[0];
  static const struct
  {
    xcb_keysym_t symbol;
    uint32_t key;
  } keys[] = {
    { 0xFF09, WINDOW_KEY_TAB },       { KEY_TAB_LEFT, WINDOW_KEY_TAB },
    { 0xFF0D, WINDOW_KEY_ENTER },     { 0xFF8D, WINDOW_KEY_ENTER },
    { 0xFF1B, WINDOW_KEY_ESCAPE },    { 0xFF08, WINDOW_KEY_ERASE },
    { 0xFFFF, WINDOW_KEY_DELETE },    { 0xFF9F, WINDOW_KEY_DELETE },
    { 0xFF51, WINDOW_KEY_LEFT },      { 0xFF96, WINDOW_KEY_LEFT },
    { 0xFF53, WINDOW_KEY_RIGHT },     { 0xFF98, WINDOW_KEY_RIGHT },
    { 0xFF52, WINDOW_KEY_UP },        { 0xFF97, WINDOW_KEY_UP },
    { 0xFF54, WINDOW_KEY_DOWN },      { 0xFF99, WINDOW_KEY_DOWN },
    { 0xFF55, WINDOW_KEY_PAGE_UP },   { 0xFF9A, WINDOW_KEY_PAGE_UP },
    { 0xFF56, WINDOW_KEY_PAGE_DOWN }, { 0xFF9B, WINDOW_KEY_PAGE_DOWN },
    { 0xFF50, WINDOW_KEY_HOME },      { 0xFF95, WINDOW_KEY_HOME },
    { 0xFF57, WINDOW_KEY_END },       { 0xFF9C, WINDOW_KEY_END },
  };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; ++i)
    if (keys[i].symbol == symbol)
      return keys[i].key;
  const xcb_keysym_t beyond_latin = 0x01000000; /* a character's number is added to it */
  if (symbol > beyond_latin && symbol < beyond_latin + WINDOW_KEY_TAB)
    return symbol - beyond_latin;
  if (symbol >= 0xFFAB && symbol <= KEYPAD_LAST) /* the keypad's characters, by their ASCII */
    return symbol - 0xFF80;
  return symbol < 0x100 ? symbol : 0;
}

static void
on_button(display* self, window* window, const xcb_button_press_event_t* event)
{
  enum
  {
    MAIN_BUTTON = 1,
    WHEEL_UP = 4,
    WHEEL_DOWN = 5,
  };
  const unsigned modifiers = modifiers_of(event->state);
  if (event->detail == WHEEL_UP || event->detail == WHEEL_DOWN) {
    const int steps = event->detail == WHEEL_UP ? 1 : -1;
    window_scroll(window, event->event_x, event->event_y, steps, modifiers);
  } else if (event->detail == MAIN_BUTTON) {
    xcb_set_input_focus(self->connection, XCB_INPUT_FOCUS_PARENT, self->id, event->time);
    window_press(window, event->event_x, event->event_y, modifiers);
  }
}

static void
on_size(display* self, window* window, const xcb_configure_notify_event_t* event)
{
  if (event->width == self->width && event->height == self->height)
    return;
  if (!set_size(self, event->width, event->height))
    self->is_closed = true;
  window_resize(window, self->width, self->height);
}

/* Keys that the window does not use go to the host: the space bar, which plays, for example. */
static void
on_key(display* self, window* window, const xcb_key_press_event_t* event)
{
  const bool is_press = (event->response_type & 0x7F) == XCB_KEY_PRESS;
  const uint32_t key = is_press ? key_of(self, event->detail, event->state) : 0;
  if (is_press)
    self->is_key_used[event->detail] = key && window_key(window, key, modifiers_of(event->state));
  if (!self->parent || self->is_key_used[event->detail])
    return;
  xcb_key_press_event_t passed = *event;
  passed.event = self->parent;
  passed.child = XCB_NONE;
  xcb_send_event(
    self->connection, false, self->parent, XCB_EVENT_MASK_NO_EVENT, (const char*)&passed);
}

static void
on_clipboard(display* self, window* window, const xcb_selection_notify_event_t* event)
{
  const uint32_t words = 1024; /* a path */
  if (event->property == XCB_NONE)
    return;
  xcb_get_property_reply_t* reply = xcb_get_property_reply(
    self->connection,
    xcb_get_property(self->connection, 1, self->id, event->property, self->utf8, 0, words),
    NULL);
  if (reply && reply->format == 8)
    window_paste(
      window, xcb_get_property_value(reply), (size_t)xcb_get_property_value_length(reply));
  free(reply);
}

static void show_area(display* self, window_area area);

static void
on_event(display* self, window* window, const xcb_generic_event_t* any)
{
  switch (any->response_type & 0x7F) {
    case XCB_EXPOSE: {
      const xcb_expose_event_t* event = (const void*)any;
      self->is_viewable = true;
      show_area(self, (window_area){ event->x, event->y, event->width, event->height });
      break;
    }
    case XCB_CONFIGURE_NOTIFY:
      on_size(self, window, (const void*)any);
      break;
    case XCB_MAP_NOTIFY:
      self->is_shown = true;
      break;
    case XCB_UNMAP_NOTIFY:
      self->is_shown = false;
      break;
    case XCB_VISIBILITY_NOTIFY:
      self->is_obscured =
        ((const xcb_visibility_notify_event_t*)any)->state == XCB_VISIBILITY_FULLY_OBSCURED;
      break;
    case XCB_DESTROY_NOTIFY:
      self->is_closed = true;
      break;
    case XCB_FOCUS_IN:
    case XCB_FOCUS_OUT:
      window_focus(window, (any->response_type & 0x7F) == XCB_FOCUS_IN);
      break;
    case XCB_BUTTON_PRESS:
      on_button(self, window, (const void*)any);
      break;
    case XCB_BUTTON_RELEASE:
      if (((const xcb_button_release_event_t*)any)->detail == 1)
        window_release(window);
      break;
    case XCB_MOTION_NOTIFY: {
      const xcb_motion_notify_event_t* event = (const void*)any;
      window_move(window, event->event_x, event->event_y, modifiers_of(event->state));
      break;
    }
    case XCB_LEAVE_NOTIFY:
      window_leave(window);
      break;
    case XCB_KEY_PRESS:
    case XCB_KEY_RELEASE:
      on_key(self, window, (const void*)any);
      break;
    case XCB_SELECTION_NOTIFY:
      on_clipboard(self, window, (const void*)any);
      break;
    case XCB_MAPPING_NOTIFY:
      read_keys(self);
      break;
    case XCB_CLIENT_MESSAGE: {
      const xcb_client_message_event_t* event = (const void*)any;
      if (event->type == self->protocols && event->data.data32[0] == self->delete_window)
        self->is_closed = true;
      break;
    }
    default: /* errors, too: of a window that the host has destroyed, for example */
      break;
  }
}

/* No event comes when the host hides a window around this one. So the server is queried about once a second; the
   reply is picked up when it has arrived. */
static void
ask_whether_viewable(display* self)
{
  enum
  {
    POLLS_IN_A_SECOND = 30,
  };
  if (!self->viewable_asked && ++self->polls >= POLLS_IN_A_SECOND) {
    self->polls = 0;
    self->viewable_asked = xcb_get_window_attributes(self->connection, self->id).sequence;
    xcb_flush(self->connection);
  }
  void* reply = NULL;
  xcb_generic_error_t* error = NULL;
  if (!self->viewable_asked ||
      !xcb_poll_for_reply(self->connection, self->viewable_asked, &reply, &error))
    return;
  const xcb_get_window_attributes_reply_t* attributes = reply;
  self->is_viewable = attributes && attributes->map_state == XCB_MAP_STATE_VIEWABLE;
  self->viewable_asked = 0;
  free(reply);
  free(error);
}

static bool
is_motion(const xcb_generic_event_t* event)
{
  return event && (event->response_type & 0x7F) == XCB_MOTION_NOTIFY;
}

bool
display_poll(display* self, window* window)
{
  ask_whether_viewable(self);
  xcb_generic_event_t* event = xcb_poll_for_event(self->connection);
  while (event) {
    xcb_generic_event_t* next = xcb_poll_for_queued_event(self->connection);
    if (!is_motion(event) || !is_motion(next)) /* only the last of several moves in a row */
      on_event(self, window, event);
    free(event);
    event = next;
  }
  return !self->is_closed && !xcb_connection_has_error(self->connection);
}

/* ---- Drawing ---------------------------------------------------------------------------------------- */

/* Sends the pixels of an area, as many rows at a time as the server takes. */
static void
show_area(display* self, window_area area)
{
  const int left = area.x < 0 ? 0 : area.x, top = area.y < 0 ? 0 : area.y;
  const int right = area.x + area.width < self->width ? area.x + area.width : self->width;
  const int bottom = area.y + area.height < self->height ? area.y + area.height : self->height;
  if (left >= right || top >= bottom)
    return;
  cairo_surface_flush(self->surface);
  const uint8_t* pixels = cairo_image_surface_get_data(self->surface);
  const size_t stride = (size_t)cairo_image_surface_get_stride(self->surface);
  const size_t row = 4 * (size_t)(right - left);
  const size_t limit = 4 * (size_t)xcb_get_maximum_request_length(self->connection);
  const size_t head = sizeof(xcb_put_image_request_t) + 4;
  if (!pixels || limit < head + row)
    return;
  const int rows = (int)((limit - head) / row);
  for (int y = top; y < bottom; y += rows) {
    const int count = bottom - y < rows ? bottom - y : rows;
    const size_t bytes = row * (size_t)count;
    if (bytes > self->strip_bytes) {
      uint32_t* strip = realloc(self->strip, bytes);
      if (!strip)
        return;
      self->strip = strip;
      self->strip_bytes = bytes;
    }
    for (int i = 0; i < count; ++i)
      memcpy((uint8_t*)self->strip + row * (size_t)i,
             pixels + stride * (size_t)(y + i) + 4 * (size_t)left,
             row);
    xcb_put_image(self->connection,
                  XCB_IMAGE_FORMAT_Z_PIXMAP,
                  self->id,
                  self->graphics,
                  (uint16_t)(right - left),
                  (uint16_t)count,
                  (int16_t)left,
                  (int16_t)y,
                  0,
                  self->screen->root_depth,
                  (uint32_t)bytes,
                  (const uint8_t*)self->strip);
  }
}

bool
display_is_seen(const display* self)
{
  return self->is_shown && self->is_viewable && !self->is_obscured && !self->is_closed;
}

void
display_draw(display* self, window* window)
{
  if (!display_is_seen(self))
    return;
  for (window_area area; window_draw(window, self->cairo, &area);)
    show_area(self, area);
  xcb_flush(self->connection);
}
