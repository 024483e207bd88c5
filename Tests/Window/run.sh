#!/bin/bash
# The window in a host of the test's own, on an X server without a screen, moved by xdotool: window.py.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"

mkdir "$scratch/lv2"
ln -s "$build/isolde.lv2" "$scratch/lv2/isolde.lv2"
LV2_PATH=$scratch/lv2
export LV2_PATH

# The plug-in itself needs no X; the window exports its descriptor alone and ends no process.
needs() { readelf -d "$build/isolde.lv2/$1" | grep -o '\[lib[^]]*' | tr -d '[' | tr '\n' ' '; }
check "the plug-in needs libc and libm alone" test "$(needs isolde.so)" = "libm.so.6 libc.so.6 "
check "the window needs cairo and XCB" test "$(needs isolde_ui.so)" = "libcairo.so.2 libxcb.so.1 libm.so.6 libc.so.6 "
check "the window exports its descriptor alone" \
  test "$(nm -D --defined-only "$build/isolde.lv2/isolde_ui.so" | awk '{ print $3 }')" = lv2ui_descriptor
# It calls none of the functions that _FORTIFY_SOURCE replaces.
hardened() {
  local complaints
  complaints=$("$root/Tests/Realtime/check-hardening.sh" 2.31 "$1" 2>&1 | grep -v 'built with _FORTIFY_SOURCE')
  [ -z "$complaints" ] || { echo "$complaints"; return 1; }
}
check "the window is hardened and loads on older systems" hardened "$build/isolde.lv2/isolde_ui.so"

if need "the window" Xvfb xdotool python3; then
  "$tools/sound" speech "$scratch/speech.wav" 48000 1 0.02 0 /usr/share/sounds/alsa/Front_Center.wav
  timeout 240 "$root/Tests/Window/window.py" "$tools/window_host" "$scratch" || failures=1
fi
if need "isolde view" Xvfb xdotool python3 jackd jack_wait; then
  timeout 180 "$root/Tests/Window/view.py" "$build/isolde" "$scratch/speech.wav" "$scratch" "$tools/jack_play" || failures=1
fi
if need "windows opened and closed" Xvfb valgrind; then
  check "windows leave nothing behind" "$root/Tests/Window/rounds.sh" "$tools/window_host" 5
fi
finish
