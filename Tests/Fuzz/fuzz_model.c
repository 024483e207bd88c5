/* Fuzzes the reader of models and what is made of them (`make fuzz`).
 *
 * The first byte decides: the rest is a file, or decides upon a graph, line by line, with the tensors
 * that the loader's messages ask for. A line that is refused is left out, so graphs grow that load. Then
 * the network runs at every SIMD level that the processor has, and the separator. Whatever the bytes, the
 * library says no in one line or works within its own memory, and AVX2 and AVX-512 agree.
 */
#define _GNU_SOURCE
#include "bytes.h"
#include "isolde.h"
#include "model_file.h"

#include <math.h>

enum
{
  LINES = 12,
  ATTEMPTS = 14,        /* tensors asked for by one more line, and their shapes */
  MOST_VALUES = 6000,   /* in one tensor: small models, so that many are tried */
  MOST_WORK = 2000000,  /* multiply-adds at one SIMD level of what is run, not only read */
  MOST_STATE = 1 << 20, /* bytes */
  GRAPH_BYTES = 8000,
  LINE_BYTES = 600,
  LEVELS = 3,
  FRAMES = 45,
  SAMPLES = 700,
};

static const char* planted; /* a fault on purpose */

/* ---- Lines of a graph -------------------------------------------------------------------------- */

/* $ an earlier layer; # a size, @ a small one, ~ one that is mostly 0; [] perhaps; {a|b} one of; * more
   inputs; & perhaps an activation. */
static const char* const kinds[] = {
  "conv($, channels=#, kernel=@x@[, stride=@x@][, look=~][, dilation=@x@][, groups=@]&)",
  "conv($, channels=#, kernel=@x@[, pad=~][, pad_above=~][, stride=@x@][, groups=@]&)",
  "conv($, channels=#, kernel=@x@, pad=~, groups=#&)",
  "upconv($, channels=#, kernel=@x@, stride=@x@[, crop=~x~][, bins=#]&)",
  "dense($, channels=#[, bins=@]&)",
  "{gru|lstm}($, hidden=#, over={time|each|bins}[, groups=@][, direction={both|backward}])",
  "layer_norm($[, over=frame])",
  "rms_norm($)",
  "running_norm($, over={bin|frame}, rate=0.1, hold={-1|0|nan|1e38})",
  "bands($, bins=#)",
  "{add|subtract|multiply}($, $*&)",
  "concat($*)",
  "attention($, $, $[, heads=@][, over=time, window=#])",
  "shuffle($, groups=@)",
  "reshape($, channels=#, bins=#)",
  "transpose($)",
  "{max_pool|avg_pool}($, kernel=@x@[, stride=@x@][, look=~])",
  "upsample($, factor=@x@[, mode={linear|nearest}])",
  "slice($, first=~, channels=@)",
  "crop($, first=~, bins=#)",
  "pad($, bins=#)",
  "{relu|leaky_relu|elu|gelu|sigmoid|tanh|silu|softplus|hard_sigmoid|hard_swish|hard_tanh}($)",
  "prelu($)",
  "softmax($)",
  "clamp($, low={-1|0|-1e38}, high={1|1e38|nan})",
  "scale($[, factor={1.5|-1e38|1e-40}][, offset={0.1|1e38}])",
  "log($, floor={1e-9|0|-1}[, factor={10|0}])",
  "power($, exponent={0.3|-1|2|1e9})",
  "output($)",
};

static const char activations[] =
  "[, activation={relu|elu|gelu|sigmoid|tanh|silu|softplus|hard_sigmoid|hard_swish|hard_tanh}]";

