/* write_ttl TEMPLATE MODELS: fills a template from ports.def and presets.def; latencies are those of the
 * model files in the folder MODELS. Writes to the standard output.
 *
 * In a template {name} stands for a value; a line is left out when a value in it is not there. The lines
 * from `#each LIST` to `#end` are repeated for each row of the list.
 */
#include "messages.h"
#include "ports.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The tables -------------------------------------------------------------------------------- */

static const struct
{
  const char *uri, *name;
  unsigned set;
  isolde_task task;
  enum model model;
  const char *shortdesc, *comment;
} plugins[] = {
#define PLUGIN(id, uri, name, set, channels, task, model, shortdesc, comment) \
  { uri, name, set, ISOLDE_TASK_##task, MODEL_##model, shortdesc, comment },
#include "ports.def"
};

static const struct
{
  unsigned sets;
  const char *kind, *symbol, *name;
  enum port_direction direction;
} groups[] = {
#define GROUP(id, sets, kind, symbol, name, direction) { sets, kind, symbol, name, direction },
#include "ports.def"
};

/* What a row does not have is NULL; a port without a range has two equal ends. */
static const struct
{
  const char *type, *symbol, *name;
  enum port_direction direction;
  enum group group;
  const char *designation, *comment, *properties, *unit;
  double initial, minimum, maximum;
} ports[] = {
#define AUDIO(id, sets, symbol, name, direction, group, designation, comment) \
  { "lv2:AudioPort", symbol, name, direction, group, designation, comment, NULL, NULL, 0, 0, 0 },
#define CONTROL( \
  id, sets, symbol, name, direction, initial, low, high, unit, properties, designation, comment) \
  { "lv2:ControlPort", symbol,     name, direction, NO_GROUP, designation, \
    comment,           properties, unit, initial,   low,      high },
#define ATOM(id, sets, symbol, name, direction, comment) \
  { "atom:AtomPort",          symbol, name, direction, NO_GROUP, "lv2:control", comment, \
    "lv2:connectionOptional", NULL,   0,    0,         0 },
#include "ports.def"
};

static const struct
{
  enum port port;
  int value;
  const char* label;
} points[] = {
#define POINT(id, value, label) { PORT_##id, value, label },
#include "ports.def"
};

static const struct
{
  isolde_task task;
  const char *symbol, *label, *comment;
  isolde_controls values;
} presets[] = {
#define PRESET(symbol, label, v, r, a, s, comment) \
  { ISOLDE_TASK_MIX, \
    symbol, \
    label, \
    comment, \
    { .voice = v, .reverb = r, .ambience = a, .sensitivity = s } },
#define STEMS_PRESET(symbol, label, s, comment) \
  { ISOLDE_TASK_STEMS, symbol, label, comment, { .sensitivity = s } },
#include "presets.def"
};

/* The controls that a preset sets: what is heard too, as it is to sound as it says. */
static const enum port settings[] = {
#define SETTING(kind, id, ...) PORT_##id,
  ISOLDE_CONTROLS(SETTING)
};

static const char* const designations[PORT_COUNT] = {
#define DESIGNATION(id, designation) [PORT_##id] = designation,
#include "ports.def"
};

static const char* const properties[PORT_COUNT] = {
#define PROPERTY(id, property) [PORT_##id] = property,
#include "ports.def"
};

static const char* const model_names[] = {
#define MODEL(name) #name,
#include "ports.def"
};

#define COUNT(table) ((int)(sizeof table / sizeof *table))

/* ---- Lists ------------------------------------------------------------------------------------- */

enum list
{
  PLUGIN_LIST,
  PORT_LIST,
  POINT_LIST,
  GROUP_LIST,
  PRESET_LIST,
  SETTING_LIST,
  MODEL_LIST,
  LISTS
};

/** The row of each list that is being written. */
typedef struct
{
  int row[LISTS];
} place;

static const struct
{
  const char* name;
  int count;
} lists[LISTS] = {
  { "plugin", COUNT(plugins) },    { "port", COUNT(ports) },     { "point", COUNT(points) },
  { "group", COUNT(groups) },      { "preset", COUNT(presets) }, { "setting", COUNT(settings) },
  { "model", COUNT(model_names) },
};

