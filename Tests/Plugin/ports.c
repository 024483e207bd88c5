/* ports BUNDLE: checks the bundle's Turtle, read with lilv as hosts read it.
 *
 * The table below is what saved sessions rely on (DESIGN.md, section 3); behaviour.c uses the same indices with the
 * binary. Neither uses the table that the plug-in is made from.
 */
#include "check.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/patch/patch.h>
#include <lv2/port-groups/port-groups.h>
#include <lv2/port-props/port-props.h>
#include <lv2/presets/presets.h>
#include <lv2/units/units.h>
#include <math.h>

#define AUDIO LV2_CORE__AudioPort
#define ATOM LV2_ATOM__AtomPort
#define FLOAT LV2_CORE__ControlPort
#define INPUT LV2_CORE__InputPort
#define OUTPUT LV2_CORE__OutputPort

typedef struct
{
  const char *symbol, *type, *direction;
  float low, normal, high;
  const char *unit, *designation;
  const char* properties[4]; /* that it must have */
  int points;                /* scale points */
} Port;

static const Port mono_audio[] = {
  { .symbol = "in", .type = AUDIO, .direction = INPUT },
  { .symbol = "out", .type = AUDIO, .direction = OUTPUT },
};
static const Port stereo_audio[] = {
  { .symbol = "in_l", .type = AUDIO, .direction = INPUT, .designation = LV2_PORT_GROUPS__left },
  { .symbol = "in_r", .type = AUDIO, .direction = INPUT, .designation = LV2_PORT_GROUPS__right },
  { .symbol = "out_l", .type = AUDIO, .direction = OUTPUT, .designation = LV2_PORT_GROUPS__left },
  { .symbol = "out_r", .type = AUDIO, .direction = OUTPUT, .designation = LV2_PORT_GROUPS__right },
};
#define SIX(direction_name, direction_uri) \
  { .symbol = direction_name "_l", \
    .type = AUDIO, \
    .direction = direction_uri, \
    .designation = LV2_PORT_GROUPS__left }, \
    { .symbol = direction_name "_r", \
      .type = AUDIO, \
      .direction = direction_uri, \
      .designation = LV2_PORT_GROUPS__right }, \
    { .symbol = direction_name "_c", \
      .type = AUDIO, \
      .direction = direction_uri, \
      .designation = LV2_PORT_GROUPS__center }, \
    { .symbol = direction_name "_lfe", \
      .type = AUDIO, \
      .direction = direction_uri, \
      .designation = LV2_PORT_GROUPS__lowFrequencyEffects }, \
    { .symbol = direction_name "_ls", \
      .type = AUDIO, \
      .direction = direction_uri, \
      .designation = LV2_PORT_GROUPS__rearLeft }, \
  { \
    .symbol = direction_name "_rs", .type = AUDIO, .direction = direction_uri, \
    .designation = LV2_PORT_GROUPS__rearRight \
  }
static const Port surround_audio[] = { SIX("in", INPUT), SIX("out", OUTPUT) };
#define METER(name) \
  { \
    name, FLOAT, OUTPUT, -70, NAN, 12, LV2_UNITS__db, NULL, { NULL }, 0 \
  }
