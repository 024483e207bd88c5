#!/bin/bash
# check-annotations.sh: every function that the audio thread enters is under the compiler's check.
#
# In a copy of the sources an allocation is planted into each of them: into those that isolde.h and stream.h
# mark ISOLDE_REALTIME, into those of the stream, into the step of every layer, and into the kernels, which
# are met through pointers where the check of a caller ends. Compiled with the project's own flags
# (`make print-flags`) each plant must give an error at its line, and the copy without them none.
set -u
cd "$(dirname "$0")/../.." || exit 2
# shellcheck source=Tests/report.sh
source Tests/report.sh
read -r -a flags <<<"$(make -s --no-print-directory print-flags)"

# An instance of a class: it is allocated in the function itself. A callee that allocates would be
# reported for its first caller only.
plant='let planted = Planted(); planted.value = 1;'

# The real-time functions of the headers: the name is what stands before the bracket.
realtime=$(cat Sources/IsoldeLibrary/*.h | tr '\n' ' ' | grep -oE 'ISOLDE_REALTIME [A-Za-z0-9_ *]*\(' |
  sed -E 's/.*[ *]([a-z0-9_]+)\($/\1/' | grep -vxFf <(sed -nE 's/^([a-z0-9_]+)\(.*/\1/p' Sources/IsoldeLibrary/*.c))
# What of the stream is annotated.
stream=$(grep -hA1 '@_noLocks' Sources/Separation/Stream/*.swift | sed -nE 's/.*func (\w+).*/\1/p' | sort -u)
# Whatever has the form of a layer's step.
steps=$(grep -rhoE 'func \w+\(_ context: UnsafeMutableRawPointer, _ frame: Int64\)' Sources/Engine |
  sed -E 's/func (\w+).*/\1/' | sort -u)
# What the closures of the kernel table call.
kernels=$(sed -nE 's/^ +[a-z]+: \{ ([a-z]+)\(.*/\1/p' Sources/Kernels/Exports.swift)

# compile MODULE FLAGS...: errors of the copied module, as FILE:LINE.
compile() {
  local module=$1
  shift
  swiftc "${flags[@]}" "$@" -emit-module -emit-module-path "$scratch/$module.swiftmodule" \
    -c "$scratch/$module"/*.swift "$scratch/$module"/*/*.swift -o "$scratch/$module.o" 2>&1 |
    grep -E 'error: ' | sed -E "s|^$scratch/([^:]*:[0-9]+):[0-9]+: error: (.*)|\1 \2|" | sort -u
}

# check_module MODULE[/FOLDER] FUNCTIONS FLAGS...: plants into functions of a module, or of a folder of it.
check_module() {
  local module=${1%%/*} folder=$1 functions=$2 indent='' errors places place name
  # In the stream they are methods. Elsewhere generic helpers share the name of the function that enters
  # them, whose own plant is what the compiler reports.
  [ "$folder" = "$module" ] || indent=' *'
  shift 2
  if [ -z "$functions" ]; then
    failed "no function of $module is found" "the patterns of check-annotations.sh are out of date"
    return
  fi
  shopt -s nullglob
  cp -r "Sources/$module" "$scratch/$module"
  echo 'final class Planted { var value = 0 }' >"$scratch/$module/Planted.swift"
  errors=$(compile "$module" "$@")
  if [ -n "$errors" ]; then
    failed "a copy of $module compiles" "$errors"
    return
  fi
  for name in $functions; do
    # A body that begins with an expression may be all of it: after the plant it needs a return.
    find "$scratch/$folder" -name '*.swift' -exec \
      perl -0pi -e "s/^($indent(?:\w+ )*func \Q$name\E\b([^{]*)\{)(?=(?:\s|\x2f\x2f.*\n)*(\w*))/\$1 $plant @{[
        \$3 !~ m,^(guard|let|var|for|while|if|return)\b, && \$2 =~ m,->, ? 'return' : '']}/mg" {} +
  done
  errors=$(compile "$module" "$@")
  for name in $functions; do
    # Several files may have one of that name.
    places=$(cd "$scratch" && grep -rnE -A9 "^$indent(\w+ )*func $name\b" "$folder" | grep -F "$plant" |
      sed -E 's/^([^ ]*\.swift)[:-]([0-9]+)[:-].*/\1:\2/' | sort -u)
    if [ -z "$places" ]; then
      failed "a planted allocation in $name ($module) is refused" "$name has no body where one was looked for"
    fi
    for place in $places; do
      if grep -qE "^$place .*(allocation|metadata|lock)" <<<"$errors"; then
        ok "a planted allocation in $name (${place%:*}) is refused"
      else
        failed "a planted allocation in $name (${place%:*}) is refused" "it compiles: is the function annotated?"
      fi
    done
  done
}

check_module IsoldeLibrary "$realtime" -module-name IsoldeLibrary
check_module Separation/Stream "$stream" -module-name Separation
check_module Engine "$steps" -module-name Engine
check_module Kernels "$kernels" -module-name KernelsV3 -DLEVEL_AVX2 -Xcc -march=x86-64-v3
finish