/* A plug-in has the ports and groups of its set and the presets of its task. `enabled` is the user's. */
static bool
is_there(const place* at, enum list list)
{
  const int plugin = at->row[PLUGIN_LIST];
  const int row = at->row[list];
  switch (list) {
    case PORT_LIST:
      return port_sets[row] & plugins[plugin].set;
    case GROUP_LIST:
      return groups[row].sets & plugins[plugin].set;
    case POINT_LIST:
      return points[row].port == (enum port)at->row[PORT_LIST];
    case PRESET_LIST:
      return presets[row].task == plugins[plugin].task;
    case SETTING_LIST:
      return (port_sets[settings[row]] & plugins[plugin].set) && settings[row] != PORT_enabled;
    default:
      return true;
  }
}

/* ---- Values ------------------------------------------------------------------------------------ */

static uint32_t latencies[COUNT(model_names)];

/* Which of its plug-in's ports it is. */
static const char*
index_of_port(const place* at, char* number)
{
  int index = 0;
  for (int port = 0; port < at->row[PORT_LIST]; ++port)
    index += (port_sets[port] & plugins[at->row[PLUGIN_LIST]].set) != 0;
  sprintf(number, "%d", index);
  return number;
}

/* The main group of a direction is the first that the plug-in has. */
static const char*
main_group(const place* at, enum port_direction direction)
{
  for (int group = 0; group < COUNT(groups); ++group)
    if ((groups[group].sets & plugins[at->row[PLUGIN_LIST]].set) &&
        groups[group].direction == direction)
      return groups[group].symbol;
  return NULL;
}

/* NAN stands for `factor` times the latency at 48 kHz. */
static const char*
range(const place* at, double value, int factor, char* number)
{
  const int port = at->row[PORT_LIST];
  if (!(ports[port].minimum < ports[port].maximum || isnan(ports[port].maximum)))
    return NULL;
  const bool whole = ports[port].properties && strstr(ports[port].properties, "lv2:integer");
  const uint32_t latency = latencies[plugins[at->row[PLUGIN_LIST]].model];
  sprintf(number, "%.*f", whole ? 0 : 1, isnan(value) ? factor * (double)latency : value);
  return number;
}

/* Which of its plug-in's presets it is. Hosts sort presets by their labels, which therefore begin with it. */
static const char*
number_of_preset(const place* at, char* number)
{
  int count = 1;
  for (int preset = 0; preset < at->row[PRESET_LIST]; ++preset)
    count += presets[preset].task == presets[at->row[PRESET_LIST]].task;
  sprintf(number, "%d", count);
  return number;
}

static const char*
setting(const place* at, char* number)
{
  const isolde_controls* values = &presets[at->row[PRESET_LIST]].values;
  double value = 0;
  switch (settings[at->row[SETTING_LIST]]) {
#define VALUE_OF(kind, id, ...) \
  case PORT_##id: \
    value = values->id; \
    break;
    ISOLDE_CONTROLS(VALUE_OF)
    default:
      break;
  }
  sprintf(number, "%.1f", value);
  return number;
}

/* NULL when there is none. `number` is room for one. */
static const char*
value_of(const char* name, const place* at, char* number)
{
  static const char* const directions[] = { "Input", "Output" };
  const int plugin = at->row[PLUGIN_LIST], port = at->row[PORT_LIST], group = at->row[GROUP_LIST];
  const int preset = at->row[PRESET_LIST], point = at->row[POINT_LIST], model = at->row[MODEL_LIST];
  const bool is_atom = !strcmp(ports[port].type, "atom:AtomPort");
#define VALUE(text, value) \
  if (!strcmp(name, text)) \
    return value;
  VALUE("plugin.uri", plugins[plugin].uri)
  VALUE("plugin.name", plugins[plugin].name)
  VALUE("plugin.shortdesc", plugins[plugin].shortdesc)
  VALUE("plugin.comment", plugins[plugin].comment)
  VALUE("plugin.input", main_group(at, INPUT))
  VALUE("plugin.output", main_group(at, OUTPUT))
  VALUE("port.type", ports[port].type)
  VALUE("port.direction", directions[ports[port].direction])
  VALUE("port.index", index_of_port(at, number))
  VALUE("port.symbol", ports[port].symbol)
  VALUE("port.name", ports[port].name)
  VALUE("port.comment", ports[port].comment)
  VALUE("port.designation", ports[port].designation ?: designations[port])
  VALUE("port.group", ports[port].group == NO_GROUP ? NULL : groups[ports[port].group].symbol)
  VALUE("port.properties", ports[port].properties ?: properties[port])
  VALUE("port.unit", ports[port].unit)
  VALUE("port.default", range(at, ports[port].initial, 1, number))
  VALUE("port.minimum", range(at, ports[port].minimum, 0, number))
  VALUE("port.maximum", range(at, ports[port].maximum, 4, number)) /* at 192 kHz */
  VALUE("port.buffer", is_atom ? "atom:Sequence" : NULL)
  VALUE("port.messages", is_atom ? "patch:Message" : NULL)
  VALUE("port.bytes", is_atom ? "8192" : NULL)
  VALUE("point.label", points[point].label)
  VALUE("point.value", (sprintf(number, "%d", points[point].value), number))
  VALUE("group.kind", groups[group].kind)
  VALUE("group.symbol", groups[group].symbol)
  VALUE("group.name", groups[group].name)
  VALUE("group.direction", directions[groups[group].direction])
  VALUE("group.source", groups[group].direction == OUTPUT ? main_group(at, INPUT) : NULL)
  VALUE("preset.symbol", presets[preset].symbol)
  VALUE("preset.number", number_of_preset(at, number))
  VALUE("preset.label", presets[preset].label)
  VALUE("preset.comment", presets[preset].comment)
  VALUE("setting.symbol", ports[settings[at->row[SETTING_LIST]]].symbol)
  VALUE("setting.value", setting(at, number))
  VALUE("model.name", model_names[model])
  VALUE("model.latency", (sprintf(number, "%u", latencies[model]), number))
  VALUE("model.parameter", ISOLDE_MODEL_PARAMETER)
  VALUE("window.uri", ISOLDE_UI_URI)
  fprintf(stderr, "write_ttl: there is no value {%s}\n", name);
  exit(EXIT_FAILURE);
}

