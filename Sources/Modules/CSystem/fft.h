/* Real Fourier transforms of single precision, by FFTW.
 *
 * FFTW_ESTIMATE plans are the same in every process, hence the same bits. FFTW is linked statically
 * with hidden symbols, so planner, lock and wisdom belong to this library alone.
 */
#ifndef ISOLDE_FFT_H
#define ISOLDE_FFT_H
#include "realtime.h"

#include <fftw3.h>

/** Plans of one size. Arrays must be aligned to 64 bytes, as those used for planning were. */
typedef struct
{
  fftwf_plan _Nullable forward; /**< both are NULL when there was no memory */
  fftwf_plan _Nullable backward;
  int64_t stride; /**< floats from the first array of a pair to the second */
} fft_plans;

/** Makes both plans for `size` samples and size / 2 + 1 bins; overwrites the arrays. `product` and
    `stems` are pairs of `size` floats, `stride` apart. FFTW's planner is not thread safe, and hosts instantiate
    from any thread, so this function and fft_plans_free hold a lock. Setup threads only. */
fft_plans fft_plans_new(int32_t size,
                        float* _Nonnull samples,
                        fftwf_complex* _Nonnull spectrum,
                        float* _Nonnull product,
                        float* _Nonnull stems,
                        int64_t stride);
void fft_plans_free(fft_plans plans);

/** Transforms `samples` to `spectrum`. */
ISOLDE_REALTIME static inline void
fft_forward(fft_plans plans, float* _Nonnull samples, fftwf_complex* _Nonnull spectrum)
{
  fftwf_execute_dft_r2c(plans.forward, samples, spectrum);
}

/** Transforms the real and imaginary parts of a whole spectrum back to those of its samples, times the size;
    overwrites `product`. FFTW's split transforms go forward; with the parts exchanged they go back. */
ISOLDE_REALTIME static inline void
fft_backward(fft_plans plans, float* _Nonnull product, float* _Nonnull stems)
{
  fftwf_execute_split_dft(
    plans.backward, product + plans.stride, product, stems + plans.stride, stems);
}
#endif
