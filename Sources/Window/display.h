/* A window on an X server, by XCB: no call ends the process when the server goes away. */
#ifndef ISOLDE_DISPLAY_H
#define ISOLDE_DISPLAY_H
#include "window.h"

typedef struct display display;

/** The X server; NULL when there is none, or none with a screen of 24 bits. */
display* display_connect(void);

/** Pixels of a point, as the desktop says (Xft.dpi); 1 when it says nothing. */
float display_scale(const display* self);

/** A window inside `parent`, to which the keys go that it has no use for; at 0 one of its own, which is not shown yet. False when there is no
    such parent. */
bool display_open(display* self, uint32_t parent, window_size size, const char* title);
void display_close(display* self);

/** The X window, for the host. */
uint32_t display_id(const display* self);

void display_show(display* self, bool is_shown);
void display_resize(display* self, int width, int height);

/** The text of the clipboard comes as window_paste in display_poll. */
void display_ask_to_paste(display* self);

/** Hands the user's events on. False when the window is gone or the user has closed it. */
bool display_poll(display* self, window* window);

/** Somebody can see it. */
bool display_is_seen(const display* self);

/** Shows what has changed. */
void display_draw(display* self, window* window);
#endif
