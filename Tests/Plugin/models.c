/* models BUNDLE: the choice of the model by message and by state, in all plug-ins.
 *
 * The models of small_model.h make the voice a constant share of the input, so every sample shows which of them is in
 * use.
 */
#include "check.h"
#include "model_host.h"
#include "small_model.h"

#include <lv2/atom/util.h>
#include <malloc.h>
#include <pthread.h>

enum
{
  COUNT = 120000,
  BLOCK = 300,
  QUICK = 768, /* the latency of a model that is padded in every plug-in */
  FADE = 960,
};

static char bundle[4096], folder[] = "/tmp/isolde-models.XXXXXX";
static LV2_Descriptor_Function get_descriptor;
static float input[MAX_CHANNELS][COUNT], output[MAX_OUTPUTS][COUNT];
static char last_told[4096]; /* on `notify` */
static const char* task;     /* of the plug-in's models */
static uint32_t late;        /* the plug-in's latency */
static uint32_t warm;        /* samples that a new model receives before the fade */

/* ---- Files ------------------------------------------------------------------------------------- */

static const char*
file(const char* name)
{
  static char paths[4][200];
  static int turn;
  char* path = paths[turn++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static const char*
model(const char* name, unsigned latency, double share)
{
  const char* path = file(name);
  EXPECT(write_small_model_of(path, task, latency, share), "cannot write %s", path);
  return path;
}

static bool
separates(void)
{
  return !strcmp(task, "separate");
}

static const char*
other_task(void)
{
  return separates() ? "extend" : "separate";
}

/* ---- The stream -------------------------------------------------------------------------------- */

/* Faders that leave the voice alone on the first output. */
static void
hear_voice(ModelHost* host)
{
  host->plug.controls[LISTEN] = 1;
}

static ModelHost*
begin(const Kind* kind, bool has_worker)
{
  static ModelHost host;
  if (!model_host(&host, get_descriptor, kind, 48000, bundle, has_worker)) {
    EXPECT(false, "refused");
    exit(1);
  }
  hear_voice(&host);
  *last_told = 0;
  return &host;
}

static uint32_t
advance(ModelHost* host, uint32_t from, uint32_t to)
{
  for (uint32_t at = from; at < to; at += BLOCK) {
    float *in[MAX_OUTPUTS], *out[MAX_OUTPUTS];
    for (uint32_t c = 0; c < MAX_OUTPUTS; ++c) {
      out[c] = output[c] + at;
      in[c] = output[c] + at; /* in place */
      if (c < host->plug.kind->inputs)
        memcpy(in[c], input[c] + at, BLOCK * sizeof(float));
    }
    plug_run(&host->plug, in, out, BLOCK);
    EXPECT(host->plug.controls[LATENCY] == late, "latency %g", host->plug.controls[LATENCY]);
    if (told(host))
      snprintf(last_told, sizeof last_told, "%s", told(host));
    deliver_responses(host);
    do_work(host);
  }
  return to;
}

/* The first output is the delayed input times `share`. */
static void
expect_share(uint32_t from, uint32_t to, double share, const char* where)
{
  for (uint32_t i = from; i < to; ++i) {
    const double wanted = i < late ? 0 : share * input[0][i - late];
    EXPECT(fabs(output[0][i] - wanted) <= 2e-6,
           "%s, sample %u: %g, not %g",
           where,
           i,
           output[0][i],
           wanted);
  }
}

/* The share moves from a to b over FADE samples from `start` on, in a straight line. */
static void
expect_fade(uint32_t start, double a, double b)
{
  for (uint32_t i = 0; i < FADE; ++i) {
    const double share = a + (b - a) * (i + 1) / FADE;
    expect_share(start + i, start + i + 1, share, "in the fade");
  }
}

static void
expect_built_in(const Kind* kind, const char* where)
{
  char wanted[100];
  snprintf(wanted, sizeof wanted, "/models/%s.isolde", kind->model);
  EXPECT(strstr(last_told, wanted), "%s: told '%s'", where, last_told);
}

/* ---- Messages; the argument is the kind --------------------------------------------------------- */

static void
swap_has_no_gap(const void* argument)
{
  ModelHost* host = begin(argument, true);
  uint32_t now = advance(host, 0, 3000);
  send(host, model("a.isolde", late, 0.25));
  now = advance(host, now, 30000);
  EXPECT(!strcmp(last_told, file("a.isolde")), "told '%s'", last_told);
  expect_share(3000 + BLOCK + warm + FADE, now, 0.25, "after the first");
  send(host, model("b.isolde", late, 0.5));
  now = advance(host, now, 60000);
  const uint32_t taken = 30000 + BLOCK; /* loaded after the callback with the message */
  expect_share(30000, taken + warm, 0.25, "before the fade");
  expect_fade(taken + warm, 0.25, 0.5);
  expect_share(taken + warm + FADE, now, 0.5, "after the fade");
  EXPECT(!*host->log, "log: %s", host->log);
  plug_out(&host->plug);
}

/* At any moment of a switch, the stems sum to the input. */
static void
sum_is_the_input_all_along(const void* argument)
{
  const Kind* kind = argument;
  ModelHost* host = begin(kind, true);
  memcpy(host->plug.controls, unity, sizeof unity);
  send(host, model("a.isolde", late, 0.25));
  uint32_t now = advance(host, 0, 24000);
  send(host, "");
  now = advance(host, now, 48000);
  send(host, model("c.isolde", QUICK, 0.5));
  now = advance(host, now, 72000);
  for (uint32_t i = late; i < now; ++i)
    for (uint32_t c = 0; c < kind->inputs; ++c) {
      double sum = 0;
      for (uint32_t stem = 0; stem < kind->outputs; stem += kind->inputs)
        sum += output[stem + c][i];
      EXPECT(fabs(sum - input[c][i - late]) <= 1e-6, "sample %u: %g", i, sum);
    }
  plug_out(&host->plug);
}

static void
less_latency_is_padded(const void* argument)
{
  const Kind* kind = argument;
  ModelHost* host = begin(kind, true);
  send(host, model("quick.isolde", QUICK, 0.5));
  uint32_t now = advance(host, 0, 30000);
  expect_share(BLOCK + warm + FADE, now, 0.5, "padded");
  /* Controls still act on the samples that leave. */
  host->plug.controls[ENABLED] = 0;
  now = advance(host, now, 33000);
  expect_share(30000, 30001, 0.5 + 0.5 / 960, "first sample of the bypass");
  expect_share(30000 + FADE, now, 1, "in bypass");
  EXPECT(!*host->log, "log: %s", host->log);
  plug_out(&host->plug);
}

static void
what_cannot_be_used_is_refused(const void* argument)
{
  ModelHost* host = begin(argument, true);
  send(host, model("a.isolde", late, 0.25));
  uint32_t now = advance(host, 0, 12000);
  FILE* broken = fopen(file("broken.isolde"), "w");
  fputs("GGUF\3", broken);
  fclose(broken);
  model("slow.isolde", late + 512, 0.5);
  EXPECT(write_small_model_of(file("other.isolde"), other_task(), late, 0.5),
         "cannot write other.isolde");
  static const char* const names[] = {
    "slow.isolde", "broken.isolde", "missing.isolde", ".", "other.isolde"
  };
  char samples[40];
  snprintf(samples, sizeof samples, "%u samples is above", late + 512);
  const char* const reasons[] = { samples, "", "no such file", "a folder", "; this plug-in " };
  for (size_t k = 0; k < COUNT_OF(names); ++k) {
    *host->log = *last_told = 0;
    send(host, file(names[k]));
    now = advance(host, now, now + 4 * BLOCK);
    EXPECT(strstr(host->log, names[k]) && strstr(host->log, reasons[k]) &&
             strchr(host->log, '\n') == host->log + strlen(host->log) - 1,
           "log of %s: '%s'",
           names[k],
           host->log);
    EXPECT(!strcmp(last_told, file("a.isolde")), "told '%s' after %s", last_told, names[k]);
  }
  now = advance(host, now, now + 12000);
  expect_share(12000, now, 0.25, "after refusals");
  State state = { .folder = "" };
  save(host, &state);
  EXPECT(!strcmp(state.value, file("a.isolde")), "saved '%s'", state.value);
  plug_out(&host->plug);
}

static void
empty_path_is_the_built_in_model(const void* argument)
{
  ModelHost* host = begin(argument, true);
  send(host, model("a.isolde", late, 0.25));
  uint32_t now = advance(host, 0, 15000);
  send(host, "");
  now = advance(host, now, 30000);
  expect_built_in(host->plug.kind, "after an empty path");
  State state = { .folder = "" };
  save(host, &state);
  EXPECT(!strcmp(state.value, host->plug.kind->model), "saved '%s'", state.value);
  plug_out(&host->plug);
}

static void
get_is_answered(const void* argument)
{
  ModelHost* host = begin(argument, true);
  uint32_t now = advance(host, 0, 3000);
  EXPECT(!*last_told, "told '%s' unasked", last_told);
  send(host, NULL);
  now = advance(host, now, now + BLOCK);
  expect_built_in(host->plug.kind, "at first");
  send(host, model("a.isolde", late, 0.25));
  now = advance(host, now, now + 2 * BLOCK);
  *last_told = 0;
  send(host, NULL);
  advance(host, now, now + BLOCK);
  EXPECT(!strcmp(last_told, file("a.isolde")), "told '%s'", last_told);
  plug_out(&host->plug);
}

/* A container ends within its contents: in turn the object that holds the path, and the sequence. */
static void
message_that_reaches_too_far_is_ignored(const void* argument)
{
  ModelHost* host = begin(argument, true);
  advance(host, 0, 3000);
  for (int turn = 0; turn < 3; ++turn) {
    send(host, model("a.isolde", late, 0.25));
    LV2_Atom_Sequence* sequence = &host->plug.control.sequence;
    LV2_Atom_Event* event = lv2_atom_sequence_begin(&sequence->body);
    if (turn == 0)
      event->body.size -= 16;
    else if (turn == 1)
      event->body.size = 4; /* no object has so little */
    else
      sequence->atom.size -= 16;
    float* channels[MAX_OUTPUTS];
    for (int c = 0; c < MAX_OUTPUTS; ++c)
      channels[c] = output[c];
    plug_run(&host->plug, channels, channels, BLOCK);
    EXPECT(!host->order_count, "turn %d: the worker was asked", turn);
  }
  plug_out(&host->plug);
}

static void
without_a_worker_the_model_stays(const void* argument)
{
  for (int full = 0; full <= 1; ++full) {
    ModelHost* host = begin(argument, full);
    host->is_full = full;
    send(host, model("a.isolde", late, 0.25));
    advance(host, 0, 3000);
    EXPECT(strstr(host->log, "no worker"), "log: '%s'", host->log);
    expect_built_in(host->plug.kind, "without a worker");
    plug_out(&host->plug);
  }
}

static void
worker_may_work_inside_the_callback(const void* argument)
{
  ModelHost* host = begin(argument, true);
  host->at_once = true;
  send(host, model("a.isolde", late, 0.25));
  advance(host, 0, 30000);
  expect_share(warm + FADE, 30000, 0.25, "at once");
  EXPECT(!strcmp(last_told, file("a.isolde")), "told '%s'", last_told);
  plug_out(&host->plug);
}

static void
last_of_many_wishes_counts(const void* argument)
{
  ModelHost* host = begin(argument, true);
  uint32_t now = 0;
  for (int k = 1; k <= 9; ++k) {
    char name[20];
    snprintf(name, sizeof name, "m%d.isolde", k);
    send(host, model(name, late, k / 16.0));
    now = advance(host, now, now + 5 * BLOCK);
  }
  now = advance(host, now, 45000);
  expect_share(40000, now, 9 / 16.0, "at the end");
  EXPECT(!strcmp(last_told, file("m9.isolde")), "told '%s'", last_told);
  plug_out(&host->plug);
}

static size_t
memory_in_use(void)
{
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

static void
old_models_are_freed(const void* argument)
{
  ModelHost* host = begin(argument, true);
  model("a.isolde", late, 0.25);
  model("b.isolde", QUICK, 0.5);
  size_t before = 0;
  for (int k = 0; k < 60; ++k) {
    if (k == 10)
      before = memory_in_use();
    if (k % 5 == 4) /* the engine that was given is not yet taken, or just being faded in */
      plug_activate(&host->plug);
    send(host, file(k % 2 ? "a.isolde" : "b.isolde"));
    advance(host, 0, k % 3 ? 12000 : 2 * BLOCK);
  }
  advance(host, 0, 30000);
  const long grown = (long)memory_in_use() - (long)before;
  EXPECT(grown < 65536, "%ld bytes more after 50 models", grown);
  plug_out(&host->plug);
}

static void
file_that_was_written_again_is_read_again(const void* argument)
{
  ModelHost* host = begin(argument, true);
  send(host, model("a.isolde", late, 0.25));
  uint32_t now = advance(host, 0, 15000);
  send(host, model("a.isolde", late, 0.5));
  now = advance(host, now, 30000);
  expect_share(29000, now, 0.5, "after the second writing");
  plug_out(&host->plug);
}

/* ---- State ------------------------------------------------------------------------------------- */

static void
built_in_model_is_saved_by_name(const void* argument)
{
  ModelHost* host = begin(argument, true);
  State state = { .folder = "" };
  save(host, &state);
  EXPECT(state.stores == 1 && state.key == urid(MODEL_URI), "%u properties", state.stores);
  EXPECT(state.type == urid(LV2_ATOM__String), "type %u", state.type);
  EXPECT(!strcmp(state.value, host->plug.kind->model), "'%s'", state.value);
  EXPECT(state.flags == (LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE), "flags %u", state.flags);
  /* The same file, chosen by its path, is known by its name too. */
  char path[5000];
  snprintf(path, sizeof path, "%s/models/%s.isolde", bundle, host->plug.kind->model);
  send(host, path);
  advance(host, 0, 3000);
  save(host, &state);
  EXPECT(!strcmp(state.value, host->plug.kind->model) && !*host->log,
         "'%s', %s",
         state.value,
         host->log);
  plug_out(&host->plug);
}

/* Another model of the bundle: Live where there is time for more, and Studio not where there is not, or where
   the plug-in does something else. */
static void
other_model_of_the_bundle(const void* argument)
{
  const Kind* kind = argument;
  const bool fits = late == LATENCY_studio;
  const char* other = fits ? "live" : "studio";
  ModelHost* host = begin(kind, true);
  char path[5000];
  snprintf(path, sizeof path, "%s/models/%s.isolde", bundle, other);
  send(host, path);
  uint32_t now = advance(host, 0, 30000);
  State state = { .folder = "" };
  save(host, &state);
  EXPECT(!strcmp(state.value, fits ? other : kind->model), "saved '%s'", state.value);
  char refusal[100];
  if (separates())
    snprintf(refusal, sizeof refusal, "%d samples is above the plug-in's %u", LATENCY_studio, late);
  else
    strcpy(refusal, "; this plug-in restores highs");
  EXPECT(fits ? !*host->log : !!strstr(host->log, refusal), "log: '%s'", host->log);
  /* The input is delayed before the model, and bypass with it. */
  host->plug.controls[ENABLED] = 0;
  now = advance(host, now, 36000);
  expect_share(30000 + FADE, now, 1, "in bypass");
  plug_out(&host->plug);
  /* By its name too. */
  host = begin(kind, false);
  store(&state, urid(MODEL_URI), other, strlen(other) + 1, urid(LV2_ATOM__String), 0);
  restore(host, &state);
  EXPECT(fits == !*host->log, "log: '%s'", host->log);
  advance(host, 0, 3000);
  EXPECT(strstr(last_told, fits ? other : kind->model), "told '%s'", last_told);
  plug_out(&host->plug);
}

/* Saved in one folder, opened in another: the session was moved. */
static void
own_model_comes_back(const void* argument)
{
  const Kind* kind = argument;
  ModelHost* host = begin(kind, true);
  send(host, model("a.isolde", late, 0.25));
  advance(host, 0, 3000);
  char old_folder[100], new_folder[100];
  snprintf(old_folder, sizeof old_folder, "%s/", folder);
  snprintf(new_folder, sizeof new_folder, "%s/./", folder);
  State state = { .folder = old_folder };
  save(host, &state);
  EXPECT(!strcmp(state.value, "a.isolde"), "saved '%s'", state.value);
  EXPECT(state.type == urid(LV2_ATOM__Path), "type %u", state.type);
  plug_out(&host->plug);
  /* With a worker and without; before the first callback and in mid-stream; the text without the 0
     at its end, as Carla gives it, and with it. */
  state.folder = new_folder;
  const size_t length = strlen(state.value);
  for (int way = 0; way < 4; ++way) {
    state.size = length + (size_t)(way / 2);
    state.value[length] = way / 2 ? 0 : 'x';
    host = begin(kind, way & 1);
    uint32_t now = way & 2 ? advance(host, 0, 6000) : 0;
    restore(host, &state);
    EXPECT(host->order_count == 0, "the worker was asked");
    const uint32_t from = now;
    now = advance(host, now, 30000);
    expect_share(
      way & 2 ? from + warm + FADE : 0, now, 0.25, way & 2 ? "in mid-stream" : "at once");
    EXPECT(strstr(last_told, "a.isolde"), "told '%s'", last_told);
    EXPECT(state.mapped == 0, "%d paths were not freed", state.mapped);
    EXPECT(!*host->log, "log: %s", host->log);
    plug_out(&host->plug);
  }
}

static void
missing_model_is_kept_in_the_state(const void* argument)
{
  const Kind* kind = argument;
  ModelHost* host = begin(kind, true);
  send(host, model("gone.isolde", late, 0.25));
  advance(host, 0, 3000);
  State state = { .folder = "" };
  save(host, &state);
  plug_out(&host->plug);
  unlink(file("gone.isolde"));

  host = begin(kind, false);
  restore(host, &state);
  EXPECT(strstr(host->log, "gone.isolde: no such file"), "log: '%s'", host->log);
  uint32_t now = advance(host, 0, 9000);
  expect_built_in(host->plug.kind, "while it is missing");
  State again = { .folder = "" };
  save(host, &again);
  EXPECT(!strcmp(again.value, file("gone.isolde")), "saved '%s'", again.value);
  /* The file is back, and the same state finds it. */
  model("gone.isolde", late, 0.25);
  restore(host, &again);
  now = advance(host, now, 30000);
  expect_share(9000 + warm + FADE, now, 0.25, "found again");
  plug_out(&host->plug);

  /* A missing model does not prevent another choice. */
  unlink(file("gone.isolde"));
  host = begin(kind, true);
  restore(host, &state);
  advance(host, 0, 3000);
  send(host, model("a.isolde", late, 0.5));
  now = advance(host, 3000, 30000);
  expect_share(20000, now, 0.5, "another");
  plug_out(&host->plug);
}

/* A preset's state has no model: the chosen one stays, without a gap, and is saved. */
static void
preset_leaves_the_model_alone(const void* argument)
{
  const Kind* kind = argument;
  State none = { .folder = "" };
  ModelHost* host = begin(kind, true);
  send(host, model("a.isolde", late, 0.25));
  uint32_t now = advance(host, 0, 30000);
  restore(host, &none);
  now = advance(host, now, 60000);
  expect_share(20000, now, 0.25, "after a preset");
  State state = { .folder = "" };
  save(host, &state);
  EXPECT(!strcmp(state.value, file("a.isolde")), "saved '%s'", state.value);
  plug_out(&host->plug);
}

static void
unreadable_state_is_the_built_in_model(const void* argument)
{
  const Kind* kind = argument;
  State states[3] = { { .folder = "" }, { .folder = "" }, { .folder = "" } };
  store(&states[0], urid(MODEL_URI), "../a", 5, urid(LV2_ATOM__String), 0);
  store(&states[1], urid(MODEL_URI), "", 1, urid(LV2_ATOM__Path), 0);
  store(&states[2], urid(MODEL_URI), "a", 2, urid(LV2_ATOM__Int), 0);
  for (int k = 0; k < 3; ++k) {
    ModelHost* host = begin(kind, true);
    send(host, model("a.isolde", late, 0.25));
    uint32_t now = advance(host, 0, 3000);
    restore(host, &states[k]);
    advance(host, now, 30000);
    expect_built_in(host->plug.kind, "after a state that cannot be read");
    State state = { .folder = "" };
    save(host, &state);
    EXPECT(!strcmp(state.value, host->plug.kind->model), "state %d: saved '%s'", k, state.value);
    plug_out(&host->plug);
  }
}

static void*
restore_in_turn(void* argument)
{
  ModelHost* host = argument;
  State states[2] = { { .folder = "" }, { .folder = "" } };
  for (int k = 0; k < 2; ++k) {
    const char* path = file(k ? "a.isolde" : "b.isolde");
    store(&states[k], urid(MODEL_URI), path, strlen(path) + 1, urid(LV2_ATOM__Path), 0);
  }
  for (int k = 0; k < 200; ++k) {
    restore(host, &states[k % 2]);
    save(host, &states[k % 2]);
  }
  return NULL;
}

static void
restore_may_run_beside_run(const void* argument)
{
  const Kind* kind = argument;
  model("a.isolde", late, 0.25);
  model("b.isolde", late, 0.5);
  ModelHost* host = begin(kind, false);
  pthread_t thread;
  pthread_create(&thread, NULL, restore_in_turn, host);
  for (int turn = 0; turn < 4; ++turn) {
    plug_activate(&host->plug);
    advance(host, 0, COUNT);
  }
  pthread_join(thread, NULL);
  advance(host, 0, 30000);
  expect_share(25000, 30000, 0.25, "after the last");
  plug_out(&host->plug);
}

static void
without_urids_there_is_no_state(const void* argument)
{
  Plug plug;
  static const LV2_Feature* const none[] = { NULL };
  EXPECT(plug_in(&plug, get_descriptor, argument, 48000, bundle, none, 0), "refused");
  const LV2_State_Interface* interface = plug.descriptor->extension_data(LV2_STATE__interface);
  State state = { .folder = "" };
  EXPECT(interface->save(plug.handle, store, &state, 0, none) == LV2_STATE_ERR_NO_FEATURE, "saved");
  EXPECT(interface->restore(plug.handle, retrieve, &state, 0, none) == LV2_STATE_ERR_NO_FEATURE,
         "restored");
  plug_out(&plug);
}

int
main(int argc, char** argv)
{
  if (argc != 2 || !mkdtemp(folder)) {
    fprintf(stderr, "usage: models BUNDLE\n");
    return 2;
  }
  snprintf(bundle, sizeof bundle, "%s/", argv[1]);
  char path[5000];
  snprintf(path, sizeof path, "%sisolde.so", bundle);
  get_descriptor = open_plugin(path);
  for (uint32_t c = 0; c < MAX_CHANNELS; ++c) {
    float* made = make_signal(COUNT, c + 1);
    memcpy(input[c], made, sizeof input[c]);
    free(made);
  }

  static const Test tests[] = {
    TEST(swap_has_no_gap),
    TEST(less_latency_is_padded),
    TEST(what_cannot_be_used_is_refused),
    TEST(empty_path_is_the_built_in_model),
    TEST(get_is_answered),
    TEST(message_that_reaches_too_far_is_ignored),
    TEST(without_a_worker_the_model_stays),
    TEST(worker_may_work_inside_the_callback),
    TEST(last_of_many_wishes_counts),
    TEST(old_models_are_freed),
    TEST(file_that_was_written_again_is_read_again),
    TEST(built_in_model_is_saved_by_name),
    TEST(other_model_of_the_bundle),
    TEST(own_model_comes_back),
    TEST(missing_model_is_kept_in_the_state),
    TEST(preset_leaves_the_model_alone),
    TEST(unreadable_state_is_the_built_in_model),
    TEST(restore_may_run_beside_run),
    TEST(without_urids_there_is_no_state),
  };
  static const Test of_stems[] = { TEST(sum_is_the_input_all_along) };
  bool passed = true;
  for (int k = 0; k < PLUGINS; ++k) {
    late = plugins[k].latency;
    task = plugins[k].task;
    if (!separates()) /* channels share out what is added; equal ones get it whole */
      memcpy(input[1], input[0], sizeof input[1]);
    warm = late + LATENCY_studio;
    passed = run_tests(tests, COUNT_OF(tests), plugins[k].uri, &plugins[k]) && passed;
    if (separates())
      passed = run_tests(of_stems, COUNT_OF(of_stems), plugins[k].uri, &plugins[k]) && passed;
  }
  char command[100];
  snprintf(command, sizeof command, "rm -rf %s", folder);
  return system(command) != 0 || !passed;
}
