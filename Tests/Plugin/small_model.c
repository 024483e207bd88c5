/* small_model FILE LATENCY SHARE: writes a model of small_model.h. */
#include "small_model.h"

#include <stdlib.h>

int
main(int argc, char** argv)
{
  return argc != 4 || !write_small_model(argv[1], (unsigned)atoi(argv[2]), atof(argv[3]));
}
