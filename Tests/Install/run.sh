#!/bin/bash
# What `make install` puts into a prefix works there, without the checkout.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
cd "$root" || exit 2
prefix=$scratch/usr

# Two builds of one object with other flags, and a third with the same ones.
rebuilt() {
  local object=$scratch/build/core/memory.o
  compile() { make --no-print-directory B="$scratch/build" LDFLAGS="$1" "$object" | grep -c -e '-c '; }
  [ "$(compile -O1)$(compile -O2)$(compile -O2)" = 110 ]
}
check "objects are compiled again when flags change, and only then" rebuilt

check "make install" make --no-print-directory install PREFIX="$prefix"

listed() {
  local found
  found=$(LV2_PATH=$prefix/lib/lv2:$(pkg-config --variable=lv2dir lv2) lv2ls | grep -c '^urn:isolde:')
  [ "$found" = 6 ] || { echo "$found plug-ins"; return 1; }
  [ -s "$prefix/lib/lv2/isolde.lv2/models/studio.isolde" ] && [ -s "$prefix/lib/lv2/isolde.lv2/models/live.isolde" ]
}
check "hosts find the installed bundle" listed

# From another folder, with nothing of ours around.
installed() { (cd / && env -i PATH=/usr/bin:/bin "$prefix/bin/isolde" "$@"); }
check "installed command line finds its model" installed inspect
"$tools/sound" make "$scratch/in.wav" noise 48000 1 20000
check "installed command line cleans" installed clean --quiet "$scratch/in.wav"

# The README's commands for a shell, each in a folder of its own.
commands() {
  local line
  while IFS= read -r line; do
    rm -rf "$scratch/readme"
    mkdir -p "$scratch/readme/shoot" && cp "$scratch/in.wav" "$scratch/readme/take1.wav" &&
      cp "$scratch/in.wav" "$scratch/readme/shoot/take2.wav" || return
    (cd "$scratch/readme" && PATH=$prefix/bin:$PATH bash -euc "$line") </dev/null || { echo "$line"; return 1; }
  done < <(grep '^isolde ' README.md)
}
check "the README's commands run" commands

cat >"$scratch/program.c" <<'PROGRAM'
#include <isolde.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv)
{
  char message[ISOLDE_MESSAGE_SIZE];
  isolde_model* model = argc > 1 ? isolde_model_open(argv[1], message) : NULL;
  isolde_separator* separator = model ? isolde_separator_new(model, 48000, 2, message) : NULL;
  if (!separator) {
    fprintf(stderr, "%s\n", message);
    return 1;
  }
  printf("%u\n", isolde_separator_latency(separator));
  isolde_separator_free(separator);
  isolde_model_free(model);
  return 0;
}
PROGRAM
# With gcc too: the header is for everyone.
links() { # COMPILER
  export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
  # shellcheck disable=SC2046
  "$1" -std=c11 -Wall -Wextra -Werror "$scratch/program.c" $(pkg-config --cflags --libs isolde) -o "$scratch/program" &&
    LD_LIBRARY_PATH=$prefix/lib "$scratch/program" "$prefix/lib/lv2/isolde.lv2/models/studio.isolde" | grep -x 4096
}
for compiler in clang gcc; do
  if need "a C program links libisolde, $compiler" "$compiler"; then
    check "a C program links libisolde, $compiler" links "$compiler"
  fi
done

# The C of the documentation: a program in the README, statements in docs/import.md.
c_of() { awk -v fence="$(printf '\140\140\140')" '$0 == fence "c" {on = 1; next} $0 == fence {on = 0} on' "$1"; }
c_of README.md >"$scratch/readme.c"
{
  printf '#include <isolde.h>\n#include <string.h>\nvoid use(const float*);\n'
  printf 'void program(const float* frame);\nvoid program(const float* frame)\n{\n'
  printf 'char message[ISOLDE_MESSAGE_SIZE];\n'
  c_of docs/import.md
  printf '(void)delay;\n}\n'
} >"$scratch/import.c"
documented() { # NAME FUNCTION
  grep -q "$2" "$scratch/$1.c" &&
    clang -std=c11 -fsyntax-only -Wall -Wextra -Werror -I "$prefix/include" "$scratch/$1.c"
}
check "the C of README.md compiles" documented readme isolde_separator_mix
check "the C of docs/import.md compiles" documented import isolde_network_push

# All that libisolde shows is in its header.
shown() {
  local symbol extra=
  for symbol in $(nm -D --defined-only "$prefix/lib/libisolde.so" | awk '{ sub(/@.*/, "", $NF); print $NF }'); do
    grep -qhE "\b$symbol\b" "$prefix"/include/isolde*.h || extra="$extra $symbol"
  done
  [ -z "$extra" ] || { echo "shows$extra"; return 1; }
}
check "libisolde shows what its header says" shown
finish
