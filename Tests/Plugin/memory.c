/* memory BUNDLE: checks what happens when there is no memory. Every allocation of opening, instantiating, restoring and
 * the worker fails in turn, alone or with all that follow. The result must be NULL and a message, or the previous
 * state; nothing may leak, and with memory available again everything must work. A library that is opened and closed
 * must leave nothing behind.
 *
 * This program's own malloc counts and fails. libisolde is linked; the plug-in is the one that ships.
 */
#define _GNU_SOURCE
#include "check.h"
#include "isolde.h"
#include "model_host.h"
#include "small_model.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>

/* ---- An allocator that fails ------------------------------------------------------------------- */

void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);

static long failing; /* which one; 0: none */
static bool is_lasting;
static long counted;
static long live; /* blocks */

static bool
fails(void)
{
  ++counted;
  return failing && (counted == failing || (is_lasting && counted > failing));
}

static void*
given(void* block)
{
  if (block)
    ++live;
  else
    errno = ENOMEM;
  return block;
}

void*
malloc(size_t size)
{
  return given(fails() ? NULL : __libc_malloc(size));
}

void*
calloc(size_t count, size_t size)
{
  return given(fails() ? NULL : __libc_calloc(count, size));
}

void*
realloc(void* old, size_t size)
{
  if (fails()) {
    errno = ENOMEM;
    return NULL;
  }
  if (!old)
    return given(__libc_realloc(NULL, size));
  return __libc_realloc(old, size);
}

void*
memalign(size_t alignment, size_t size)
{
  return given(fails() ? NULL : __libc_memalign(alignment, size));
}

void*
aligned_alloc(size_t alignment, size_t size)
{
  return memalign(alignment, size);
}

int
posix_memalign(void** place, size_t alignment, size_t size)
{
  void* block = memalign(alignment, size);
  if (!block)
    return ENOMEM;
  *place = block;
  return 0;
}

void
free(void* block)
{
  if (block)
    --live;
  __libc_free(block);
}

/* ---- What is done ------------------------------------------------------------------------------ */

enum
{
  BLOCK = 512
};

static const char* bundle;
static LV2_Descriptor_Function get;
static ModelHost host;
static char model_path[] = "/tmp/isolde-memory-XXXXXX";
static char live_path[500];
static char message[ISOLDE_MESSAGE_SIZE];
static isolde_model* model;

static void
play(int blocks)
{
  static float in[2][BLOCK], out[6][BLOCK];
  float *inputs[] = { in[0], in[1] },
        *outputs[] = { out[0], out[1], out[2], out[3], out[4], out[5] };
  for (int k = 0; k < blocks; ++k) {
    plug_run(&host.plug, inputs, outputs, BLOCK);
    deliver_responses(&host);
  }
}

static void
arm(long number, bool lasting)
{
  counted = 0;
  failing = number;
  is_lasting = lasting;
}

static long allocations; /* of the last operation */

static void
disarm(void)
{
  allocations = counted;
  failing = 0;
}

/* Each arms the allocator during its operation, and returns whether that succeeded; if not, it has written why. */

static bool
open_file(long number, bool lasting)
{
  arm(number, lasting);
  isolde_model* opened = isolde_model_open(live_path, message);
  disarm();
  isolde_model_free(opened);
  return opened;
}

static bool
new_separator(long number, bool lasting)
{
  arm(number, lasting);
  isolde_separator* made = isolde_separator_new(model, 48000, 1, message);
  disarm();
  isolde_separator_free(made);
  return made;
}

static bool
new_network(long number, bool lasting)
{
  arm(number, lasting);
  isolde_network* made = isolde_network_new(model, -1, message);
  disarm();
  isolde_network_free(made);
  return made;
}

/* An instance that has memory for itself, but not for its model, passes the input on and says so. */
static bool
instantiate(long number, bool lasting)
{
  static ModelHost other;
  memcpy(&other, &host, sizeof other);
  other.log_feature = (LV2_Log_Log){ &other, log_printf, log_line };
  other.features[1] = (LV2_Feature){ LV2_LOG__log, &other.log_feature };
  const LV2_Feature* list[] = { &other.features[0], &other.features[1], NULL };
  *other.log = 0;
  const LV2_Descriptor* descriptor = find_uri(get, "urn:isolde:live-mono");
  arm(number, lasting);
  LV2_Handle made = descriptor->instantiate(descriptor, 48000, bundle, list);
  disarm();
  if (made)
    descriptor->cleanup(made);
  snprintf(message, sizeof message, "%s", made ? other.log : "no instance");
  return made && !*other.log;
}

/* Without features, because the host's functions would take memory here. */
static void
restore_plainly(State* state)
{
  const LV2_State_Interface* interface = host.plug.descriptor->extension_data(LV2_STATE__interface);
  const LV2_Feature* none[] = { NULL };
  interface->restore(host.plug.handle, retrieve, state, 0, none);
}

static bool
restore_model(long number, bool lasting)
{
  static State state;
  state = (State){ .folder = "/nowhere/", .key = urid(MODEL_URI), .type = urid(LV2_ATOM__Path) };
  state.size = strlen(model_path) + 1;
  strcpy(state.value, model_path);
  *host.log = 0;
  arm(number, lasting);
  restore_plainly(&state);
  disarm();
  snprintf(message, sizeof message, "%s", host.log);
  const bool done = !*host.log;
  play(16);
  do_work(&host);
  *state.value = 0; /* back to the plug-in's own */
  state.size = 1;
  restore_plainly(&state);
  play(16);
  do_work(&host);
  return done;
}

