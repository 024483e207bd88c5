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
  [ "$found" = 9 ] || { echo "$found plug-ins"; return 1; }
  [ -s "$prefix/lib/lv2/isolde.lv2/models/studio.isolde" ] && [ -s "$prefix/lib/lv2/isolde.lv2/models/live.isolde" ]
}
check "hosts find the installed bundle" listed

# From another folder, with nothing of ours around.
installed() { (cd / && env -i PATH=/usr/bin:/bin "$prefix/bin/isolde" "$@"); }
check "installed command line finds its model" installed inspect
"$tools/sound" make "$scratch/in.wav" noise 48000 1 20000
check "installed command line cleans" installed clean --quiet "$scratch/in.wav"

# The commands for a shell of README.md and docs/help.md, each in a folder of its own.
commands() {
  local line
  while IFS= read -r line; do
    rm -rf "$scratch/readme"
    mkdir -p "$scratch/readme/shoot" && tee "$scratch/readme/"{take1,call,song,shoot/take2}.wav <"$scratch/in.wav" >"$scratch/tee" || return
    (cd "$scratch/readme" && PATH=$prefix/bin:$PATH bash -euc "$line") </dev/null || { echo "$line"; return 1; }
  done < <(grep -h '^isolde ' README.md docs/help.md)
}
check "the commands of README.md and docs/help.md run" commands

