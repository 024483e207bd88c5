/* The window, as C sees it. Swift decides what is shown and what the user's input does; the C around it talks to
 * the host (ui.c) and to the X server (display.c). Everything runs in the host's thread for windows.
 */
#ifndef ISOLDE_WINDOW_H
#define ISOLDE_WINDOW_H
#include "ports.h"
#include "stem_colours.h"

#include <cairo.h>

/* ---- What is shown --------------------------------------------------------------------------------- */

typedef enum window_kind
{
  WINDOW_DECIBELS,
  WINDOW_PERCENT,
  WINDOW_CHOICE,
  WINDOW_SWITCH,
} window_kind;

/** A control port: its row of ports.def. */
typedef struct
{
  const char* _Nonnull name;
  const char* _Nonnull comment;
  float initial, minimum, maximum;
  bool in_mix, in_stems; /**< whether plug-ins with faders have it, and those with separate stems */
} window_row;

/** The row of a control port. */
window_row window_row_of(enum port port);

/** The kind of a port that the user sets. */
window_kind window_kind_of(enum port port);

/** The short name of a choice of the port `listen`; NULL when there is no such choice. */
const char* _Nullable window_listen_name(int value);

/** The ports that the user sets, in order; PORT_COUNT after the last. */
enum port window_control_at(int index);

/** Stands for a colour that the host has not set. */
#define WINDOW_NO_COLOUR 0xFFFFFFFFu

/** What is known when the window is made. */
typedef struct
{
  const char* _Nonnull title;
  const char* _Nonnull model;  /**< name of the plug-in's built-in model */
  const char* _Nonnull models; /**< folder of the installed models, ending in a slash; or empty */
  bool has_faders;     /**< the plug-in mixes the stems; otherwise it outputs them separately */
  float scale;         /**< pixels per point */
  double rate;         /**< Hz; 0: unknown */
  uint32_t background; /**< 0xRRGGBB, or WINDOW_NO_COLOUR */
  uint32_t foreground;
} window_form;

typedef struct window window;

/** Pixels. */
typedef struct
{
  int x, y, width, height;
} window_area;

/** Sizes in pixels: the preferred one, and the smallest at which nothing is cut off. */
typedef struct
{
  int width, height, least_width, least_height;
} window_size;

/** `host` is passed to the functions `host_…` below. */
window* _Nullable window_new(const window_form* _Nonnull form, void* _Nonnull host);
void window_free(window* _Nullable window);
window_size window_wanted_size(const window* _Nonnull window);

/** Sets the size in pixels; everything is then drawn again. */
void window_resize(window* _Nonnull window, int width, int height);

/** Advances animations and timeouts; `now` in seconds of a monotonic clock. */
void window_tick(window* _Nonnull window, double now);

/** Draws one part that has changed, and stores its area; false when nothing has changed. */
bool window_draw(window* _Nonnull window, cairo_t* _Nonnull cairo, window_area* _Nonnull area);

/* ---- From the host ---------------------------------------------------------------------------------- */

void window_set_port(window* _Nonnull window, enum port port, float value);

/** Shows the model in use, by its path; empty: none, and the input passes through. */
void window_set_model(window* _Nonnull window, const char* _Nonnull path);

/** Sets the text at the foot of the window for as long as nothing else is shown there. */
void window_say(window* _Nonnull window, const char* _Nonnull words);

/** Adds a column of COLUMN_SIZE bytes to the spectrogram. */
void window_add_column(window* _Nonnull window, const uint8_t* _Nonnull column);

/* ---- From the user ---------------------------------------------------------------------------------- */

enum
{
  WINDOW_SHIFT = 1,
  WINDOW_CONTROL = 2,
};

/** Keys that are not characters, numbered after the last character of Unicode. */
enum
{
  WINDOW_KEY_TAB = 0x110000,
  WINDOW_KEY_ENTER,
  WINDOW_KEY_ESCAPE,
  WINDOW_KEY_ERASE,
  WINDOW_KEY_DELETE,
  WINDOW_KEY_LEFT,
  WINDOW_KEY_RIGHT,
  WINDOW_KEY_UP,
  WINDOW_KEY_DOWN,
  WINDOW_KEY_PAGE_UP,
  WINDOW_KEY_PAGE_DOWN,
  WINDOW_KEY_HOME,
  WINDOW_KEY_END,
};

/** The main button goes down; positions in pixels. */
void window_press(window* _Nonnull window, int x, int y, unsigned modifiers);
void window_release(window* _Nonnull window);
void window_move(window* _Nonnull window, int x, int y, unsigned modifiers);
void window_leave(window* _Nonnull window);

/** The wheel turns by `steps`, upwards positive. */
void window_scroll(window* _Nonnull window, int x, int y, int steps, unsigned modifiers);

/** A character, or a key of the list above; false when the window does not use it. */
bool window_key(window* _Nonnull window, uint32_t key, unsigned modifiers);

/** Pastes `count` bytes of UTF-8, as the user has asked. */
void window_paste(window* _Nonnull window, const uint8_t* _Nonnull text, size_t count);

/** Whether the window has the keyboard focus. */
void window_focus(window* _Nonnull window, bool is_focused);

/* ---- To the host: ui.c, and ViewCommand.swift of the command line ------------------------------------ */

void host_set(void* _Nonnull host, enum port port, float value);

/** The user takes hold of a control, or lets it go. */
void host_touch(void* _Nonnull host, enum port port, bool is_touched);

/** The user chooses a model, by its path; empty: the built-in one. */
void host_choose_model(void* _Nonnull host, const char* _Nonnull path);

/** A key that the window does not use; false when the host does not use it either. */
bool host_key(void* _Nonnull host, uint32_t key);

/** Asks for the clipboard's text, which comes to window_paste. */
void host_paste(void* _Nonnull host);

/* ---- Fonts: fonts.c --------------------------------------------------------------------------------- */

/** Draws a line of UTF-8 from cairo's current point on, or only measures it: its length in user units. */
double fonts_write(cairo_t* _Nonnull cairo,
                   const char* _Nonnull text,
                   double size,
                   bool is_bold,
                   bool is_drawn);

/* ---- Files: files.c --------------------------------------------------------------------------------- */

bool files_is_folder(const char* _Nonnull path);

/** The user's home folder; "/" when there is none. */
const char* _Nonnull files_home(void);

typedef void (*files_visit)(void* _Nonnull context, const char* _Nonnull name, bool is_folder);

/** Calls `visit` for each folder in `folder`, then for each model that separates; sorted by name, hidden ones left
    out. */
void files_list(const char* _Nonnull folder, void* _Nonnull context, files_visit _Nonnull visit);
#endif
