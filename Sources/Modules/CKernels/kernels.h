/* The C interface of the kernels: arithmetic on buffers of floats.
 *
 * Every SIMD level of the processor has its own copy of the code, compiled from one Swift source
 * (Sources/Kernels). The copies meet in this header only, so no code is inlined across levels.
 * A frame is laid out [bins][channels], channels innermost.
 */
#ifndef ISOLDE_KERNELS_H
#define ISOLDE_KERNELS_H
#include "isolde_realtime.h"

#include <stdint.h>

enum
{
  KERNEL_BLOCK = 16 /**< output channels that are computed together; the weights' layout */
};

/** One convolution. Every output is one chain of multiply-adds that begins with the bias and goes over (time,
    tap, run) in this order, so the result does not depend on how bins are divided into tiles. */
typedef struct
{
  const float* _Nonnull weights; /**< [blocks][times][taps][run][16] */
  const float* _Nonnull bias;    /**< [blocks][16] */
  int32_t blocks;                /**< output channels / 16, rounded up */
  int32_t times;                 /**< frames under the kernel */
  int32_t taps;                  /**< pieces of a row under the kernel */
  int32_t run;                   /**< floats of one piece */
  int32_t tap_stride;            /**< floats from one piece to the next */
  int32_t bin_stride;            /**< floats from the first input of one output bin to the next */
  int32_t out_stride;            /**< floats from one output bin to the next, >= 16 * blocks */
  int32_t unused;                /**< padding channels at the end of the last block */
} kernel_convolution;

/** A matrix, in blocks of 16 rows: groups of four blocks, [inputs][64] each, as long as eight or more are
    left, then one group of the rest, [inputs][16 * left]. The speed of large matrices is limited by memory, so
    half-precision weights are kept where the processor has an instruction to widen them; widening is exact. One
    of the first two pointers is set. */
typedef struct
{
  const float* _Nullable weights;
  const uint16_t* _Nullable halves; /**< in half precision */
  const float* _Nonnull bias;       /**< [blocks][16] */
  int32_t blocks;                   /**< rows / 16, rounded up */
  int32_t inputs;
} kernel_matrix;

/** Functions of one value. */
typedef enum
{
  KERNEL_RELU,
  KERNEL_LEAKY_RELU, /**< a: slope below 0 */
  KERNEL_ELU,
  KERNEL_SIGMOID,
  KERNEL_TANH,
  KERNEL_SILU,
  KERNEL_SOFTPLUS,
  KERNEL_HARD_SIGMOID,
  KERNEL_CLAMP, /**< a: low, b: high */
  KERNEL_SCALE, /**< a: factor, b: offset */
  KERNEL_LOG,   /**< log10(x + a) * b */
  KERNEL_POWER, /**< x to the a, x >= 0 */
  KERNEL_EXP,
  KERNEL_GELU,
  KERNEL_HARD_SWISH,
} kernel_function;

/** Element by element. */
typedef enum
{
  KERNEL_ADD,
  KERNEL_SUBTRACT,
  KERNEL_MULTIPLY,
} kernel_operation;

/** The kernels of one level. Pointers need only the alignment of a float. Inputs and outputs must not overlap;
    only `map` and `combine` also work in place. */
typedef struct
{
  /** `rows`: `times` pointers, oldest frame first, each at the first input of output bin 0. */
  void (*_Nonnull convolve)(const kernel_convolution* _Nonnull,
                            const float* _Nonnull const* _Nonnull rows,
                            float* _Nonnull output,
                            int32_t bins);
  /** A convolution with one input channel for each output channel: weights [times][taps][16 * blocks], taps
      `tap_stride` floats apart; `run` is ignored. */
  void (*_Nonnull depthwise)(const kernel_convolution* _Nonnull,
                             const float* _Nonnull const* _Nonnull rows,
                             float* _Nonnull output,
                             int32_t bins);
  /** Matrix by vector; writes 16 * blocks. */
  void (*_Nonnull dense)(const kernel_matrix* _Nonnull,
                         const float* _Nonnull input,
                         float* _Nonnull output);
  void (*_Nonnull map)(int32_t function,
                       float a,
                       float b,
                       const float* _Nonnull input,
                       float* _Nonnull output,
                       int32_t count);
  void (*_Nonnull combine)(int32_t operation,
                           const float* _Nonnull left,
                           const float* _Nonnull right,
                           float* _Nonnull output,
                           int32_t count);
  /** The gates of a GRU in PyTorch's order. `input`, `hidden`: [3][stride] sums for r, z, n;
      `state`: [count], replaced. */
  void (*_Nonnull gru)(const float* _Nonnull input,
                       const float* _Nonnull hidden,
                       int32_t stride,
                       float* _Nonnull state,
                       int32_t count);
  /** The gates of an LSTM in PyTorch's order: i, f, g, o. `state` and `cell`: [count], replaced. */
  void (*_Nonnull lstm)(const float* _Nonnull input,
                        const float* _Nonnull hidden,
                        int32_t stride,
                        float* _Nonnull state,
                        float* _Nonnull cell,
                        int32_t count);
} kernel_table;

/** One constructor for each level, written in Swift. */
kernel_table kernels_baseline(void);
kernel_table kernels_avx2(void);
kernel_table kernels_avx512(void);

/** The highest level that this processor runs: 0 baseline, 1 AVX2, 2 AVX-512. */
int32_t kernels_best_level(void);
/** The kernels of a level that the processor runs. */
kernel_table kernels_at_level(int32_t level);

/* Calls a function pointer for annotated Swift code, which may not do that itself. */
ISOLDE_REALTIME static inline void
kernel_convolve(const kernel_table* _Nonnull t,
                const kernel_convolution* _Nonnull layer,
                const float* _Nonnull const* _Nonnull rows,
                float* _Nonnull output,
                int32_t bins)
{
  t->convolve(layer, rows, output, bins);
}

