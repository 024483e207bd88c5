/* Names the header for the module map; pkg-config finds the real one. */
#include <sndfile.h>