static const Port controls[] = {
  { "enabled", FLOAT, INPUT, 0, 1, 1, NULL, LV2_CORE__enabled, { LV2_CORE__toggled }, 0 },
  { "voice", FLOAT, INPUT, -60, 0, 12, LV2_UNITS__db, NULL, { NULL }, 0 },
  { "reverb", FLOAT, INPUT, -60, -12, 12, LV2_UNITS__db, NULL, { NULL }, 0 },
  { "ambience", FLOAT, INPUT, -60, -24, 12, LV2_UNITS__db, NULL, { NULL }, 0 },
  { "sensitivity", FLOAT, INPUT, -100, 0, 100, LV2_UNITS__pc, NULL, { NULL }, 0 },
  { "listen", FLOAT, INPUT, 0, 0, 4, NULL, NULL, { LV2_CORE__enumeration, LV2_CORE__integer }, 5 },
  METER("voice_meter"),
  METER("reverb_meter"),
  METER("ambience_meter"),
  { .symbol = "control",
    .type = ATOM,
    .direction = INPUT,
    .designation = LV2_CORE__control,
    .properties = { LV2_CORE__connectionOptional } },
  { .symbol = "notify",
    .type = ATOM,
    .direction = OUTPUT,
    .properties = { LV2_CORE__connectionOptional } },
  { "latency",
    FLOAT,
    OUTPUT,
    0,
    NAN,
    NAN,
    LV2_UNITS__frame,
    LV2_CORE__latency,
    { LV2_CORE__reportsLatency, LV2_CORE__integer, LV2_PORT_PROPS__notOnGUI },
    0 },
  { "trim", FLOAT, INPUT, -12, 0, 12, LV2_UNITS__db, NULL, { NULL }, 0 },
  { "amount", FLOAT, INPUT, -60, 0, 12, LV2_UNITS__db, NULL, { NULL }, 0 },
};
static const Port stems_mono_audio[] = {
  { .symbol = "in", .type = AUDIO, .direction = INPUT },
  { .symbol = "voice_out", .type = AUDIO, .direction = OUTPUT },
  { .symbol = "reverb_out", .type = AUDIO, .direction = OUTPUT },
  { .symbol = "ambience_out", .type = AUDIO, .direction = OUTPUT },
};
#define SIDES(name) \
  { \
    .symbol = name "_l", .type = AUDIO, .direction = OUTPUT, .designation = LV2_PORT_GROUPS__left \
  }, \
  { \
    .symbol = name "_r", .type = AUDIO, .direction = OUTPUT, .designation = LV2_PORT_GROUPS__right \
  }
static const Port stems_stereo_audio[] = {
  { .symbol = "in_l", .type = AUDIO, .direction = INPUT, .designation = LV2_PORT_GROUPS__left },
  { .symbol = "in_r", .type = AUDIO, .direction = INPUT, .designation = LV2_PORT_GROUPS__right },
  SIDES("voice_out"),
  SIDES("reverb_out"),
  SIDES("ambience_out"),
};

#define COUNT(ports) (sizeof ports / sizeof *ports)

enum
{
  FADER_CONTROLS = 13, /* the first of them */
  ENABLED = 0,
  SENSITIVITY = 4,
  CONTROL_PORT = 9,
  NOTIFY_PORT = 10,
  LATENCY = 11,
  AMOUNT = 13,
};

/* The controls that plug-ins without faders have of those above. */
static const int stems_controls[] = { ENABLED, SENSITIVITY, CONTROL_PORT, NOTIFY_PORT, LATENCY };
static const int extend_controls[] = { ENABLED, CONTROL_PORT, NOTIFY_PORT, LATENCY, AMOUNT };

typedef struct
{
  const char* name; /* after urn:isolde: */
  const Port* audio;
  uint32_t audio_count;
  const int* controls; /* NULL: the first of all */
  uint32_t control_count;
  uint32_t groups;
  float
    latency; /* samples at 48 kHz: a promise to saved sessions, so it is typed here, and only here */
  unsigned presets;
  const char* class;
} Kind;

#define NOISE_REDUCTION "urn:isolde:NoiseReductionPlugin"
#define DIALOGUE(audio, groups, latency) \
  audio, COUNT(audio), NULL, FADER_CONTROLS, groups, latency, 9, NOISE_REDUCTION
#define STEMS(audio, groups) \
  audio, COUNT(audio), stems_controls, COUNT(stems_controls), groups, 4096, 3, NOISE_REDUCTION
#define EXTEND(audio, groups) \
  audio, COUNT(audio), extend_controls, COUNT(extend_controls), groups, 1536, 0, \
    LV2_CORE__SpectralPlugin

static const Kind kinds[] = {
  { "dialogue-mono", DIALOGUE(mono_audio, 0, 4096) },
  { "dialogue-stereo", DIALOGUE(stereo_audio, 2, 4096) },
  { "dialogue-5.1", DIALOGUE(surround_audio, 2, 4096) },
  { "live-mono", DIALOGUE(mono_audio, 0, 1536) },
  { "live-stereo", DIALOGUE(stereo_audio, 2, 1536) },
  { "stems-mono", STEMS(stems_mono_audio, 0) },
  { "stems-stereo", STEMS(stems_stereo_audio, 4) },
  { "extend-mono", EXTEND(mono_audio, 0) },
  { "extend-stereo", EXTEND(stereo_audio, 2) },
};

static LilvWorld* world;
static const LilvPlugin* plugin;

static LilvNode*
uri(const char* text)
{
  return lilv_new_uri(world, text);
}

