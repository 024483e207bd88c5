/* tables MODELS: prints the tables of ports.def and presets.def for ttl/fill.awk, with the latencies of the model
 * files in the folder MODELS.
 *
 * Each line is a row: the name of its list, then column=value, separated by tabs. The rows that belong to a plug-in
 * follow it; those that belong to a port or a preset follow that. Columns without a value are left out.
 */
#include "messages.h"
#include "ports.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Begins a row with pairs of column and value. */
#define LINE(list, ...) row(list, (const char*[]){ __VA_ARGS__, NULL })

static void
row(const char* list, const char** cells)
{
  static const char* end = "";
  printf("%s%s", end, list);
  end = "\n";
  for (; *cells; cells += 2)
    if (cells[1])
      printf("\t%s=%s", cells[0], cells[1]);
}

/* A model's latency in samples at 48 kHz. */
static uint32_t
latency_of(const char* model, const char* folder)
{
  char path[4096], message[ISOLDE_MESSAGE_SIZE];
  snprintf(path, sizeof path, "%s/%s.isolde", folder, model);
  isolde_model* opened = isolde_model_open(path, message);
  if (!opened) {
    fprintf(stderr, "tables: %s\n", message);
    exit(EXIT_FAILURE);
  }
  isolde_model_info info;
  isolde_model_get_info(opened, &info);
  isolde_model_free(opened);
  return (uint32_t)((uint64_t)info.latency * 48000 / info.rate);
}

/* NAN stands for the latency; as a maximum, for that at 192 kHz. Ardour reads floats only with a decimal point. */
static void
range(double initial, double minimum, double maximum, const char* properties, uint32_t latency)
{
  const int digits = properties && strstr(properties, "lv2:integer") ? 0 : 1;
  printf("\tdefault=%.*f", digits, isnan(initial) ? latency : initial);
  printf("\tminimum=%.*f", digits, minimum);
  printf("\tmaximum=%.*f", digits, isnan(maximum) ? 4.0 * latency : maximum);
}

/* Prints what ports.def says about a control outside its row. */
static void
details(const char* symbol)
{
#define DESIGNATION(port, designation) \
  if (!strcmp(symbol, #port)) \
    printf("\tdesignation=%s", designation);
#define PROPERTY(port, property) \
  if (!strcmp(symbol, #port)) \
    printf("\tproperties=%s", property);
#define POINT(port, value, label) \
  if (!strcmp(symbol, #port)) \
    LINE("point", "value", #value, "label", label);
#include "ports.def"
}

#define DIRECTION_INPUT "Input"
#define DIRECTION_OUTPUT "Output"

/* clang-format off */

static void
groups_and_ports(unsigned set, uint32_t latency)
{
#define GROUP(sets, kind, symbol, name, direction, main, source) \
  if ((sets) & set) \
    LINE("group", "kind", kind, "symbol", symbol, "name", name, "direction", DIRECTION_##direction, \
         "main", main, "source", source);
#define AUDIO(id, sets, symbol, name, direction, group, designation, comment) \
  if ((sets) & set) \
    LINE("port", "type", "lv2:AudioPort", "symbol", symbol, "name", name, "direction", DIRECTION_##direction, \
         "group", group, "designation", designation, "comment", comment);
#define ATOM(id, sets, symbol, name, direction, comment) \
  if ((sets) & set) { \
    LINE("port", "type", "atom:AtomPort", "symbol", symbol, "name", name, "direction", DIRECTION_##direction, \
         "properties", "lv2:connectionOptional", "designation", "lv2:control", "comment", comment); \
    LINE("buffer", "type", "atom:Sequence"); \
  }
#define CONTROL(id, sets, symbol, name, direction, initial, low, high, unit, properties, designation, comment) \
  if ((sets) & set) { \
    LINE("port", "type", "lv2:ControlPort", "symbol", symbol, "name", name, "direction", DIRECTION_##direction, \
         "unit", unit, "properties", properties, "designation", designation, "comment", comment); \
    range(initial, low, high, properties, latency); \
    details(symbol); \
  }
#include "ports.def"
}

/* clang-format on */

/* A preset sets all controls of the plug-in except `enabled`, which belongs to the user. Controls that it does not
 * name get their defaults. */
static void
presets(unsigned set)
{
#define SETTING(kind, id, ...) \
  if ((port_sets[PORT_##id] & set) && PORT_##id != PORT_enabled) { \
    LINE("setting", "symbol", #id); \
    printf("\tvalue=%.1f", (double)values.id); \
  }
#define PRESET_LINES(symbol, label, comment, ...) \
  { \
    isolde_controls values = isolde_controls_default(); \
    __VA_ARGS__; \
    LINE("preset", "symbol", symbol, "label", label, "comment", comment); \
    ISOLDE_CONTROLS(SETTING) \
  }
#define PRESET(symbol, label, v, r, a, s, comment) \
  if (set & FADERS) \
  PRESET_LINES(symbol, \
               label, \
               comment, \
               values.voice = v, \
               values.reverb = r, \
               values.ambience = a, \
               values.sensitivity = s)
#define STEMS_PRESET(symbol, label, s, comment) \
  if (set & STEMS) \
  PRESET_LINES(symbol, label, comment, values.sensitivity = s)
#include "presets.def"
}

static const char*
class_of(unsigned set)
{
  return set & SEPARATE ? "<urn:isolde:NoiseReductionPlugin>" : "lv2:SpectralPlugin";
}

int
main(int argc, char** argv)
{
  if (argc != 2)
    return fputs("usage: tables MODELS\n", stderr), EXIT_FAILURE;
  const char* folder = argv[1];
  LINE("bundle", "model", ISOLDE_MODEL_PARAMETER, "window", ISOLDE_UI_URI);
#define MODEL(name) \
  LINE("model", "name", #name); \
  printf("\tlatency=%u", latency_of(#name, folder));
#define PLUGIN(id, uri, name, set, channels, task, model, shortdesc, comment) \
  LINE("plugin", "uri", uri, "name", name, "shortdesc", shortdesc, "comment", comment); \
  printf("\tclass=%s", class_of(set)); \
  printf("\tmilliseconds=%.3g", latency_of(#model, folder) / 48.0); \
  if ((set)&SEPARATE) \
    LINE("window", "uri", ISOLDE_UI_URI); \
  groups_and_ports(set, latency_of(#model, folder)); \
  presets(set);
#include "ports.def"
  puts("");
  return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
