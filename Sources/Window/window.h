/* The window, as C sees it: Swift decides what is shown and what the user's hands mean; the C around it
 * speaks to the host (ui.c) and to the display (display.c). One thread, the host's for windows.
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

/** A control port, of ports.def. */
typedef struct
{
  const char* _Nonnull name;
  const char* _Nonnull comment;
  float initial, minimum, maximum;
  bool in_mix, in_stems; /**< plug-ins with faders have it, and those with separate stems */
} window_row;

/** Of a control port. */
window_row window_row_of(enum port port);

/** Of a port that the user sets. */
window_kind window_kind_of(enum port port);

/** The short name of what can be heard, `value` of the port `listen`; NULL when there is no such choice. */
const char* _Nullable window_listen_name(int value);

/** The ports that the user sets, in order; PORT_COUNT after the last. */
enum port window_control_at(int index);

/** A colour that the host does not tell. */
#define WINDOW_NO_COLOUR 0xFFFFFFFFu

/** What the host tells when the window is made. */
typedef struct
{
  const char* _Nonnull title;
  const char* _Nonnull model; /**< name of the plug-in's own model */
  const char* _Nonnull models; /**< folder of the installed models, with a slash at its end; or empty */
  bool has_faders;             /**< a mix; no separate stems */
  float scale;                 /**< pixels of a point */
  double rate;                 /**< Hz; 0: unknown */
  uint32_t background;         /**< 0xRRGGBB, or WINDOW_NO_COLOUR */
  uint32_t foreground;
} window_form;

typedef struct window window;

/** Pixels. */
typedef struct
{
  int x, y, width, height;
} window_area;

/** Sizes in pixels: what it likes, and the least at which nothing is cut off. */
typedef struct
{
  int width, height, least_width, least_height;
} window_size;

/** `host` comes back in the functions of the last section. */
window* _Nullable window_new(const window_form* _Nonnull form, void* _Nonnull host);
void window_free(window* _Nullable window);
window_size window_wanted_size(const window* _Nonnull window);

/** The picture is now of this many pixels, and all of it is to be drawn. */
void window_resize(window* _Nonnull window, int width, int height);

/** Time goes on: `now` in seconds of any clock that never goes back. */
void window_tick(window* _Nonnull window, double now);

/** Draws one part that has changed and says where it lies; false when there is none. */
bool window_draw(window* _Nonnull window, cairo_t* _Nonnull cairo, window_area* _Nonnull area);

/* ---- What the host tells ---------------------------------------------------------------------------- */

void window_set_port(window* _Nonnull window, enum port port, float value);

/** The model at work, by its path; empty: none, and the input passes. */
void window_set_model(window* _Nonnull window, const char* _Nonnull path);

/** What the foot of the window says while it has nothing else to say. */
void window_say(window* _Nonnull window, const char* _Nonnull words);

/** The next column of the spectrogram, COLUMN_SIZE bytes. */
void window_add_column(window* _Nonnull window, const uint8_t* _Nonnull column);

/* ---- The user's hands ------------------------------------------------------------------------------- */

enum
{
  WINDOW_SHIFT = 1,
  WINDOW_CONTROL = 2,
};

/** Keys that are no characters, beyond all characters. */
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

/** The main button; places in pixels. */
void window_press(window* _Nonnull window, int x, int y, unsigned modifiers);
void window_release(window* _Nonnull window);
void window_move(window* _Nonnull window, int x, int y, unsigned modifiers);
void window_leave(window* _Nonnull window);

/** Steps of the wheel, upwards positive. */
void window_scroll(window* _Nonnull window, int x, int y, int steps, unsigned modifiers);

/** A character or a key of the list; false when the window has no use for it. */
bool window_key(window* _Nonnull window, uint32_t key, unsigned modifiers);

/** What the user has asked to paste: `count` bytes of UTF-8. */
void window_paste(window* _Nonnull window, const uint8_t* _Nonnull text, size_t count);

/** Whether keys come here. */
void window_focus(window* _Nonnull window, bool is_focused);

/* ---- What the window asks of its host: ui.c --------------------------------------------------------- */

void host_set(void* _Nonnull host, enum port port, float value);

/** The user begins or ends to move a control. */
void host_touch(void* _Nonnull host, enum port port, bool is_touched);

/** The user wants this model, by its path; empty: the plug-in's own. */
void host_choose_model(void* _Nonnull host, const char* _Nonnull path);

/** A key that the window has no use for; false when the host has none either. */
bool host_key(void* _Nonnull host, uint32_t key);

/** The user wants to paste. */
void host_paste(void* _Nonnull host);

/* ---- Files: files.c --------------------------------------------------------------------------------- */

bool files_is_folder(const char* _Nonnull path);

/** The user's folder, or the topmost one. */
const char* _Nonnull files_home(void);

typedef void (*files_hear)(void* _Nonnull context, const char* _Nonnull name, bool is_folder);

/** Tells the folders and then the models in `folder`, in order of their names, but for hidden ones. */
void files_list(const char* _Nonnull folder, void* _Nonnull context, files_hear _Nonnull hear);
#endif
