/* A window on an X server. It uses XCB, which unlike Xlib does not end the process when the server goes away. */
#ifndef ISOLDE_DISPLAY_H
#define ISOLDE_DISPLAY_H
#include "window.h"

typedef struct display display;

/** Connects to the X server; NULL when there is none, or its screen does not have 24 bits. */
display* display_connect(void);

/** Pixels per point, from the desktop's setting Xft.dpi; 1 without one. */
float display_scale(const display* self);

/** Makes a window inside `parent`, which gets the keys that the window does not use. With 0 it is a window of its
    own, still hidden. False when there is no such parent. */
bool display_open(display* self, uint32_t parent, window_size size, const char* title);
void display_close(display* self);

/** The X window's number, for the host. */
uint32_t display_id(const display* self);

void display_show(display* self, bool is_shown);
void display_resize(display* self, int width, int height);

/** Asks for the text of the clipboard; display_poll passes it to window_paste. */
void display_ask_to_paste(display* self);

/** Passes the user's events on. False when the window is gone or the user has closed it. */
bool display_poll(display* self, window* window);

/** Whether any part of the window can be seen. */
bool display_is_seen(const display* self);

/** Shows what has changed. */
void display_draw(display* self, window* window);
#endif
