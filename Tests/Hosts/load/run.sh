#!/bin/bash
# run.sh [SECONDS]: what 20 instances cost in a session of Ardour that plays in real time: 20 mono tracks of
# noise, 256 samples a period, in JACK without a sound card. Without a plug-in for comparison, with
# Dialogue, with Live. Nothing else should run beside it.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=Tests/report.sh
source "$here/../../report.sh"
# shellcheck source=Tests/Hosts/jack.sh
source "$here/../jack.sh"
seconds=${1:-20}
tracks=20

need "20 instances in Ardour" ardour7-lua jackd jack_wait ffmpeg || exit 0
cd "$scratch" || exit 2
mkdir lv2
ln -s "$build/isolde.lv2" lv2/isolde.lv2
export LV2_PATH=$scratch/lv2:/usr/lib/lv2 XDG_CONFIG_HOME=$scratch/config XDG_CACHE_HOME=$scratch/cache
"$tools/sound" make noise.wav noise 48000 1 $(((seconds + 20) * 48000))

# JACK throws out a client that is late while it loads, unless it is given time. Real-time priority where it is
# allowed, as studios have it.
options=(--timeout 5000 --no-realtime)
chrt -f 10 true 2>/dev/null && options=(--timeout 5000 --realtime --realtime-priority 60)

add_noise() { # SESSION
  PYTHONPATH=$here/../ardour python3 - "$1" $(((seconds + 20) * 48000)) <<'PYTHON'
import pathlib, sys
from ardour_session import add_audio
add_audio(pathlib.Path(sys.argv[1]), pathlib.Path("noise.wav"), 48000, 1, int(sys.argv[2]))
PYTHON
}

play() { # NAME URI: leaves NAME.xruns and NAME.load
  local ardour
  rm -rf "$1"
  mkdir "$1"
  timeout 120 ardour7-lua "$here/make_session.lua" "$scratch/$1/session" "$2" $tracks >make.log 2>&1 </dev/null &&
    add_noise "$1/session" || { tail -n 5 make.log; return 1; }
  start_jack 256 "${options[@]}" || { tail -n 3 jackd.log; return 1; }
  timeout -k 5 $((seconds + 60)) ardour7-lua "$here/roll_session.lua" "$scratch/$1/session" $((seconds + 4)) \
    >roll.log 2>&1 </dev/null &
  ardour=$!
  for _ in $(seq 150); do
    grep -q '^rolling' roll.log || ! kill -0 $ardour 2>/dev/null || sleep 0.2
  done
  timeout $((seconds + 20)) "$tools/jack_load" "$seconds" >"$1.xruns"
  wait $ardour
  stop_jack
  grep '^load' roll.log >"$1.load" || { cat roll.log; return 1; }
  echo "$tracks tracks with ${2:-nothing}, 256 samples: Ardour's $(cat "$1.load") us, JACK's $(cat "$1.xruns")" >>figures
  # It was played to the end, in real time.
  awk -v seconds="$seconds" '{ exit !($5 > seconds) }' "$1.load" || { cat figures; return 1; }
}
# jackd drops Ardour now and then while it loads.
play_at_last() { play "$@" || play "$@" || play "$@"; }
# A virtual machine that stands still misses periods whatever plays on it: those do not count (see jack_load.c).
without_xrun() { # NAME
  local own idle
  own=$(without_stall "$1")
  idle=$(without_stall bare)
  if [ "$own" = 0 ]; then
    ok "no xrun with $1 but where the machine stood still"
  elif [ "$idle" = 0 ]; then
    failed "no xrun with $1 but where the machine stood still" "$(cat "$1.xruns")"
  else
    skipped "no xrun with $1" "$own in $seconds s, but $idle without a plug-in: this machine is not to be relied on"
  fi
}
without_stall() { sed 's/.*of them \([0-9]*\).*/\1/' "$1.xruns"; }

check "Ardour plays $tracks tracks without a plug-in" play_at_last bare ""
[ "$failures" = 0 ] || { finish; exit 1; }
for plugin in dialogue live; do
  check "Ardour plays $tracks instances of $plugin" play_at_last $plugin urn:isolde:$plugin-mono
  without_xrun $plugin
done
cat figures
finish