static const char*
number(Bytes* bytes, char kind)
{
  static const char* const sizes[] = { "1",  "2",  "3",  "4",  "5",   "6",  "7",  "8",
                                       "9",  "12", "15", "16", "17",  "24", "31", "32",
                                       "33", "48", "64", "65", "100", "10", "11", "20" };
  static const char* const few[] = { "1", "1", "2", "3", "4", "5", "7", "8" };
  static const char* const rare[] = { "0", "0", "1", "2", "3", "5", "16", "64" };
  /* At which arithmetic breaks. */
  static const char* const nasty[] = { "0",          "4096",       "65536",
                                       "1000000",    "2147483647", "2147483648",
                                       "4294967295", "4294967297", "9223372036854775807",
                                       "-1",         "1e9",        "99999999999999999999" };
  const uint8_t choice = byte(bytes);
  if (choice >= 250)
    return nasty[below(bytes, sizeof nasty / sizeof *nasty)];
  return kind == '#' ? sizes[choice % 24] : kind == '@' ? few[choice % 8] : rare[choice % 8];
}

typedef struct
{
  char names[LINES + 4][NAME_BYTES];
  uint32_t count;
} Names;

/* Where the bracket that opens at `form` closes. */
static const char*
closing(const char* form, char open, char close)
{
  int depth = 0;
  for (;; ++form) {
    depth += (*form == open) - (*form == close);
    if (!depth)
      return form;
  }
}

static void
expand(FILE* line, Bytes* bytes, const Names* names, const char* form, const char* end)
{
  for (; form < end; ++form) {
    switch (*form) {
      case '$':
        fputs(names->names[below(bytes, names->count)], line);
        break;
      case '#':
      case '@':
      case '~':
        fputs(number(bytes, *form), line);
        break;
      case '&':
        expand(line, bytes, names, activations, activations + strlen(activations));
        break;
      case '*':
        for (uint32_t more = below(bytes, 4); more > 0; --more)
          fprintf(line, ", %s", names->names[below(bytes, names->count)]);
        break;
      case '[': {
        const char* close = closing(form, '[', ']');
        if (below(bytes, 2))
          expand(line, bytes, names, form + 1, close);
        form = close;
        break;
      }
      case '{': {
        const char* close = closing(form, '{', '}');
        uint32_t choices = 1;
        for (const char* c = form; c < close; ++c)
          choices += *c == '|';
        const char* from = form + 1;
        for (uint32_t skip = below(bytes, choices); skip > 0; --skip)
          from = strchr(from, '|') + 1;
        expand(line, bytes, names, from, from + strcspn(from, "|}"));
        form = close;
        break;
      }
      default:
        fputc(*form, line);
    }
  }
}

/* ---- The loader, and the tensors that it asks for ---------------------------------------------- */

static void
demand_one_line(const char* message)
{
  const size_t length = strnlen(message, ISOLDE_MESSAGE_SIZE);
  DEMAND(length > 0 && length < ISOLDE_MESSAGE_SIZE, "a message of %zu bytes", length);
  for (size_t i = 0; i < length; ++i)
    DEMAND((uint8_t)message[i] >= 0x20 && message[i] != 0x7F, "'%s'", message);
}

static isolde_model*
parse(const uint8_t* bytes, size_t size, char* message)
{
  /* Exactly as long as the file, so that the first byte too many is seen. */
  uint8_t* exact = malloc(size ? size : 1);
  memcpy(exact, bytes, size);
  memset(message, 0x7F, ISOLDE_MESSAGE_SIZE);
  isolde_model* model = isolde_model_parse(exact, size, message);
  free(exact);
  if (!model)
    demand_one_line(message);
  return model;
}

/* A shape as the loader shows it, numbers with × between; false when it is none that can be given. */
static bool
read_shape(const char* text, Tensor* tensor)
{
  uint64_t count = 1;
  for (tensor->axes = 0; tensor->axes < AXES;) {
    char* end;
    const uint64_t value = strtoull(text, &end, 10);
    if (end == text || value == 0 || value > MOST_VALUES || (count *= value) > MOST_VALUES)
      return false;
    tensor->shape[tensor->axes++] = value;
    text = end;
    if (strncmp(text, "×", strlen("×")))
      return true;
    text += strlen("×");
  }
  return false;
}

