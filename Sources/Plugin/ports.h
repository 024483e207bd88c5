/* The rows of ports.def as enumerations and tables. */
#ifndef ISOLDE_PORTS_H
#define ISOLDE_PORTS_H
#include "stream.h"

/** Sets of ports that plug-ins share. */
enum port_set
{
  MONO = 1,
  STEREO = 2,
  STEMS_MONO = 4,
  STEMS_STEREO = 8,
  SURROUND = 16,
  RESTORE_MONO = 32,
  RESTORE_STEREO = 64,
  FADERS = MONO | STEREO | SURROUND,
  STEMS = STEMS_MONO | STEMS_STEREO,
  SEPARATE = FADERS | STEMS,
  RESTORE = RESTORE_MONO | RESTORE_STEREO,
  ALL = SEPARATE | RESTORE,
};

enum port_direction
{
  INPUT,
  OUTPUT,
};

/** All ports of all plug-ins; a plug-in's index counts those of its set. */
enum port
{
#define AUDIO(id, ...) PORT_##id,
#define CONTROL(id, ...) PORT_##id,
#define ATOM(id, ...) PORT_##id,
#include "ports.def"
  PORT_COUNT
};

enum plugin
{
#define PLUGIN(id, ...) PLUGIN_##id,
#include "ports.def"
  PLUGIN_COUNT
};

enum
{
  MAX_CHANNELS = 6,
  MAX_OUTPUTS = 6,
};

/** The sets that have each port. */
static const unsigned port_sets[PORT_COUNT] = {
#define AUDIO(id, sets, ...) [PORT_##id] = sets,
#define CONTROL(id, sets, ...) [PORT_##id] = sets,
#define ATOM(id, sets, ...) [PORT_##id] = sets,
#include "ports.def"
};

/** The index of a port in the plug-ins of a set. */
static inline uint32_t
index_of_port(unsigned set, enum port port)
{
  uint32_t index = 0;
  for (enum port before = 0; before < port; ++before)
    index += (port_sets[before] & set) != 0;
  return index;
}

/** The port at an index in the plug-ins of a set; PORT_COUNT when there is none. */
static inline enum port
port_at_index(unsigned set, uint32_t index)
{
  for (enum port port = 0; port < PORT_COUNT; ++port)
    if ((port_sets[port] & set) && index-- == 0)
      return port;
  return PORT_COUNT;
}
#endif