/* ---- Templates --------------------------------------------------------------------------------- */

enum
{
  MAX_LINES = 400,
  MAX_LENGTH = 1000,
};

static char lines[MAX_LINES][MAX_LENGTH];

static void
fill_line(const char* line, const place* at)
{
  char filled[4 * MAX_LENGTH] = "";
  for (const char *open, *close; (open = strchr(line, '{')); line = close + 1) {
    char name[MAX_LENGTH], number[40];
    close = strchr(open, '}');
    snprintf(name, sizeof name, "%.*s", (int)(close - open - 1), open + 1);
    const char* value = value_of(name, at, number);
    if (!value)
      return;
    const size_t length = strlen(filled);
    snprintf(filled + length, sizeof filled - length, "%.*s%s", (int)(open - line), line, value);
  }
  printf("%s%s", filled, line);
}

/* Fills the lines from `first` to the `#end` that closes them, or to the end. Returns what follows. */
static int
fill(int first, place at, bool is_written)
{
  int line = first;
  for (; *lines[line] && strcmp(lines[line], "#end\n"); ++line) {
    char name[MAX_LENGTH];
    if (sscanf(lines[line], "#each %s", name) != 1) {
      if (is_written)
        fill_line(lines[line], &at);
      continue;
    }
    int list = 0;
    while (strcmp(lists[list].name, name)) /* a wrong name ends the program below */
      if (++list == LISTS)
        exit(fprintf(stderr, "write_ttl: there is no list '%s'\n", name));
    const int end = fill(line + 1, at, false);
    for (at.row[list] = 0; at.row[list] < lists[list].count; ++at.row[list])
      fill(line + 1, at, is_written && is_there(&at, list));
    at.row[list] = 0;
    line = end;
  }
  return line;
}

static bool
read_latencies(const char* folder)
{
  for (int model = 0; model < COUNT(model_names); ++model) {
    char path[4096], message[ISOLDE_MESSAGE_SIZE];
    snprintf(path, sizeof path, "%s/%s.isolde", folder, model_names[model]);
    isolde_model* opened = isolde_model_open(path, message);
    if (!opened) {
      fprintf(stderr, "write_ttl: %s: %s\n", path, message);
      return false;
    }
    isolde_model_info info;
    isolde_model_get_info(opened, &info);
    latencies[model] = (uint32_t)((uint64_t)info.latency * 48000 / info.rate);
    isolde_model_free(opened);
  }
  return true;
}

int
main(int argc, char** argv)
{
  FILE* template = argc == 3 ? fopen(argv[1], "r") : NULL;
  if (!template) {
    perror(argc == 3 ? argv[1] : "usage: write_ttl TEMPLATE MODELS");
    return EXIT_FAILURE;
  }
  for (int line = 0; line < MAX_LINES - 1 && fgets(lines[line], MAX_LENGTH, template); ++line)
    ;
  fclose(template);
  if (!read_latencies(argv[2]))
    return EXIT_FAILURE;
  fill(0, (place){ { 0 } }, true);
  return ferror(stdout) || fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