/* What a refusal asks for is put into the file; false when it asks for nothing that can be given. */
static bool
give(ModelFile* file, const char* message, uint32_t turn)
{
  char name[NAME_BYTES], layer[NAME_BYTES / 2], part[NAME_BYTES / 2 - 1];
  const char* wanted = strstr(message, "has no tensor \"");
  if (wanted && sscanf(wanted, "has no tensor \"%63[^\"]", name) == 1) {
    const bool is_whole = ends_with(name, ".first") || ends_with(name, ".count");
    return add_tensor(file, name, is_whole ? I32 : (file->seed + turn) % 3 ? F32 : F16) != NULL;
  }
  const char* shape = strstr(message, "expected ");
  if (!shape || sscanf(message, "line %*d: %*s \"%31[^\"]\": %30s is", layer, part) != 2)
    return false;
  snprintf(name, sizeof name, "%s.%s", layer, part);
  Tensor* tensor = find_tensor(file, name);
  return tensor && read_shape(shape + strlen("expected "), tensor);
}

static isolde_model*
load(ModelFile* file, const char* graph)
{
  char message[ISOLDE_MESSAGE_SIZE];
  file->graph = graph;
  for (uint32_t turn = 0; turn < ATTEMPTS; ++turn) {
    size_t size;
    uint8_t* bytes = write_model(file, &size);
    isolde_model* model = parse(bytes, size, message);
    free(bytes);
    if (model || !give(file, message, turn))
      return model;
  }
  return NULL;
}

/* ---- What is done with a model that loads ------------------------------------------------------- */

static bool
find_layer(const isolde_model* model, const char* name, isolde_layer_info* layer)
{
  for (uint32_t k = 0; isolde_model_get_layer(model, k, layer); ++k)
    if (!strcmp(layer->name, name))
      return true;
  return false;
}

static void
fill_input(const isolde_model* model, isolde_network* network, const char* name, uint32_t seed)
{
  isolde_layer_info layer;
  float* input = isolde_network_input(network, name);
  if (!input || !find_layer(model, name, &layer))
    return;
  for (uint32_t i = 0; i < layer.bins * layer.channels; ++i) {
    seed = seed * 1664525u + 1013904223u;
    input[i] = (float)(seed >> 8) / 16777216;
  }
  if (planted)
    input[layer.bins * layer.channels] = 0;
}

/* `source`: the layer that the model's own output shows, or NULL when it is not known. */
static void
run_network(const isolde_model* model, const isolde_model_info* info, const char* source)
{
  static const char* const inputs[] = { "power", "advance", "spectrum", "noise" };
  const char* output = strcmp(info->task, "extend") ? "mask" : "fill";
  char message[ISOLDE_MESSAGE_SIZE];
  isolde_network* networks[LEVELS];
  isolde_layer_info layer;
  const bool is_known = source && find_layer(model, source, &layer);
  const size_t bytes = is_known ? sizeof(float) * layer.bins * layer.channels : 0;
  for (int level = 0; level < LEVELS; ++level)
    networks[level] = isolde_network_new(model, level, message);
  uint64_t frames = 5 + 2 * info->look_ahead < FRAMES ? 5 + 2 * info->look_ahead : FRAMES;
  if (frames * info->macs > MOST_WORK)
    frames = MOST_WORK / info->macs;
  for (uint32_t frame = 0; frame < frames; ++frame) {
    for (int level = 0; level < LEVELS; ++level) {
      if (!networks[level])
        continue;
      for (uint32_t k = 0; k < sizeof inputs / sizeof *inputs; ++k)
        fill_input(model, networks[level], inputs[k], frame + 1000 * k);
      isolde_network_push(networks[level]);
    }
    if (bytes && networks[ISOLDE_LEVEL_AVX2] && networks[ISOLDE_LEVEL_AVX512]) {
      const float* narrow = isolde_network_output(networks[ISOLDE_LEVEL_AVX2], output);
      const float* wide = isolde_network_output(networks[ISOLDE_LEVEL_AVX512], output);
      for (size_t i = 0; narrow && wide && i < bytes / sizeof(float); ++i)
        DEMAND(!memcmp(narrow + i, wide + i, sizeof(float)) || (isnan(narrow[i]) && isnan(wide[i])),
               "%zu: AVX2 %g, AVX-512 %g in\n%s",
               i,
               narrow[i],
               wide[i],
               info->graph);
    }
  }
  for (int level = 0; level < LEVELS; ++level) {
    if (networks[level]) {
      isolde_network_reset(networks[level]);
      isolde_network_push(networks[level]);
    }
    isolde_network_free(networks[level]);
  }
}

