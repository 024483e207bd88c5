#!/bin/bash
# Nothing in the audio thread allocates, locks, waits or calls the system, and the binary is what it has
# to be. Every check is also made on something planted, which it must find.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=Tests/report.sh
source "$here/../report.sh"

bundle=$build/isolde.lv2
mkdir -p "$scratch/lv2/planted.lv2"
ln -s "$bundle" "$scratch/lv2/isolde.lv2"
cp "$here"/planted/*.ttl "$tools/planted.so" "$scratch/lv2/planted.lv2"
LV2_PATH=$scratch/lv2:$(pkg-config --variable=lv2dir lv2)
export LV2_PATH

voices=/usr/share/sounds/alsa
"$tools/sound" speech "$scratch/mono.wav" 48000 1 0.02 0 $voices/Front_Center.wav $voices/Rear_Left.wav
"$tools/sound" speech "$scratch/stereo.wav" 48000 2 0.02 0 $voices/Front_Center.wav

# ---- Counted in real hosts ----------------------------------------------------------------------------

# Runs a host with the counter; passes when run() was called and did nothing forbidden.
counted() { # COMMAND...
  local report
  report=$(RT_COUNT_FATAL=1 LD_PRELOAD=$tools/rt_count.so "$@" 2>&1) || {
    grep rt_count <<<"$report" || echo "$report"
    return 1
  }
  grep -E 'rt_count: [1-9][0-9]* runs, 0 forbidden' <<<"$report"
}

# shellcheck disable=SC2329 # called through counted
in_ffmpeg() { # URI INPUT: each ":" of the URI is escaped for the filter string
  ffmpeg -nostdin -v error -y -i "$2" -af "lv2=p=${1//:/\\\\:}" -c:a pcm_f32le "$scratch/out.wav"
}

export -f in_ffmpeg
export scratch
for plugin in dialogue-mono dialogue-stereo live-mono live-stereo; do
  uri=urn:isolde:$plugin
  kind=${plugin#*-}
  check "lv2apply counts nothing forbidden, $plugin" \
    counted lv2apply -i "$scratch/$kind.wav" -o "$scratch/out.wav" -c sensitivity 30 "$uri"
  check "ffmpeg counts nothing forbidden, $plugin" \
    counted bash -c "in_ffmpeg $uri $scratch/$kind.wav"
done

for kind in mono stereo; do
  check "lv2apply counts nothing forbidden, stems-$kind" \
    counted lv2apply -i "$scratch/$kind.wav" -o "$scratch/out.wav" -c sensitivity 30 "urn:isolde:stems-$kind"
done

apply_planted() { lv2apply -i "$scratch/mono.wav" -o "$scratch/out.wav" urn:isolde-test:planted; }
export -f apply_planted
check "counter passes a plug-in without an offence" counted bash -c apply_planted
for offence in malloc lock file sleep; do
  PLANTED=$offence refused "counter finds a planted $offence" 'rt_count: [1-9][0-9]* x ' \
    counted bash -c apply_planted
done

# ---- RealtimeSanitizer --------------------------------------------------------------------------------

sanitized() { # PLUGIN BUNDLE INDEX CHANNELS
  local report
  report=$("$tools/rt_host" "$@" 2>&1) || { head -n 3 <<<"$report"; return 1; }
  grep -E '^[1-9][0-9]* callbacks$' <<<"$report"
}
# While a window shows the spectrogram, and a mixer's strip the levels.
watched() {
  local report
  report=$("$tools/rt_host" "$@" 2>&1) || { head -n 3 <<<"$report"; return 1; }
  grep -E '^[1-9][0-9]+ columns$' <<<"$report" && grep -E '^[1-9][0-9]+ pictures$' <<<"$report"
}

# In the order of lv2_descriptor.
index=0
declare -A channels=([mono]=1 [stereo]=2 [5.1]=6)
for plugin in dialogue-mono dialogue-stereo dialogue-5.1 live-mono live-stereo; do
  check "RealtimeSanitizer is silent, watched, $plugin" \
    watched "$bundle/isolde.so" "$bundle/" $((index++)) "${channels[${plugin#*-}]}"
done
check "RealtimeSanitizer is silent without a model" sanitized "$bundle/isolde.so" /nowhere/ 0 1
swapped() { "$tools/rt_models" "$bundle" 2>&1 | grep -E '^[1-9][0-9]* callbacks$'; }
check "RealtimeSanitizer is silent while models change" swapped
check "RealtimeSanitizer passes a plug-in without an offence" sanitized "$tools/planted.so" . 0 1
for offence in malloc lock file sleep; do
  PLANTED=$offence refused "RealtimeSanitizer finds a planted $offence" RealtimeSanitizer \
    sanitized "$tools/planted.so" . 0 1
done

# ---- The binary ---------------------------------------------------------------------------------------

check "plug-in shows lv2_descriptor and needs libc alone" "$here/check-symbols.sh" "$bundle/isolde.so"
# A library that is anything but a plug-in.
refused "symbol check finds what is wrong with libisolde.so" 'shows isolde_' \
  "$here/check-symbols.sh" "$build/libisolde.so"

check "plug-in and library are hardened, for GLIBC 2.31" \
  "$here/check-hardening.sh" 2.31 "$bundle/isolde.so" "$build/libisolde.so"
check "command line is hardened, for GLIBC 2.34" "$here/check-hardening.sh" 2.34 "$build/isolde"
# A library with each fault.
cat >"$scratch/soft.c" <<'SOFT'
#include <stdlib.h>
#include <string.h>
const char* folder(void) { return FOLDER; }
void seed(void* x) { arc4random_buf(x, 4); }
void copy(char* to, const char* from) { char a[8]; strcpy(a, from); strcpy(to, a); }
SOFT
soft() { # FLAGS...: a library that is right but for these
  clang -O2 -fPIC -shared -D_GNU_SOURCE -fuse-ld=lld "$@" "$scratch/soft.c" -o "$scratch/soft.so" &&
    "$here/check-hardening.sh" 2.31 "$scratch/soft.so"
}
hard=(-DFOLDER='""' -Darc4random_buf=bzero -fstack-protector-strong -D_FORTIFY_SOURCE=2 '-Wl,-z,now')
check "hardening check passes a library without a fault" soft "${hard[@]}"
refused "hardening check finds a missing RELRO" 'no RELRO' soft "${hard[@]}" -Wl,-z,norelro
refused "hardening check finds lazy binding" 'binds lazily' soft "${hard[@]}" -Wl,-z,lazy
refused "hardening check finds a stack that runs code" 'its stack' soft "${hard[@]}" -Wl,-z,execstack
refused "hardening check finds a RUNPATH" 'RUNPATH' soft "${hard[@]}" -Wl,-rpath,/nowhere
refused "hardening check finds a missing protector" 'protector' soft "${hard[@]}" -fno-stack-protector
refused "hardening check finds C without FORTIFY" 'FORTIFY' soft "${hard[@]}" -U_FORTIFY_SOURCE
refused "hardening check finds a new GLIBC" 'needs GLIBC 2.36 for arc4random_buf' soft "${hard[@]}" -Uarc4random_buf
refused "hardening check finds the build folder" 'names the folder' soft "${hard[@]}" -UFOLDER "-DFOLDER=\"$root/x\""

core=()
for object in "$build"/core/*.o; do
  # Those two are joined of the others.
  case $object in */whole.o | */swift.o) ;; *) core+=("$object") ;; esac
done
check "wide instructions stay in their level" "$here/check-levels.sh" "$build/isolde.o" "${core[@]}"
echo 'void planted(float* x) { for (int i = 0; i < 8; ++i) x[i] += x[i + 8]; }' >"$scratch/planted.c"
clang -O2 -mavx2 -c "$scratch/planted.c" -o "$scratch/planted.o"
ld -r "$build/core/whole.o" "$scratch/planted.o" -o "$scratch/whole.o"
refused "level check finds a planted instruction" 'for any processor: planted' \
  "$here/check-levels.sh" "$scratch/whole.o" "${core[@]}" "$scratch/planted.o"

"$here/check-annotations.sh" || failures=1
finish
