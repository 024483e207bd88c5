#!/bin/bash
# The engine on processors that this machine is not: the same vectors, run by emulators.
#
#   x86-64 without AVX   the core that ships, on a Nehalem of 2008
#   aarch64              the engine's sources compiled for it (NEON), without the separation
set -u
cd "$(dirname "$0")/../.." || exit 2
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

modules=()
for module in CInterface CIsolde CKernels CSystem; do modules+=(-I "Sources/Modules/$module"); done

# Embedded Swift has no standard library for aarch64 Linux; the one for bare metal serves, since the
# engine needs nothing but posix_memalign, free, memset and memmove.
swift() {
  swiftc -O -wmo -parse-as-library -swift-version 6 -enable-experimental-feature Embedded \
    -enforce-exclusivity=unchecked -Xfrontend -disable-stack-protector -target aarch64-none-none-elf \
    -Xcc -fPIC -Xcc -ffp-contract=off -Xcc -ffreestanding "${modules[@]}" -I "$out" \
    -module-name "$1" -c "${@:2}" -o "$out/$1.o"
}
module() { swift "$@" -emit-module -emit-module-path "$out/$1.swiftmodule"; }
# shellcheck disable=SC2046
swift KernelsV1 Sources/Kernels/*.swift -DLEVEL_BASELINE &&
  module Timing Sources/Timing/*.swift &&
  module Engine $(find Sources/Engine -name '*.swift') &&
  swift IsoldeLibrary Sources/IsoldeLibrary/{Message,ModelExports,NetworkExports}.swift &&
  aarch64-linux-gnu-ld -r "$out"/{KernelsV1,Timing,Engine,IsoldeLibrary}.o -o "$out/whole.o" &&
  aarch64-linux-gnu-objcopy --wildcard --keep-global-symbol='isolde_*' \
    --keep-global-symbol='kernels_*' "$out/whole.o" "$out/isolde.o" &&
  aarch64-linux-gnu-gcc -std=gnu17 -O2 -static -I Sources/IsoldeLibrary "${modules[@]}" \
    Tests/Processors/vectors.c Sources/IsoldeLibrary/{model_open,model_find,status}.c \
    Sources/Modules/{CKernels/levels,CSystem/memory,CSystem/model_file}.c \
    "$out/isolde.o" -lm -o "$out/vectors-aarch64" || exit 1
qemu-aarch64 "$out/vectors-aarch64" Tests/Vectors 0 | prefix aarch64 || status=1
exit "$status"