static void
run_separator(const isolde_model* model, const isolde_model_info* info, uint32_t seed)
{
  static const double rates[] = { 48000, 44100, 8000, 11025, 96000 };
  static float in[2][SAMPLES], out[6][SAMPLES];
  char message[ISOLDE_MESSAGE_SIZE];
  memset(message, 0x7F, sizeof message);
  isolde_separator* separator = isolde_separator_new(model, rates[seed % 5], 2, message);
  if (!separator) {
    demand_one_line(message);
    return;
  }
  for (int i = 0; i < SAMPLES; ++i)
    in[0][i] = in[1][i] = sinf(0.1f * (float)i);
  const float* inputs[] = { in[0], in[1] };
  float* outputs[] = { out[0], out[1], out[2], out[3], out[4], out[5] };
  const isolde_controls controls = {
    .reverb = -12, .ambience = -24, .sensitivity = 20, .enabled = true
  };
  uint64_t frames = 1 + MOST_WORK / (info->macs + 1);
  const uint32_t samples = frames * info->hop < SAMPLES ? (uint32_t)(frames * info->hop) : SAMPLES;
  for (int k = 0; k < 3; ++k)
    isolde_separator_mix(separator, &controls, inputs, outputs, samples);
  isolde_separator_reset(separator);
  isolde_separator_split(separator, 0, true, inputs, outputs, outputs + 2, outputs + 4, samples);
  for (int c = 0; c < 6; ++c)
    for (int i = 0; i < (int)samples; ++i)
      DEMAND(isfinite(out[c][i]), "output %d, sample %d: %g", c, i, out[c][i]);
  isolde_separator_free(separator);
}

static void
use(const isolde_model* model, const char* source, uint32_t seed)
{
  isolde_model_info info;
  isolde_layer_info layer;
  isolde_model_get_info(model, &info);
  for (uint32_t k = 0; k <= info.layers; ++k)
    isolde_model_get_layer(model, k, &layer);
  if (info.macs > MOST_WORK / 5 || info.state_bytes > MOST_STATE)
    return;
  run_network(model, &info, source);
  run_separator(model, &info, seed);
}

/* ---- From bytes to a graph ---------------------------------------------------------------------- */

/* Adds an input of two channels, and of at most as many bins as there are; its line's length. */
static size_t
add_input(Names* names, char* graph, size_t size, const char* name, Bytes* bytes, uint32_t bins)
{
  strcpy(names->names[names->count++], name);
  const uint32_t count = 1 + below(bytes, bins < 255 ? bins : 255);
  return (size_t)snprintf(graph, size, "%s = input(channels=2, bins=%u)\n", name, count);
}