static bool
has(const LilvPort* port, const char* predicate, const char* object)
{
  LilvNodes* values = lilv_port_get_value(plugin, port, uri(predicate));
  const bool found = values && lilv_nodes_contains(values, uri(object));
  lilv_nodes_free(values);
  return found;
}

static float
number(const LilvNode* node)
{
  return node ? lilv_node_as_float(node) : NAN;
}

static bool
is(float wanted, float got)
{
  return isnan(wanted) || wanted == got;
}

static int
control_at(const Kind* kind, uint32_t place)
{
  return kind->controls ? kind->controls[place] : (int)place;
}

/* How many controls a preset sets: all inputs but `enabled`. */
static int
settings_of(const Kind* kind)
{
  int count = 0;
  for (uint32_t i = 0; i < kind->control_count; ++i) {
    const Port* port = &controls[control_at(kind, i)];
    count += !strcmp(port->type, FLOAT) && !strcmp(port->direction, INPUT);
  }
  return count - 1;
}

static void
check_port(const Port* wanted, uint32_t index)
{
  const LilvPort* port = lilv_plugin_get_port_by_index(plugin, index);
  EXPECT(port, "no port %u (%s)", index, wanted->symbol);
  if (!port)
    return;
  const char* symbol = lilv_node_as_string(lilv_port_get_symbol(plugin, port));
  EXPECT(!strcmp(symbol, wanted->symbol), "port %u is %s, not %s", index, symbol, wanted->symbol);
  EXPECT(lilv_port_is_a(plugin, port, uri(wanted->type)), "%s is no %s", symbol, wanted->type);
  EXPECT(
    lilv_port_is_a(plugin, port, uri(wanted->direction)), "%s is no %s", symbol, wanted->direction);
  EXPECT(lilv_port_get_name(plugin, port), "%s has no name", symbol);
  EXPECT(lilv_port_get(plugin, port, uri(LILV_NS_RDFS "comment")), "%s has no comment", symbol);

  if (!strcmp(wanted->type, FLOAT)) {
    LilvNode *normal, *low, *high;
    lilv_port_get_range(plugin, port, &normal, &low, &high);
    EXPECT(low && high, "%s has no range", symbol);
    EXPECT(is(wanted->low, number(low)), "%s begins at %g", symbol, number(low));
    EXPECT(is(wanted->high, number(high)), "%s ends at %g", symbol, number(high));
    EXPECT(is(wanted->normal, number(normal)), "%s stands at %g", symbol, number(normal));
  }
  if (wanted->unit)
    EXPECT(has(port, LV2_UNITS__unit, wanted->unit), "%s is not in %s", symbol, wanted->unit);
  if (wanted->designation)
    EXPECT(has(port, LV2_CORE__designation, wanted->designation),
           "%s is not designated %s",
           symbol,
           wanted->designation);
  for (int k = 0; k < 4 && wanted->properties[k]; ++k)
    EXPECT(lilv_port_has_property(plugin, port, uri(wanted->properties[k])),
           "%s is not %s",
           symbol,
           wanted->properties[k]);
  LilvScalePoints* points = lilv_port_get_scale_points(plugin, port);
  const int count = points ? (int)lilv_scale_points_size(points) : 0;
  EXPECT(count == wanted->points, "%s has %d scale points", symbol, count);
  /* These make a control impossible to automate in Ardour (LV2.md, 2). */
  static const char* const forbidden[] = { LV2_PORT_PROPS__expensive,
                                           LV2_PORT_PROPS__notAutomatic,
                                           LV2_PORT_PROPS__causesArtifacts };
  for (int k = 0; k < 3; ++k)
    EXPECT(
      !lilv_port_has_property(plugin, port, uri(forbidden[k])), "%s is %s", symbol, forbidden[k]);
}

static void
ports_are_the_promised_ones(const void* argument)
{
  const Kind* kind = argument;
  EXPECT(lilv_plugin_get_num_ports(plugin) == kind->audio_count + kind->control_count,
         "%u ports",
         lilv_plugin_get_num_ports(plugin));
  for (uint32_t i = 0; i < kind->audio_count; ++i)
    check_port(&kind->audio[i], i);
  for (uint32_t i = 0; i < kind->control_count; ++i)
    check_port(&controls[control_at(kind, i)], kind->audio_count + i);
}