ISOLDE_REALTIME static inline void
kernel_depthwise(const kernel_table* _Nonnull t,
                 const kernel_convolution* _Nonnull layer,
                 const float* _Nonnull const* _Nonnull rows,
                 float* _Nonnull output,
                 int32_t bins)
{
  t->depthwise(layer, rows, output, bins);
}

ISOLDE_REALTIME static inline void
kernel_dense(const kernel_table* _Nonnull t,
             const kernel_matrix* _Nonnull matrix,
             const float* _Nonnull input,
             float* _Nonnull output)
{
  t->dense(matrix, input, output);
}

ISOLDE_REALTIME static inline void
kernel_map(const kernel_table* _Nonnull t,
           int32_t function,
           float a,
           float b,
           const float* _Nonnull input,
           float* _Nonnull output,
           int32_t count)
{
  t->map(function, a, b, input, output, count);
}

ISOLDE_REALTIME static inline void
kernel_combine(const kernel_table* _Nonnull t,
               int32_t operation,
               const float* _Nonnull left,
               const float* _Nonnull right,
               float* _Nonnull output,
               int32_t count)
{
  t->combine(operation, left, right, output, count);
}

ISOLDE_REALTIME static inline void
kernel_gru(const kernel_table* _Nonnull t,
           const float* _Nonnull input,
           const float* _Nonnull hidden,
           int32_t stride,
           float* _Nonnull state,
           int32_t count)
{
  t->gru(input, hidden, stride, state, count);
}

ISOLDE_REALTIME static inline void
kernel_lstm(const kernel_table* _Nonnull t,
            const float* _Nonnull input,
            const float* _Nonnull hidden,
            int32_t stride,
            float* _Nonnull state,
            float* _Nonnull cell,
            int32_t count)
{
  t->lstm(input, hidden, stride, state, cell, count);
}

/** A layer at run time: its step for frame `frame` of its output, and the memory it works on. */
typedef struct
{
  void (*_Nonnull run)(void* _Nonnull context, int64_t frame);
  void* _Nonnull context;
  int64_t rate;  /**< input frames for one of its frames */
  int64_t delay; /**< in input frames */
} kernel_step;

ISOLDE_REALTIME static inline void
kernel_step_run(const kernel_step* _Nonnull step, int64_t frame)
{
  step->run(step->context, frame);
}

#ifdef __clang__ /* for Swift, which sees these vectors as SIMD4<Float> and so on */
typedef float kernel_float4 __attribute__((ext_vector_type(4), aligned(4)));
typedef float kernel_float8 __attribute__((ext_vector_type(8), aligned(4)));
typedef float kernel_float16 __attribute__((ext_vector_type(16), aligned(4)));

/* Half-precision numbers as floats, by one instruction, where Swift's own conversion is sometimes a call. The
   baseline has no such instruction and uses integer arithmetic. It needs it only on processors of a higher level. */
typedef uint16_t kernel_ushort4 __attribute__((ext_vector_type(4), aligned(2)));
typedef uint32_t kernel_uint4 __attribute__((ext_vector_type(4)));
typedef _Float16 kernel_half8 __attribute__((ext_vector_type(8), aligned(2)));
typedef _Float16 kernel_half16 __attribute__((ext_vector_type(16), aligned(2)));

ISOLDE_REALTIME static inline kernel_float4
kernel_widen4(const uint16_t* _Nonnull halves)
{
  const kernel_uint4 half = __builtin_convertvector(*(const kernel_ushort4*)halves, kernel_uint4);
  const kernel_uint4 size = (half & 0x7FFF)
                            << 13; /* exponent and fraction where a float has them */
  const kernel_float4 least = (kernel_float4)(kernel_uint4)(113u << 23);
  const kernel_float4 tiny = (kernel_float4)(size + (113u << 23)) - least; /* no leading digit */
  const kernel_uint4 large =
    size + (size >= (31u << 23) ? (kernel_uint4)(224u << 23) : (112u << 23));
  const kernel_uint4 bits = size < (1u << 23) ? (kernel_uint4)tiny : large;
  return (kernel_float4)(bits | (half & 0x8000) << 16);
}

ISOLDE_REALTIME static inline kernel_float8
kernel_widen8(const uint16_t* _Nonnull halves)
{
  return __builtin_convertvector(*(const kernel_half8*)halves, kernel_float8);
}

ISOLDE_REALTIME static inline kernel_float16
kernel_widen16(const uint16_t* _Nonnull halves)
{
  return __builtin_convertvector(*(const kernel_half16*)halves, kernel_float16);
}

/* x in the lanes where a < b, else y: one or two instructions; Swift's own goes lane by lane. */
ISOLDE_REALTIME static inline kernel_float4
kernel_choose4(kernel_float4 a, kernel_float4 b, kernel_float4 x, kernel_float4 y)
{
  return a < b ? x : y;
}

ISOLDE_REALTIME static inline kernel_float8
kernel_choose8(kernel_float8 a, kernel_float8 b, kernel_float8 x, kernel_float8 y)
{
  return a < b ? x : y;
}

ISOLDE_REALTIME static inline kernel_float16
kernel_choose16(kernel_float16 a, kernel_float16 b, kernel_float16 x, kernel_float16 y)
{
  return a < b ? x : y;
}

/** The square root of every lane, without libm's errno. */
ISOLDE_REALTIME static inline kernel_float4
kernel_square_root4(kernel_float4 x)
{
  return __builtin_elementwise_sqrt(x);
}

ISOLDE_REALTIME static inline float
kernel_square_root(float x)
{
  return kernel_square_root4(x).x;
}
#endif
#endif
