/* The tables of ports.def as functions, for Swift. */
#include "window.h"

#include <math.h>
#include <stddef.h>

window_row
window_row_of(enum port port)
{
  static const window_row rows[PORT_COUNT] = {
#define CONTROL( \
  id, sets, symbol, label, direction, first, low, high, unit, properties, designation, text) \
  [PORT_##id] = { label, text, first, low, high, ((sets)&FADERS) != 0, ((sets)&STEMS) != 0 },
#include "ports.def"
  };
  return rows[port];
}

window_kind
window_kind_of(enum port port)
{
  static const window_kind kinds[PORT_COUNT] = {
#define KIND(kind, id, ...) [PORT_##id] = WINDOW_##kind,
    ISOLDE_CONTROLS(KIND)
  };
  return kinds[port];
}

enum port
window_control_at(int index)
{
  static const enum port ports[] = {
#define ID(kind, id, ...) PORT_##id,
    ISOLDE_CONTROLS(ID)
  };
  const int count = sizeof ports / sizeof *ports;
  return index < count ? ports[index] : PORT_COUNT;
}

const char*
window_listen_name(int value)
{
  switch (value) {
#define NAME(id, number, name) \
  case number: \
    return name;
    ISOLDE_LISTEN_CHOICES(NAME)
    default:
      return NULL;
  }
}
