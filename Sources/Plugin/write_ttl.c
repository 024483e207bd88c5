/* Writes the Turtle of the bundle from ports.def and presets.def. usage: write_ttl BUNDLE.lv2 */
#include "messages.h"
#include "ports.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- The rows of ports.def --------------------------------------------------------------------- */

typedef struct
{
  const char* uri;
  const char* name;
  unsigned set;
  isolde_task task;
  int latency; /**< samples at 48 kHz */
  const char* shortdesc;
  const char* comment;
} Plugin;

static const Plugin plugins[PLUGIN_COUNT] = {
#define PLUGIN(id, uri, name, set, channels, task, model, latency, shortdesc, comment) \
  [PLUGIN_##id] = { uri, name, set, ISOLDE_TASK_##task, latency, shortdesc, comment },
#include "ports.def"
};

typedef struct
{
  unsigned sets;
  const char* symbol;
  const char* name;
  enum port_direction direction;
} Group;

static const Group groups[GROUP_COUNT] = {
#define GROUP(id, sets, symbol, name, direction) [GROUP_##id] = { sets, symbol, name, direction },
#include "ports.def"
};

typedef struct
{
  const char* type;
  const char* symbol;
  const char* name;
  enum port_direction direction;
  enum group group;
  const char* role; /**< designation */
  const char* comment;
  const char* properties;
  const char* unit;
  double standard, minimum, maximum;
} Port;

/* Strings that a row does not have are NULL. */
static const Port ports[PORT_COUNT] = {
#define AUDIO(id, sets, symbol_, name_, direction_, group_, role_, comment_) \
  [PORT_##id] = { .type = "lv2:AudioPort", \
                  .symbol = symbol_, \
                  .name = name_, \
                  .direction = direction_, \
                  .group = group_, \
                  .role = role_, \
                  .comment = comment_ },
#define CONTROL( \
  id, sets, symbol_, name_, direction_, standard_, low, high, unit_, properties_, role_, comment_) \
  [PORT_##id] = { .type = "lv2:ControlPort", \
                  .symbol = symbol_, \
                  .name = name_, \
                  .direction = direction_, \
                  .group = NO_GROUP, \
                  .role = role_, \
                  .comment = comment_, \
                  .properties = properties_, \
                  .unit = unit_, \
                  .standard = standard_, \
                  .minimum = low, \
                  .maximum = high },
#define ATOM(id, sets, symbol_, name_, direction_, comment_) \
  [PORT_##id] = { .type = "atom:AtomPort", \
                  .symbol = symbol_, \
                  .name = name_, \
                  .direction = direction_, \
                  .group = NO_GROUP, \
                  .role = "lv2:control", \
                  .comment = comment_, \
                  .properties = "lv2:connectionOptional" },
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
  const char* symbol;
  const char* label;
  double voice, reverb, ambience, sensitivity;
  const char* comment;
} presets[] = {
#define PRESET(...) { __VA_ARGS__ },
#include "presets.def"
};

enum
{
  PRESET_COUNT = sizeof presets / sizeof *presets
};

/* ---- Turtle ------------------------------------------------------------------------------------ */

static const char prefixes[] = "@prefix ardour: <http://ardour.org/lv2/ext#> .\n"
                               "@prefix atom: <http://lv2plug.in/ns/ext/atom#> .\n"
                               "@prefix doap: <http://usefulinc.com/ns/doap#> .\n"
                               "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"
                               "@prefix log: <http://lv2plug.in/ns/ext/log#> .\n"
                               "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"
                               "@prefix patch: <http://lv2plug.in/ns/ext/patch#> .\n"
                               "@prefix pg: <http://lv2plug.in/ns/ext/port-groups#> .\n"
                               "@prefix pprop: <http://lv2plug.in/ns/ext/port-props#> .\n"
                               "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"
                               "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
                               "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
                               "@prefix rsz: <http://lv2plug.in/ns/ext/resize-port#> .\n"
                               "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n"
                               "@prefix units: <http://lv2plug.in/ns/extensions/units#> .\n"
                               "@prefix urid: <http://lv2plug.in/ns/ext/urid#> .\n"
                               "@prefix work: <http://lv2plug.in/ns/ext/worker#> .\n\n";

/* A word from outside LV2 must be declared; Ardour shows the port in the mixer strip. */
static const char words[] =
  "ardour:inlineMixerControl\n"
  "\ta lv2:PortProperty ;\n"
  "\trdfs:label \"inline mixer control\" ;\n"
  "\trdfs:comment \"A control that Ardour also shows in the mixer strip.\" .\n\n"
  "<" ISOLDE_MODEL_PARAMETER ">\n"
  "\ta lv2:Parameter ;\n"
  "\trdfs:label \"Model\" ;\n"
  "\trdfs:comment \"The file of the model that is at work; none: the built-in one.\" ;\n"
  "\trdfs:range atom:Path .\n\n";

