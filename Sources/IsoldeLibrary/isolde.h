/* libisolde: separates a dialogue recording into voice, reverb and background, in real time.
 *
 * There are three kinds of objects: a *model* (weights and graph of a file; read-only, can be shared), a
 * *separator* (audio in, stems out; one for each stream) and, below it, a *network* (frames in, frames out),
 * for spectrogram networks of your own. Use a separator or network in one thread at a time; a model can be
 * used in many threads. The comment of each function ends with its class:
 *
 *   [setup]      may allocate, read files and take long: any thread but the audio thread
 *   [real-time]  neither allocates, locks, waits nor calls the system: for audio callbacks;
 *                marked ISOLDE_REALTIME
 *   [constant]   only reads what never changes: any thread, also several at once
 *
 * Functions that can fail take `message`: at least ISOLDE_MESSAGE_SIZE bytes, or NULL. On failure they write
 * one line to it, without a full stop or a line feed, which names the cause and the remedy. For programs,
 * isolde_last_status returns the kind of failure.
 */
#ifndef ISOLDE_H
#define ISOLDE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "isolde_controls.h"
#include "isolde_limits.h"
#include "isolde_realtime.h"

#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define ISOLDE_VERSION "0.1.0"

enum
{
  ISOLDE_MESSAGE_SIZE = 256,
};

/** Kinds of failures. */
typedef enum
{
  ISOLDE_OK = 0,         /**< nothing has failed yet */
  ISOLDE_NOT_FOUND = 1,  /**< there is no such file, and no installed model of that name */
  ISOLDE_UNREADABLE = 2, /**< the file is a folder, too large or cannot be read */
  ISOLDE_BAD_MODEL = 3,  /**< the file is not a model, is damaged, too new or exceeds a limit */
  ISOLDE_UNSUITABLE_MODEL = 4, /**< the model cannot separate, or not at this rate */
  ISOLDE_BAD_ARGUMENT = 5,     /**< rate, channels, level or length of a path is out of range */
  ISOLDE_OUT_OF_MEMORY = 6,
} isolde_status;

/** The kind of this thread's last failure. Calls that succeed do not reset it. [setup] */
isolde_status isolde_last_status(void);

typedef struct isolde_model isolde_model;
typedef struct isolde_separator isolde_separator;
typedef struct isolde_network isolde_network;

/* ---- Model: setup threads only --------------------------------------------------------------- */

/** What a model file says of itself. Strings live as long as the model and are never NULL. */
typedef struct
{
  const char* _Nonnull name;
  const char* _Nonnull version;
  const char* _Nonnull author;
  const char* _Nonnull license;
  const char* _Nonnull description;
  const char* _Nonnull data;  /**< what it was trained on */
  const char* _Nonnull graph; /**< the graph's text */
  uint32_t rate;              /**< design rate in Hz */
  uint32_t hop;               /**< samples at the design rate */
  uint32_t window;            /**< samples at the design rate */
  uint32_t synthesis;         /**< samples under the synthesis window */
  uint32_t look_ahead;        /**< frames, worked out from the graph */
  uint32_t latency;           /**< samples at the design rate; 0 when no separator can use it */
  uint32_t layers;
  uint64_t parameters;
  uint64_t macs;             /**< multiply-adds a frame */
  uint64_t state_bytes;      /**< of one network instance */
  const char* _Nonnull task; /**< "separate", "extend" (adds highs) or "split" (vocals, rest) */
} isolde_model_info;

/** One layer of the graph; its outputs do not count. */
typedef struct
{
  const char* _Nonnull name;
  const char* _Nonnull kind;
  uint32_t channels;
  uint32_t bins;
  uint32_t rate;  /**< input frames for one of its frames */
  uint32_t delay; /**< input frames that it is late by */
  uint64_t parameters;
  uint64_t macs;        /**< multiply-adds a frame */
  uint64_t state_bytes; /**< the frames and the memory that it holds */
} isolde_layer_info;

/** Reads a model file, or an installed model by its name: Isolde installs "studio", "live", "deepfilter" and
    "deepfilter_live". NULL and a message when there is no such model or it is damaged. [setup] */
isolde_model* _Nullable isolde_model_open(const char* _Nonnull model, char* _Nullable message);

/** Writes the path of the file that isolde_model_open would read, at most `size` bytes. A word without `/` and `.`
    that is not a file is taken as a name, in upper or lower case. NAME.isolde is searched for in the bundle beside
    the library or program, then in ~/.lv2, then in /usr/local/lib/lv2 and /usr/lib/lv2. False and a message when no
    model of that name is installed; the message lists those that are. [setup] */
bool isolde_model_path(const char* _Nonnull model,
                       char* _Nonnull path,
                       size_t size,
                       char* _Nullable message);

/** Reads a model from memory. The bytes may be freed afterwards. [setup] */
isolde_model* _Nullable isolde_model_parse(const void* _Nonnull bytes,
                                           size_t size,
                                           char* _Nullable message);

/** Frees the model. Free its separators and networks first. NULL is allowed. [setup] */
void isolde_model_free(isolde_model* _Nullable model);

/** Describes the model. [constant] */
void isolde_model_get_info(const isolde_model* _Nonnull model, isolde_model_info* _Nonnull info);

/** Describes layer `index`, in the order of the file. False when there is none. [constant] */
bool isolde_model_get_layer(const isolde_model* _Nonnull model,
                            uint32_t index,
                            isolde_layer_info* _Nonnull info);

/* ---- Separator: audio in, stems or a mix of them out ------------------------------------------ */

/** Returns all controls at the plug-in's defaults. [real-time] */
ISOLDE_REALTIME isolde_controls isolde_controls_default(void);

