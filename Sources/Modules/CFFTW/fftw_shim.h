/* Names the header for the module map; the linker takes the static library, see Package.swift. */
#include <fftw3.h>
