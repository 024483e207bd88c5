#!/bin/bash
# The window in a host of the test's own, on an X server without a screen, moved by xdotool: window.py.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
# shellcheck source=Tests/Hosts/jack.sh
source "$root/Tests/Hosts/jack.sh"

mkdir "$scratch/lv2"
ln -s "$build/isolde.lv2" "$scratch/lv2/isolde.lv2"
LV2_PATH=$scratch/lv2
export LV2_PATH

# The plug-in itself needs no X; the window exports its descriptor alone and ends no process.
needs() { readelf -d "$build/isolde.lv2/$1" | grep -o '\[lib[^]]*' | tr -d '[' | tr '\n' ' '; }
check "the plug-in needs libc and libm alone" test "$(needs isolde.so)" = "libm.so.6 libc.so.6 "
check "the window needs cairo, XCB and fontconfig" test "$(needs isolde_ui.so)" = "libcairo.so.2 libxcb.so.1 libfontconfig.so.1 libm.so.6 libc.so.6 "
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
# jalv without a toolkit gives it no parent, and shows it by ui:showInterface.
in_jalv() {
  local server jalv status=1
  mkfifo display keyboard && exec 3<>display 9<>keyboard || return 1
  Xvfb -displayfd 3 -screen 0 1000x800x24 -nolisten tcp -noreset 2>/dev/null &
  server=$!
  read -r DISPLAY <&3
  export DISPLAY=:$DISPLAY
  jalv -s urn:isolde:dialogue-mono <&9 >jalv.log 2>&1 &
  jalv=$!
  timeout 30 xdotool search --sync --onlyvisible --name 'Isolde Dialogue Mono' && status=0
  kill -KILL $jalv $server # jalv waits for its keyboard
  wait $jalv $server 2>/dev/null
  [ $status = 0 ] || cat jalv.log
  return $status
}
if need "the window in jalv" Xvfb xdotool jalv jackd jack_wait; then
  cd "$scratch" || exit 2
  if start_jack 512; then
    check "jalv shows the window" in_jalv
    stop_jack
  else
    skipped "the window in jalv" "jackd does not start here: $(tail -n 1 jackd.log)"
  fi
fi
if need "windows opened and closed" Xvfb valgrind; then
  check "windows leave nothing behind" "$root/Tests/Window/rounds.sh" "$tools/window_host" 5
fi
finish