static bool
ask_worker(long number, bool lasting)
{
  *host.log = 0;
  send(&host, model_path);
  play(1);
  arm(number, lasting);
  do_work(&host);
  disarm();
  snprintf(message, sizeof message, "%s", host.log);
  const bool done = !*host.log;
  play(16);
  do_work(&host);
  send(&host, "");
  play(1);
  do_work(&host);
  play(16);
  do_work(&host);
  return done;
}

/* ---- Tests ------------------------------------------------------------------------------------- */

typedef struct
{
  const char* name;
  bool (*operation)(long number, bool lasting);
  bool is_plugin;
} Operation;

static void
fail_in_turn(const void* argument)
{
  const Operation* test = argument;
  if (test->is_plugin) {
    EXPECT(model_host(&host, get, &plugins[2], 48000, bundle, true), "no instance of Live");
    play(10);
  } else {
    model = isolde_model_open(live_path, message);
    EXPECT(model, "%s", message);
  }
  for (int k = 0; k < 3 && !*reason; ++k)
    EXPECT(test->operation(0, false), "%s", message);
  const long total = allocations;
  EXPECT(total >= 1, "%ld allocations", total);
  const long before = live;
  for (long number = 1; number <= total && !*reason; ++number) {
    for (int lasting = 0; lasting < 2; ++lasting) {
      *message = 0;
      const bool done = test->operation(number, lasting);
      EXPECT(done || *message, "allocation %ld of %ld: refused without a word", number, total);
      EXPECT(done || test->is_plugin || isolde_last_status() == ISOLDE_OUT_OF_MEMORY,
             "allocation %ld: status %d",
             number,
             isolde_last_status());
      EXPECT(live <= before, "allocation %ld: %+ld blocks", number, live - before);
    }
    if (number % 20 && number != total)
      continue;
    EXPECT(test->operation(0, false), "after allocation %ld: %s", number, message);
    EXPECT(live == before, "after allocation %ld: %+ld blocks", number, live - before);
  }
}

/* As hosts do that scan for plug-ins, or that have closed the last one. */
static void
open_and_close(const void* path)
{
  long before = 0;
  for (int round = 0; round < 5; ++round) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    EXPECT(library, "%s", dlerror());
    if (!library)
      return;
    const LV2_Feature* none[] = { NULL };
    const LV2_Descriptor* descriptor =
      find_uri((LV2_Descriptor_Function)dlsym(library, "lv2_descriptor"), "urn:isolde:live-mono");
    LV2_Handle made = descriptor->instantiate(descriptor, 48000, bundle, none);
    EXPECT(made, "no instance");
    if (made)
      descriptor->cleanup(made);
    dlclose(library);
    if (round == 1)
      before = live;
  }
  EXPECT(live == before, "%+ld blocks in three rounds", live - before);
}

/* The file has weights in half precision. In memory, matrices keep them so, convolutions widen them, and nothing else
 * is kept. */
static void
weights_are_kept_once(const void* path)
{
  FILE* file = fopen(path, "rb");
  EXPECT(file && !fseek(file, 0, SEEK_END), "%s cannot be read", (const char*)path);
  const double size = file ? (double)ftell(file) : 0;
  if (file)
    fclose(file);
  const struct mallinfo2 before = mallinfo2();
  isolde_model* model = isolde_model_open(path, message);
  EXPECT(model, "%s", message);
  const struct mallinfo2 after = mallinfo2();
  const double held = (double)(after.uordblks + after.hblkhd) - (before.uordblks + before.hblkhd);
  printf("%s: a file of %.2f MB takes %.2f MB\n", (const char*)path, size * 1e-6, held * 1e-6);
  EXPECT(held > size / 2 && held < 2 * size + (1 << 18), "%.0f bytes of %.0f", held, size);
  isolde_model_free(model);
}

int
main(int count, char** arguments)
{
  if (count != 2) {
    fprintf(stderr, "usage: memory BUNDLE\n");
    return 2;
  }
  char library[500], folder[500];
  snprintf(folder, sizeof folder, "%s/", arguments[1]);
  snprintf(library, sizeof library, "%s/isolde.so", arguments[1]);
  snprintf(live_path, sizeof live_path, "%s/models/live.isolde", arguments[1]);
  bundle = folder;
  close(mkstemp(model_path));
  if (!write_small_model(model_path, 1536, 0.5))
    return 2;
  bool good = run_test("a library that is closed leaves nothing behind", open_and_close, library);
  get = open_plugin(library);
  for (int k = 0; k < 4; ++k) {
    static const char* const names[] = { "studio", "live", "deepfilter", "deepfilter_live" };
    char path[600], name[200];
    snprintf(path, sizeof path, "%s/models/%s.isolde", arguments[1], names[k]);
    snprintf(name, sizeof name, "the model %s keeps its weights once", names[k]);
    good &= run_test(name, weights_are_kept_once, path);
  }

  static const Operation operations[] = {
    { "opening a model", open_file, false },        { "making a separator", new_separator, false },
    { "making a network", new_network, false },     { "making an instance", instantiate, true },
    { "restoring a session", restore_model, true }, { "asking for a model", ask_worker, true },
  };
  for (size_t k = 0; k < sizeof operations / sizeof *operations; ++k) {
    char name[200];
    snprintf(name, sizeof name, "%s survives any allocation that fails", operations[k].name);
    good &= run_test(name, fail_in_turn, &operations[k]);
  }
  unlink(model_path);
  return !good;
}