/** One control: its row of isolde_controls.h. */
typedef struct
{
  const char* _Nonnull id;   /**< field of isolde_controls */
  const char* _Nonnull name; /**< for display */
  const char* _Nonnull unit; /**< "dB", "%" or "" */
  const char* _Nonnull comment;
  float initial; /**< the default */
  float minimum;
  float maximum;
  isolde_control_kind kind;
} isolde_control_info;

/** Describes control `index`, in the order of isolde_controls. False when there is none. [constant] */
bool isolde_control_get_info(uint32_t index, isolde_control_info* _Nonnull info);

/** Makes a separator for `channels` linked audio channels at `rate` Hz. The ranges of both are in
    isolde_limits.h. NULL and a message when they are out of range or the model cannot separate. [setup] */
isolde_separator* _Nullable isolde_separator_new(const isolde_model* _Nonnull model,
                                                 double rate,
                                                 uint32_t channels,
                                                 char* _Nullable message);
/** Frees the separator; NULL is allowed. [setup] */
void isolde_separator_free(isolde_separator* _Nullable separator);

/** Restores the state after isolde_separator_new, in bounded time. [real-time] */
ISOLDE_REALTIME void isolde_separator_reset(isolde_separator* _Nonnull separator);

/** The latency of the output in samples. It never changes. [real-time] */
ISOLDE_REALTIME uint32_t isolde_separator_latency(const isolde_separator* _Nonnull separator);

/** Writes the mix that `controls` describe. `output[c]` may be `input[c]`. Changes of a control are ramped
    over 5 ms (20 ms for `enabled`) from the first sample of the block on. With a model of the task "extend",
    which adds to the recording, only `amount`, `trim` and `enabled` have an effect. [real-time] */
ISOLDE_REALTIME void isolde_separator_mix(isolde_separator* _Nonnull separator,
                                          const isolde_controls* _Nonnull controls,
                                          const float* _Nonnull const* _Nonnull input,
                                          float* _Nonnull const* _Nonnull output,
                                          uint32_t count);

/** Writes the three stems, which sum to the delayed input; `sensitivity` in %. With `enabled` false, the
    voice is the delayed input and the other stems are silent; the change is ramped over 20 ms. With a model of
    the task "extend", the voice is what the model adds. Outputs may be inputs. [real-time] */
ISOLDE_REALTIME void isolde_separator_split(isolde_separator* _Nonnull separator,
                                            float sensitivity,
                                            bool enabled,
                                            const float* _Nonnull const* _Nonnull input,
                                            float* _Nonnull const* _Nonnull voice,
                                            float* _Nonnull const* _Nonnull reverb,
                                            float* _Nonnull const* _Nonnull ambience,
                                            uint32_t count);

/** Writes the mix and the three stems in one pass of the network. The samples equal those of
    isolde_separator_mix and of isolde_separator_split from two separators. The levels in `controls` do not
    change the stems; `sensitivity` and `enabled` do. Outputs may be inputs. [real-time] */
ISOLDE_REALTIME void isolde_separator_mix_and_split(isolde_separator* _Nonnull separator,
                                                    const isolde_controls* _Nonnull controls,
                                                    const float* _Nonnull const* _Nonnull input,
                                                    float* _Nonnull const* _Nonnull output,
                                                    float* _Nonnull const* _Nonnull voice,
                                                    float* _Nonnull const* _Nonnull reverb,
                                                    float* _Nonnull const* _Nonnull ambience,
                                                    uint32_t count);

/** Writes three linear levels: RMS of voice, reverb and background after their faders, over about the last
    50 ms. [real-time] */
ISOLDE_REALTIME void isolde_separator_levels(const isolde_separator* _Nonnull separator,
                                             float* _Nonnull levels);

/* ---- Network: frames in, frames out ------------------------------------------------------------ */

/** SIMD level of the kernels. */
typedef enum
{
  ISOLDE_LEVEL_BEST = -1,
  ISOLDE_LEVEL_BASELINE = 0, /**< x86-64: SSE2 */
  ISOLDE_LEVEL_AVX2 = 1,     /**< x86-64-v3 */
  ISOLDE_LEVEL_AVX512 = 2,   /**< x86-64-v4 */
} isolde_level;

/** Makes an instance of the model's network. NULL and a message when the processor does not support the level.
    [setup] */
isolde_network* _Nullable isolde_network_new(const isolde_model* _Nonnull model,
                                             int32_t level,
                                             char* _Nullable message);
/** Frees the network; NULL is allowed. [setup] */
void isolde_network_free(isolde_network* _Nullable network);

/** Restores the state after isolde_network_new, in bounded time. [real-time] */
ISOLDE_REALTIME void isolde_network_reset(isolde_network* _Nonnull network);

/** The SIMD level in use, an isolde_level. [constant] */
int32_t isolde_network_level(const isolde_network* _Nonnull network);

/** The delay of the outputs in frames: the look-ahead of the graph. [constant] */
uint32_t isolde_network_delay(const isolde_network* _Nonnull network);

/** Returns where to write the next frame of the named input: bins x channels, channels innermost. NULL when
    there is no such input. The address stays the same for the life of the network. [setup] */
float* _Nullable isolde_network_input(isolde_network* _Nonnull network, const char* _Nonnull name);

/** Processes the frame that was written to the inputs. [real-time] */
ISOLDE_REALTIME void isolde_network_push(isolde_network* _Nonnull network);

/** Returns the named output: after the n-th push frame n - delay, zeros as long as that is negative. NULL when
    there is no such output. Valid until the next push. [real-time] */
ISOLDE_REALTIME const float* _Nullable isolde_network_output(const isolde_network* _Nonnull network,
                                                             const char* _Nonnull name);

#ifdef __cplusplus
}
#endif

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#endif
