#!/bin/bash
# The engine on processors that this machine is not: the same vectors, run by emulators.
#
#   x86-64 without AVX   the core that ships, on a Nehalem of 2008
#   aarch64              plug-ins and library, cross-built; tests of Tests/Plugin too, all that an emulator has time for
set -uo pipefail
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
cd "$root" || exit 2
out=build/tests/processors
mkdir -p "$out"
status=0

prefix() { sed -E "s/^(ok|FAILED) /\\1 $1: /"; }

clang -std=gnu17 -O2 -Wall -Wextra -Werror -static -I Sources/IsoldeLibrary -I Sources/Modules/CInterface Tests/Processors/vectors.c \
  build/libisolde.a -lfftw3f -lm -o "$out/vectors-x86-64" || exit 1
qemu-x86_64 -cpu Nehalem "$out/vectors-x86-64" Tests/Vectors 0 | prefix "x86-64 without AVX" || status=1
if qemu-x86_64 -cpu Nehalem "$out/vectors-x86-64" Tests/Vectors 1 | grep -q '^ok'; then
  echo "FAILED x86-64 without AVX: took the kernels for AVX2"
  status=1
else
  echo "ok x86-64 without AVX: refuses the kernels for AVX2"
fi

# Plug-ins and library as `make aarch64` has built them. The command line is this machine's: what it gives is expected.
cross=build/aarch64
arm() { qemu-aarch64 -L "$cross/root" "$@"; }
arm_cc() {
  clang --target=aarch64-linux-gnu -fuse-ld=lld -std=gnu17 -O2 -Wall -Wextra -Werror -idirafter /usr/include -I Sources/IsoldeLibrary \
    -I Sources/Modules/CInterface "-L$cross/root/usr/lib/aarch64-linux-gnu" "$@"
}
arm_cc -static Tests/Processors/vectors.c "$cross/libisolde.a" -lfftw3f -lm -o "$out/vectors-aarch64" &&
  cp "$cross/libisolde.so" "$out/libisolde.so.0" &&
  arm_cc examples/clean.c "$cross/libisolde.so" -l:libsndfile.so.1 -Wl,--allow-shlib-undefined -o "$out/clean-aarch64" || exit 1
arm "$out/vectors-aarch64" Tests/Vectors 0 | prefix aarch64 || status=1
while read -r program only; do
  arm -E "ONLY_TEST=$only" "$cross/tests/tools/$program" "$cross/isolde.lv2" 2>/dev/null </dev/null | prefix aarch64 || status=1
done <<END
behaviour latency_is_right_at_once
behaviour same_samples_as_the_library
behaviour floating_point_mode_is_the_hosts
without_faders same_samples_as_the_library
models built_in_model_is_saved_by_name
models swap_has_no_gap
models what_cannot_be_used_is_refused
END

# shellcheck disable=SC2317 # called by check
cleaned() { # MODEL
  build/isolde clean --quiet --force "$scratch/in.wav" --model "$1" --reverb -18 -o "$scratch/expected.wav" &&
    arm -E "LD_LIBRARY_PATH=$out" "$out/clean-aarch64" "$scratch/in.wav" "$scratch/out.wav" "$cross/isolde.lv2/models/$1.isolde" &&
    "$tools/sound" same "$scratch/expected.wav" "$scratch/out.wav" 0 -100
}
"$tools/sound" speech "$scratch/in.wav" 48000 1 0.02 0 /usr/share/sounds/alsa/{Front_Center,Rear_Left}.wav
for model in studio live; do
  check "aarch64: clean.c by the library gives the command line's samples, $model" cleaned "$model"
done
[ "$status" = 0 ] && finish
exit 1