/* Each port group has all its channels, and an output group names the input group that it comes from. */
static void
channels_are_grouped(const void* argument)
{
  const Kind* kind = argument;
  const char* seen[8] = { 0 };
  uint32_t groups = 0, grouped = 0;
  for (uint32_t i = 0; i < kind->audio_count; ++i) {
    const LilvPort* port = lilv_plugin_get_port_by_index(plugin, i);
    const LilvNode* group = lilv_port_get(plugin, port, uri(LV2_PORT_GROUPS__group));
    if (!group)
      continue;
    ++grouped;
    const char* name = lilv_node_as_uri(group);
    uint32_t k = 0;
    while (k < groups && strcmp(seen[k], name))
      ++k;
    if (k == groups && groups < 8)
      seen[groups++] = name;
    const bool output = lilv_port_is_a(plugin, port, uri(OUTPUT));
    EXPECT(lilv_world_get(world, group, uri(LV2_CORE__symbol), NULL), "%s has no symbol", name);
    EXPECT(output == !!lilv_world_get(world, group, uri(LV2_PORT_GROUPS__source), NULL),
           "%s and its source",
           name);
  }
  EXPECT(groups == kind->groups, "%u groups", groups);
  EXPECT(grouped == (groups ? kind->audio_count : 0), "%u ports in %u groups", grouped, groups);
}

static void
latency_is_found_by_hosts(const void* argument)
{
  const Kind* kind = argument;
  EXPECT(lilv_plugin_has_latency(plugin), "no latency port");
  const uint32_t index = lilv_plugin_get_latency_port_index(plugin);
  uint32_t place = 0;
  while (control_at(kind, place) != LATENCY)
    ++place;
  EXPECT(index == kind->audio_count + place, "it is port %u", index);
  /* Ardour sizes its delay lines by the maximum: that of the highest rate, 192 kHz. */
  LilvNode *normal = NULL, *high = NULL;
  lilv_port_get_range(plugin, lilv_plugin_get_port_by_index(plugin, index), &normal, NULL, &high);
  EXPECT(number(normal) == kind->latency, "its default is %g", number(normal));
  EXPECT(number(high) == 4 * kind->latency, "its maximum is %g", number(high));
}

static void
nothing_is_required_of_the_host(const void* argument)
{
  (void)argument;
  LilvNodes* required = lilv_plugin_get_required_features(plugin);
  EXPECT(lilv_nodes_size(required) == 0, "%s", lilv_node_as_string(lilv_nodes_get_first(required)));
  EXPECT(lilv_plugin_has_feature(plugin, uri(LV2_CORE__hardRTCapable)), "not hardRTCapable");
}

static void
it_says_who_made_it(const void* argument)
{
  const Kind* kind = argument;
  EXPECT(lilv_plugin_verify(plugin), "lilv finds faults");
  EXPECT(lilv_plugin_get_name(plugin), "no name");
  EXPECT(lilv_plugin_get_author_name(plugin), "no author");
  static const char* const wanted[] = { LILV_NS_DOAP "license",     LILV_NS_LV2 "minorVersion",
                                        LILV_NS_LV2 "microVersion", LILV_NS_LV2 "project",
                                        LILV_NS_DOAP "shortdesc",   LILV_NS_RDFS "comment" };
  for (size_t k = 0; k < COUNT(wanted); ++k)
    EXPECT(lilv_nodes_size(lilv_plugin_get_value(plugin, uri(wanted[k]))) == 1, "no %s", wanted[k]);
  /* Hosts sort plug-ins by class; those of LV2 itself they know without this bundle. */
  const LilvNodes* classes = lilv_plugin_get_value(plugin, uri(LILV_NS_RDF "type"));
  EXPECT(lilv_nodes_size(classes) == 2 && lilv_nodes_contains(classes, uri(kind->class)),
         "its class is not %s",
         kind->class);
  if (!strcmp(kind->class, NOISE_REDUCTION)) {
    const LilvPluginClass* class = lilv_plugin_get_class(plugin);
    const char* label = lilv_node_as_string(lilv_plugin_class_get_label(class));
    EXPECT(!strcmp(label, "Noise-Reduction"), "it is called %s", label);
  }
}

