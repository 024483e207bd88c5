/* Names the headers for the module map; pkg-config finds the real ones. */
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