#define MAKERS \
  "\tdoap:license <http://spdx.org/licenses/GPL-3.0-or-later> ;\n" \
  "\tdoap:maintainer [ a foaf:Agent ; foaf:name \"The Isolde authors\" ]"

static const char project[] =
  "<urn:isolde:project>\n\ta doap:Project ;\n"
  "\tdoap:name \"Isolde\" ;\n"
  "\tdoap:shortdesc \"Voice, reverb and ambience of dialogue\" ;\n" MAKERS " .\n\n";

static const char* const directions[] = { "Input", "Output" };

static void
write_points(FILE* file, enum port port)
{
  const char* separator = " ;\n\t\tlv2:scalePoint ";
  for (size_t i = 0; i < sizeof points / sizeof *points; ++i) {
    if (points[i].port != port)
      continue;
    fprintf(
      file, "%s[ rdfs:label \"%s\" ; rdf:value %d ]", separator, points[i].label, points[i].value);
    separator = " , ";
  }
}

/* Where the row has no number it follows from the latency: that of 48 kHz, and that of 192 kHz. */
static void
write_range(FILE* file, const Plugin* plugin, const Port* port)
{
  if (!(port->minimum < port->maximum || isnan(port->maximum)))
    return;
  const int places = port->properties && strstr(port->properties, "lv2:integer") ? 0 : 1;
  fprintf(file,
          " ;\n\t\tlv2:default %.*f ;\n\t\tlv2:minimum %.*f ;\n\t\tlv2:maximum %.*f",
          places,
          isnan(port->standard) ? plugin->latency : port->standard,
          places,
          port->minimum,
          places,
          isnan(port->maximum) ? 4 * plugin->latency : port->maximum);
}

static void
write_port(FILE* file, const Plugin* plugin, enum port id, int index)
{
  const Port* port = &ports[id];
  fprintf(file, "[\n\t\ta %s , lv2:%sPort ;\n", port->type, directions[port->direction]);
  fprintf(file, "\t\tlv2:index %d ;\n\t\tlv2:symbol \"%s\" ;\n", index, port->symbol);
  fprintf(file, "\t\tlv2:name \"%s\"", port->name);
  if (port->comment)
    fprintf(file, " ;\n\t\trdfs:comment \"%s\"", port->comment);
  if (port->role)
    fprintf(file, " ;\n\t\tlv2:designation %s", port->role);
  if (port->group != NO_GROUP)
    fprintf(file, " ;\n\t\tpg:group <%s#%s>", plugin->uri, groups[port->group].symbol);
  if (port->properties)
    fprintf(file, " ;\n\t\tlv2:portProperty %s", port->properties);
  if (port->unit)
    fprintf(file, " ;\n\t\tunits:unit %s", port->unit);
  write_range(file, plugin, port);
  if (!strcmp(port->type, "atom:AtomPort"))
    fputs(" ;\n\t\tatom:bufferType atom:Sequence ;\n\t\tatom:supports patch:Message ;\n"
          "\t\trsz:minimumSize 8192",
          file);
  write_points(file, id);
  fputs("\n\t]", file);
}

static void
write_ports(FILE* file, const Plugin* plugin)
{
  int index = 0;
  for (int id = 0; id < PORT_COUNT; ++id) {
    if (!(port_sets[id] & plugin->set))
      continue;
    fputs(index ? " , " : " ;\n\tlv2:port ", file);
    write_port(file, plugin, id, index++);
  }
}

/* The first group of a direction that the plug-in has; NULL when there is none. */
static const Group*
main_group(const Plugin* plugin, enum port_direction direction)
{
  for (int id = 0; id < GROUP_COUNT; ++id)
    if ((groups[id].sets & plugin->set) && groups[id].direction == direction)
      return &groups[id];
  return NULL;
}

static void
write_groups(FILE* file, const Plugin* plugin)
{
  for (int id = 0; id < GROUP_COUNT; ++id) {
    const Group* group = &groups[id];
    if (!(group->sets & plugin->set))
      continue;
    fprintf(file, "<%s#%s>\n", plugin->uri, group->symbol);
    fprintf(file, "\ta pg:StereoGroup , pg:%sGroup ;\n", directions[group->direction]);
    fprintf(file, "\tlv2:symbol \"%s\" ;\n", group->symbol);
    if (group->direction == OUTPUT)
      fprintf(file, "\tpg:source <%s#%s> ;\n", plugin->uri, main_group(plugin, INPUT)->symbol);
    fprintf(file, "\tlv2:name \"%s\" .\n\n", group->name);
  }
}