static void
grow(Bytes* bytes)
{
  static const uint32_t hops[] = { 4, 8, 6, 16, 10, 32, 64, 12 };
  static ModelFile file, tried;
  static char graph[GRAPH_BYTES], trial[GRAPH_BYTES + 1000];
  static Names names;
  memset(&file, 0, sizeof file);
  const uint8_t form = byte(bytes);
  file.rate = 48000;
  file.hop = hops[form % 8];
  file.window = file.hop * (form & 8 ? 4 : 2);
  file.synthesis = file.hop * ((form & 24) == 24 ? 4 : 2);
  file.seed = byte(bytes);
  const uint32_t bins = file.window / 2 + 1;
  const bool is_separator = form & 32;

  names.count = 1;
  strcpy(names.names[0], "power");
  size_t used = (size_t)snprintf(graph,
                                 sizeof graph,
                                 "power = input(channels=%s, bins=%u)\n",
                                 is_separator ? "1" : number(bytes, '@'),
                                 bins);
  if (form & 64)
    used += add_input(&names, graph + used, sizeof graph - used, "advance", bytes, bins);
  const bool is_restorer = is_separator && file.seed % 4 == 3;
  if (is_restorer) {
    file.task = "extend";
    used += add_input(&names, graph + used, sizeof graph - used, "spectrum", bytes, bins);
    used += add_input(&names, graph + used, sizeof graph - used, "noise", bytes, bins);
  }
  for (uint32_t line = 0; line < LINES && bytes->next < bytes->end; ++line) {
    char text[LINE_BYTES] = "", name[NAME_BYTES], bias[NAME_BYTES];
    FILE* stream = fmemopen(text, sizeof text - 1, "w");
    const uint32_t kind = below(bytes, sizeof kinds / sizeof *kinds + 1);
    if (kind < sizeof kinds / sizeof *kinds)
      expand(stream, bytes, &names, kinds[kind], kinds[kind] + strlen(kinds[kind]));
    else /* anything that can be printed */
      for (uint32_t k = below(bytes, 40); k > 0; --k)
        fputc(' ' + (int)below(bytes, 95), stream);
    fclose(stream);
    snprintf(name, sizeof name, "l%u", line);
    const int length = snprintf(trial, sizeof trial, "%s%s = %s\n", graph, name, text);
    if (length >= GRAPH_BYTES)
      break;
    snprintf(
      trial + length, sizeof trial - (size_t)length, "zz = scale(power)\nmask = output(zz)\n");
    tried = file;
    if (below(bytes, 2)) {
      snprintf(bias, sizeof bias, "%s.bias", name);
      add_tensor(&tried, bias, F32);
    }
    isolde_model* model = load(&tried, trial);
    if (!model)
      continue;
    isolde_model_free(model);
    file = tried;
    trial[length] = 0;
    strcpy(graph, trial);
    used = (size_t)length;
    strcpy(names.names[names.count++], name);
  }

  /* For a separator what there is becomes masks, and perhaps taps, by a dense layer; or what is added. */
  const char* last = names.names[names.count - 1];
  const char* source = is_separator ? "zz" : last;
  int length = snprintf(trial, sizeof trial, "%s", graph);
  if (is_restorer)
    length += snprintf(trial + length,
                       sizeof trial - (size_t)length,
                       "zz = dense(%s, channels=2, bins=%u)\n",
                       last,
                       1 + below(bytes, bins < 255 ? bins : 255));
  else if (is_separator)
    length += snprintf(trial + length,
                       sizeof trial - (size_t)length,
                       "zz = dense(%s, channels=2, bins=%u, activation=sigmoid)\n",
                       last,
                       bins);
  if (is_separator && form & 128) {
    file.has_taps = true;
    file.before = below(bytes, 4);
    file.after = below(bytes, 4);
    length += snprintf(trial + length,
                       sizeof trial - (size_t)length,
                       "zt = dense(%s, channels=%u, bins=%u)\ntaps = output(zt)\n",
                       last,
                       4 * (file.before + 1 + file.after),
                       1 + below(bytes, bins < 255 ? bins : 255));
  }
  const char* output = is_restorer ? "fill" : "mask";
  snprintf(trial + length, sizeof trial - (size_t)length, "%s = output(%s)\n", output, source);
  isolde_model* model = load(&file, trial);
  const char* dump = getenv("DUMP"); /* `DUMP=FILE fuzz_model INPUT` writes the model of an input */
  if (dump) {
    size_t size;
    uint8_t* whole = write_model(&file, &size);
    FILE* out = fopen(dump, "wb");
    if (out && fwrite(whole, 1, size, out) == size && !fclose(out))
      printf("%s%s\n", trial, model ? "loads" : "is refused");
    free(whole);
  }
  if (model)
    use(model, source, file.seed);
  isolde_model_free(model);
}

int
LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
  Bytes bytes = { data, data + size };
  planted = getenv("PLANTED"); /* `abort`, or `write`: a float behind an input */
  DEMAND(!planted || strcmp(planted, "abort"), "a fault on purpose");
  if (byte(&bytes) % 4) {
    grow(&bytes);
    return 0;
  }
  char message[ISOLDE_MESSAGE_SIZE];
  isolde_model* model = parse(bytes.next, (size_t)(bytes.end - bytes.next), message);
  if (model)
    use(model, NULL, 1);
  isolde_model_free(model);
  return 0;
}