static void
set_by_preset(const char* symbol, void* count, const void* value, uint32_t size, uint32_t type)
{
  (void)type;
  const LilvPort* port = lilv_plugin_get_port_by_symbol(plugin, lilv_new_string(world, symbol));
  EXPECT(port && size == sizeof(float), "no port %s", symbol);
  if (!port)
    return;
  LilvNode *low, *high;
  lilv_port_get_range(plugin, port, NULL, &low, &high);
  const float number_set = *(const float*)value;
  EXPECT(number_set >= number(low) && number_set <= number(high), "%s = %g", symbol, number_set);
  EXPECT(strcmp(symbol, "enabled"), "a preset switches the plug-in");
  ++*(int*)count;
}

static LV2_URID
map_one(LV2_URID_Map_Handle handle, const char* text)
{
  (void)handle;
  static const char* known[20];
  for (LV2_URID k = 0; k < 20; ++k) {
    if (!known[k])
      known[k] = strdup(text);
    if (!strcmp(known[k], text))
      return k + 1;
  }
  return 0;
}

/* Each sets all controls. Sorted by label, as hosts sort them, they are in the order of their table. */
static void
presets_are_offered(const void* argument)
{
  const Kind* kind = argument;
  const char* first = kind->controls ? "1 Stems default" : "1 Dialogue default";
  unsigned firsts = 0, seen = 0;
  LilvNodes* presets = lilv_plugin_get_related(plugin, uri(LV2_PRESETS__Preset));
  const unsigned count = presets ? lilv_nodes_size(presets) : 0;
  EXPECT(count == kind->presets, "%u presets", count);
  LV2_URID_Map map = { NULL, map_one };
  LILV_FOREACH(nodes, i, presets)
  {
    const LilvNode* preset = lilv_nodes_get(presets, i);
    lilv_world_load_resource(world, preset);
    const char* name = lilv_node_as_uri(preset);
    LilvState* state = lilv_state_new_from_world(world, &map, preset);
    const char* label = state ? lilv_state_get_label(state) : NULL;
    EXPECT(label && label[0] > '0' && label[0] <= '9' && label[1] == ' ',
           "label of %s: %s",
           name,
           label);
    if (!label)
      continue;
    seen |= 1U << (label[0] - '0');
    firsts += !strcmp(label, first);
    int set = 0;
    lilv_state_emit_port_values(state, set_by_preset, &set);
    EXPECT(set == settings_of(kind), "%s sets %d ports", name, set);
  }
  EXPECT(firsts == (count > 0), "%u times %s", firsts, first);
  EXPECT(seen == (2U << count) - 2, "their numbers are 0x%x", seen);
}

static void
lilv_runs_it(const void* argument)
{
  (void)argument;
  LilvInstance* instance = lilv_plugin_instantiate(plugin, 48000, NULL);
  EXPECT(instance, "not instantiated");
  if (instance)
    lilv_instance_free(instance);
}

int
main(int argc, char** argv)
{
  char real[4096];
  if (argc != 2 || !realpath(argv[1], real)) {
    fprintf(stderr, "usage: ports BUNDLE\n");
    return 2;
  }
  char path[5000];
  snprintf(path, sizeof path, "%s/", real);
  world = lilv_world_new();
  lilv_world_load_specifications(world);
  LilvNode* folder = lilv_new_file_uri(world, NULL, path);
  lilv_world_load_bundle(world, folder);
  lilv_world_load_plugin_classes(world);

  static const struct
  {
    const char* name;
    void (*test)(const void*);
  } tests[] = {
    { "ports are the promised ones", ports_are_the_promised_ones },
    { "channels are grouped", channels_are_grouped },
    { "latency is found by hosts", latency_is_found_by_hosts },
    { "nothing is required of the host", nothing_is_required_of_the_host },
    { "it says who made it", it_says_who_made_it },
    { "presets are offered", presets_are_offered },
    { "lilv runs it", lilv_runs_it },
  };
  bool passed = true;
  for (size_t kind = 0; kind < COUNT(kinds); ++kind) {
    char name[100];
    snprintf(name, sizeof name, "urn:isolde:%s", kinds[kind].name);
    plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(world), uri(name));
    if (!plugin) {
      printf("FAILED %s: not in the bundle\n", name);
      passed = false;
      continue;
    }
    for (size_t k = 0; k < sizeof tests / sizeof *tests; ++k) {
      snprintf(name, sizeof name, "%s, %s", kinds[kind].name, tests[k].name);
      passed = run_test(name, tests[k].test, &kinds[kind]) && passed;
    }
  }
  return !passed;
}