static void
write_plugin(FILE* file, const Plugin* plugin)
{
  fprintf(file, "<%s>\n\ta lv2:Plugin , lv2:SpectralPlugin , doap:Project ;\n", plugin->uri);
  fprintf(file, "\tdoap:name \"%s\" ;\n", plugin->name);
  fprintf(file, "\tdoap:shortdesc \"%s\" ;\n", plugin->shortdesc);
  fprintf(file, "\trdfs:comment \"%s\" ;\n", plugin->comment);
  fputs(MAKERS " ;\n\tlv2:project <urn:isolde:project> ;\n"
               "\tlv2:minorVersion 2 ;\n\tlv2:microVersion 0 ;\n"
               "\tlv2:optionalFeature lv2:hardRTCapable , urid:map , log:log , work:schedule ,\n"
               "\t\tstate:mapPath , state:freePath , state:threadSafeRestore ;\n"
               "\tlv2:extensionData state:interface , work:interface ;\n"
               "\tpatch:readable <" ISOLDE_MODEL_PARAMETER "> ;\n"
               "\tpatch:writable <" ISOLDE_MODEL_PARAMETER ">",
        file);
  write_ports(file, plugin);
  for (int direction = INPUT; direction <= OUTPUT; ++direction) {
    const Group* group = main_group(plugin, direction);
    if (group)
      fprintf(file, " ;\n\tpg:main%s <%s#%s>", directions[direction], plugin->uri, group->symbol);
  }
  fputs(" .\n\n", file);
  write_groups(file, plugin);
}

/* What is heard is set too: a preset is to sound as it says. The model is the built-in one, as the preset
   has no other. `enabled` is the user's. */
static void
write_preset(FILE* file, const Plugin* plugin, int preset)
{
  const struct
  {
    enum port port;
    double value;
  } values[] = {
    { PORT_VOICE, presets[preset].voice },
    { PORT_REVERB, presets[preset].reverb },
    { PORT_AMBIENCE, presets[preset].ambience },
    { PORT_SENSITIVITY, presets[preset].sensitivity },
    { PORT_LISTEN, 0 },
  };
  fprintf(file, "<%s:%s>\n\ta pset:Preset ;\n", plugin->uri, presets[preset].symbol);
  fprintf(file, "\tlv2:appliesTo <%s> ;\n", plugin->uri);
  fprintf(file, "\trdfs:label \"%s\" ;\n", presets[preset].label);
  fprintf(file, "\trdfs:comment \"%s\"", presets[preset].comment);
  for (size_t i = 0; i < sizeof values / sizeof *values; ++i)
    fprintf(file,
            " %s\n\t\tlv2:symbol \"%s\" ;\n\t\tpset:value %.1f\n\t]",
            i ? ", [" : ";\n\tlv2:port [",
            ports[values[i].port].symbol,
            values[i].value);
  fputs(" .\n\n", file);
}

/* Presets are for the plug-ins with faders. */
static void
for_each_preset(FILE* file, void (*write)(FILE*, const Plugin*, int))
{
  for (int i = 0; i < PLUGIN_COUNT; ++i)
    for (int preset = 0; plugins[i].task == ISOLDE_TASK_MIX && preset < PRESET_COUNT; ++preset)
      write(file, &plugins[i], preset);
}

static void
write_presets(FILE* file)
{
  for_each_preset(file, write_preset);
}

static void
announce_preset(FILE* file, const Plugin* plugin, int preset)
{
  fprintf(file, "<%s:%s>\n\ta pset:Preset ;\n", plugin->uri, presets[preset].symbol);
  fprintf(file, "\tlv2:appliesTo <%s> ;\n\trdfs:seeAlso <presets.ttl> .\n\n", plugin->uri);
}

static void
write_manifest(FILE* file)
{
  for (int i = 0; i < PLUGIN_COUNT; ++i)
    fprintf(file,
            "<%s>\n\ta lv2:Plugin ;\n\tlv2:binary <isolde.so> ;\n\trdfs:seeAlso <isolde.ttl> .\n\n",
            plugins[i].uri);
  for_each_preset(file, announce_preset);
}

static void
write_data(FILE* file)
{
  fputs(words, file);
  fputs(project, file);
  for (int i = 0; i < PLUGIN_COUNT; ++i)
    write_plugin(file, &plugins[i]);
}

static bool
write_file(const char* bundle, const char* name, void (*write)(FILE*))
{
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", bundle, name);
  FILE* file = fopen(path, "w");
  if (file) {
    fputs(prefixes, file);
    write(file);
  }
  const bool failed = !file || ferror(file);
  if ((file && fclose(file)) || failed) {
    perror(path);
    return false;
  }
  return true;
}

int
main(int argc, char** argv)
{
  if (argc != 2) {
    fputs("usage: write_ttl BUNDLE.lv2\n", stderr);
    return EXIT_FAILURE;
  }
  return write_file(argv[1], "manifest.ttl", write_manifest) &&
             write_file(argv[1], "isolde.ttl", write_data) &&
             write_file(argv[1], "presets.ttl", write_presets)
           ? EXIT_SUCCESS
           : EXIT_FAILURE;
}