cat >"$scratch/program.c" <<'PROGRAM'
#include <isolde.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv)
{
  char message[ISOLDE_MESSAGE_SIZE];
  isolde_model* model = argc > 1 ? isolde_model_open(argv[1], message) : NULL;
  const double rate = argc > 2 ? atof(argv[2]) : 48000;
  isolde_separator* separator = model ? isolde_separator_new(model, rate, 2, message) : NULL;
  if (!separator) {
    fprintf(stderr, "%s\n", message);
    return 10 + (int)isolde_last_status();
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
    LD_LIBRARY_PATH=$prefix/lib "$scratch/program" "$prefix/lib/lv2/isolde.lv2/models/studio.isolde" | grep -x "$(latency studio)"
}
for compiler in clang gcc; do
  if need "a C program links libisolde, $compiler" "$compiler"; then
    check "a C program links libisolde, $compiler" links "$compiler"
  fi
done

# The program from another folder, whose home is empty.
opens() { (mkdir -p "$scratch/home" && cd "$scratch" && env -i HOME="$scratch/home" LD_LIBRARY_PATH="$prefix/lib" ./program "$@"); }
by_name() { [ "$(opens studio)" = 4096 ] && [ "$(opens Live)" = 1536 ]; }
check "the library finds installed models by name" by_name
file_first() { cp "$prefix/lib/lv2/isolde.lv2/models/live.isolde" "$scratch/studio" && [ "$(opens studio)" = 1536 ]; }
check "a file goes before a model of that name" file_first
rm -f "$scratch/studio"
for_one_user() {
  mkdir -p "$scratch/home/.lv2/isolde.lv2/models" &&
    cp "$prefix/lib/lv2/isolde.lv2/models/live.isolde" "$scratch/home/.lv2/isolde.lv2/models/mine.isolde" && [ "$(opens mine)" = 1536 ]
}
check "the library finds a user's model by name" for_one_user
refused "an unknown name is answered by those that there are" \
  '^stage: no such file, and no built-in model of that name; built in are deepfilter, deepfilter_live, extend, live, mine, split, studio$' opens stage
mkdir "$scratch/folder"
refused "a folder is no name" '^folder: a folder, and no built-in model' opens folder
refused "a missing file is named, with the remedy" '^/no/such.isolde: no such file or directory; check the path' opens /no/such.isolde
refused "a folder with a path is named" "^\./folder: it is a folder; name the .isolde file in it$" opens ./folder
refused "a file that is no model is named" '^in.wav: ' opens in.wav
refused "a path that would not fit is named by its end" '^…x+/end.isolde: .*; check the path' \
  opens "$(printf 'x%.0s' {1..200})/end.isolde"
refused "a path that would break the line does not" '^a.b.isolde: no such' opens "$(printf 'a\nb.isolde')"

# What a program tells failures apart by: 10 more than isolde_status.
kinds() {
  local expected status
  head -c 3000 "$scratch/home/.lv2/isolde.lv2/models/mine.isolde" >"$scratch/cut.isolde"
  while read -r expected arguments; do
    # shellcheck disable=SC2086
    opens $arguments 2>"$scratch/why"
    status=$?
    [ $status = "$expected" ] || { echo "$arguments: $status, not $expected; $(cat "$scratch/why")"; return 1; }
  done <<KINDS
0 studio
11 stage
11 no/such.isolde
12 ./folder
13 cut.isolde
13 in.wav
14 $root/Tests/Vectors/unet.isolde
15 studio 100
KINDS
}
check "a program can tell kinds of failures apart" kinds

# The comment of each function ends with its class, and what is marked real-time says so.
classed() {
  awk '/^\/\*\*/ {comment = ""; on = 1}
    on {comment = comment " " $0} /\*\/$/ {on = 0}
    /isolde_[a-z_]*\(/ && !/^ *\*/ && !on {
      ++functions
      class = match(comment, /\[(setup|real-time|constant)\] \*\/$/) ? substr(comment, RSTART, RLENGTH - 3) : "none"
      if (class == "none" || (class == "[real-time]") != /^ISOLDE_REALTIME/) { print $0 ": " class; bad = 1 }
      comment = ""
    }
    END {exit bad || functions < 20}' "$prefix/include/isolde.h"
}
check "each function of isolde.h tells its class" classed

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

# The library is found by its name, with the version of its interface in it.
versioned() {
  local version
  version=$(sed -n 's/.*ISOLDE_VERSION "\(.*\)"/\1/p' "$prefix/include/isolde.h")
  [ "$(readlink "$prefix/lib/libisolde.so")" = "libisolde.so.${version%%.*}" ] &&
    [ "$(readlink "$prefix/lib/libisolde.so.${version%%.*}")" = "libisolde.so.$version" ] &&
    readelf -d "$prefix/lib/libisolde.so" | grep -F "soname: [libisolde.so.${version%%.*}]"
}
check "the library's name has its version" versioned

# ---- Manual and completions: what the command line says of itself -------------------------------------
manual() { # PAGE SUBCOMMAND...: every long option of its help
  local page=$prefix/share/man/man1/$1.1 option missing=
  shift
  for option in $("$prefix/bin/isolde" "$@" --help | grep -oE -- '--[a-z-]+' | sort -u); do
    sed 's/\\&//g; s/\\-/-/g' "$page" | grep -qF -- "${option#--}" || missing="$missing $option"
  done
  [ -z "$missing" ] || { echo "lacks$missing"; return 1; }
}
check "the manual has every option of isolde" manual isolde
for command in clean extend inspect plot split view; do
  check "the manual has every option of isolde $command" manual "isolde-$command" "$command"
done
shown_by_man() { MANPATH=$prefix/share/man man --warnings isolde-clean 2>"$scratch/man.log" | grep -q -- '--stems' && [ ! -s "$scratch/man.log" ]; }
if need "man shows the page" man; then check "man shows the page" shown_by_man; fi

described() { # every program and command has a page, and every page a line for whatis
  local page
  for page in isolde isolde-{clean,demo,inspect,plot,view}; do
    lexgrog "$prefix/share/man/man1/$page.1" | grep -E "$page - [A-Za-z].*[^.\"]\"$" || { lexgrog "$prefix/share/man/man1/$page.1"; return 1; }
  done
  ! grep -hE '^\.Xr' "$prefix"/share/man/man1/*.1 | while read -r _ page _; do
    [ -e "$prefix/share/man/man1/$page.1" ] || echo "no page $page"
  done | grep .
}
if need "whatis finds every page" lexgrog; then check "whatis finds every page" described; fi

in_bash() {
  PATH=$prefix/bin:$PATH bash -euc '
    source "$1/share/bash-completion/completions/isolde"
    COMP_WORDS=(isolde clean --ste) COMP_CWORD=2 COMP_LINE="isolde clean --ste" COMP_POINT=18
    set +eu
    _isolde isolde --ste clean
    printf "%s\n" "${COMPREPLY[@]}"' bash "$prefix" | grep -x -- --stems
}
check "bash completes an option" in_bash
in_fish() { PATH=$prefix/bin:$PATH fish -c "source $prefix/share/fish/vendor_completions.d/isolde.fish; complete -C 'isolde clean --ste'" | grep -- '^--stems'; }
if need "fish completes an option" fish; then check "fish completes an option" in_fish; fi
# zsh completes in a terminal alone, so it is read there, and asked what it would call.
in_zsh() {
  zsh -fc "fpath=($prefix/share/zsh/site-functions \$fpath); autoload -U compinit && compinit -D -d $scratch/zcompdump &&
    [[ \$_comps[isolde] = _isolde ]] && autoload +X _isolde" && grep -q -- --stems "$prefix/share/zsh/site-functions/_isolde"
}
if need "zsh finds the completions" zsh; then check "zsh finds the completions" in_zsh; fi

# ---- Away again: what make install brought, and nothing else ------------------------------------------
touch "$prefix/lib/lv2/isolde.lv2/models/mine.isolde" "$prefix/bin/other"
check "make uninstall" make --no-print-directory uninstall PREFIX="$prefix"
left() {
  [ "$(cd "$prefix" && find . -type f -o -type l | sort | xargs)" = "./bin/other ./lib/lv2/isolde.lv2/models/mine.isolde" ] ||
    { find "$prefix"; false; }
}
check "make uninstall leaves what it did not bring" left
refused "make uninstall says where nothing is installed" "nothing of Isolde is installed in $prefix" \
  make --no-print-directory uninstall PREFIX="$prefix"

packaged() {
  local folder=$scratch/dest
  make --no-print-directory install PREFIX=/usr DESTDIR="$folder" && [ "$(echo "$folder"/*)" = "$folder/usr" ] &&
    grep -x 'modeldir=/usr/lib/lv2/isolde.lv2/models' "$folder/usr/lib/pkgconfig/isolde.pc" &&
    make --no-print-directory uninstall PREFIX=/usr DESTDIR="$folder" && [ -z "$(find "$folder" -type f)" ]
}
check "make install and uninstall with a DESTDIR" packaged

Tests/Install/swift.sh || failures=1
finish
