#!/bin/bash
# picture.sh OUTPUT.png: Ardour's mixer strips with Isolde, and its window while a noisy voice plays, side by
# side, from a screen of its own. Needs ardour ffmpeg lilv-utils xvfb xauth openbox xdotool imagemagick and a build;
# `make ardour-picture`.
set -eu
output=$(realpath "${1:?usage: picture.sh OUTPUT.png}")
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$here/../../.." && pwd)/build
work=$(mktemp -d)
programs=()
trap 'kill "${programs[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

mkdir -p "$work/lv2" "$work/config/ardour7"
ln -s "$build/isolde.lv2" "$work/lv2/isolde.lv2"
LV2_PATH=$work/lv2:/usr/lib/lv2
export LV2_PATH XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache
"$here/../../../scripts/noisy-recording.sh" "$work/noisy.wav"
ffmpeg -nostdin -v error -stream_loop 1 -i "$work/noisy.wav" -ac 1 -c:a pcm_f32le "$work/take.wav"
"$here/ardour_session.py" urn:isolde:dialogue-mono "$work/take.wav" "$work/take" --block 1024 --tracks ''

# Neither the wizard for new users nor the dialogue of the engine.
touch "$work/config/ardour7/.a7"
cat >"$work/config/ardour7/config" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<Ardour>
  <Config>
    <Option name="try-autostart-engine" value="1"/>
    <Option name="hide-dummy-backend" value="0"/>
  </Config>
  <Extra><AudioMIDISetup><EngineStates>
    <State backend="None (Dummy)" driver="Normal Speed" device="Silence" input-device="" output-device="" sample-rate="48000" buffer-size="1024" n-periods="0" input-latency="0" output-latency="0" lm-input="" lm-output="" active="1" use-buffered-io="0" midi-option="1 in, 1 out, Silence" lru="1795241249"><MIDIDevices/></State>
  </EngineStates></AudioMIDISetup></Extra>
</Ardour>
XML

exec 3<>"$work/display"
Xvfb -displayfd 3 -screen 0 1600x1000x24 2>/dev/null &
programs+=($!)
until [ -s "$work/display" ]; do sleep 0.2; done
DISPLAY=:$(cat "$work/display")
export DISPLAY
openbox >/dev/null 2>&1 &
programs+=($!)
ardour -n -a "$work/take/session/session.ardour" >"$work/log" 2>&1 &
programs+=($!)

# The newest window with this in its name.
window() { xdotool search --sync --onlyvisible --name "$1" | tail -n 1; }

main=$(timeout 60 xdotool search --sync --onlyvisible --name ' - Ardour' | tail -n 1)
sleep 5
xdotool mousemove --window "$main" 1327 73 click 1 # the button "Mix"
sleep 3
xdotool mousemove --window "$main" 446 208 click --repeat 2 --delay 80 1 # the plug-in's box
sleep 3
plugin=$(window '\[LV2\]')
xdotool windowmove "$plugin" 800 300 # beside the strips
xdotool mousemove --window "$main" 100 650 # no tooltip
xdotool mousemove --window "$plugin" 500 600 click 1
sleep 1
xdotool key space # plays: a key that Isolde's window has no use for is Ardour's
sleep 12
import -window "$plugin" "$work/plugin.png"
import -window "$main" "$work/mixer.png"
convert \( "$work/mixer.png" -crop 224x461+275+88 +repage \) "$work/plugin.png" -background '#3c3c3c' +append \
  -dither None -colors 128 "$output"
