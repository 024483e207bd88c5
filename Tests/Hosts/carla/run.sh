#!/bin/bash
# Carla's engine: plug-ins by URI, latency, parameters, presets, speech through them, a patch:Set of the model, projects
# with state, windows.
#
# Carla is not in Debian 12. CARLA names a folder of its source that was built (docs/hosts.md), or what it was
# installed into, where that is not /usr or /usr/local.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=Tests/report.sh
source "$here/../../report.sh"
# shellcheck source=Tests/Hosts/jack.sh
source "$here/../jack.sh"

# The first folder of those given that has the file.
folder_with() { # FILE FOLDER...
  local file=$1 folder
  shift
  for folder in "$@"; do
    [ ! -e "$folder/$file" ] || { echo "$folder"; return; }
  done
}
carla=${CARLA:-/usr/local}
library=$(folder_with libcarla_standalone2.so "$carla/bin" {"$carla",/usr}/lib{,/x86_64-linux-gnu}/carla)
frontend=$(folder_with carla_backend.py "$carla/source/frontend" {"$carla",/usr}/share/carla)
if [ -z "$library" ] || [ -z "$frontend" ]; then
  skipped "Carla" "it is not installed, and CARLA names no folder of it; docs/hosts.md says what it has shown"
  exit 0
fi
need "Carla" jackd jack_wait python3 || exit 0
cd "$scratch" || exit 2
mkdir lv2
ln -s "$build/isolde.lv2" lv2/isolde.lv2
export LV2_PATH=$scratch/lv2:/usr/lib/lv2

# session OUTPUT COMMAND... -- PLAY...: a session of Carla's; when it is ready, PLAY with its JACK client.
session() {
  local output=$1 arguments=() carla status name
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    arguments+=("$1")
    shift
  done
  shift
  rm -f keyboard
  mkfifo keyboard
  exec 9<>keyboard
  timeout 60 "$here/carla_session.py" "$library" "$frontend" "${arguments[@]}" <keyboard >"$output" 2>carla.log 9>&- &
  carla=$!
  for _ in $(seq 100); do
    grep -q '^ready ' "$output" || ! kill -0 $carla 2>/dev/null || sleep 0.2
  done
  name=$(sed -n 's/^ready //p' "$output")
  status=1
  [ -z "$name" ] || { "$@" "$name"; status=$?; }
  # Its end of the pipe is the last one.
  exec 9>&-
  wait $carla || status=1
  [ $status = 0 ] || { cat "$output"; tail -n 5 carla.log; }
  return $status
}

if ! start_jack 512; then
  skipped "Carla" "jackd does not start here: $(tail -n 1 jackd.log)"
  exit 0
fi

# ---- What Carla knows -----------------------------------------------------------------------------------

for row in "dialogue-mono 4096" "dialogue-stereo 4096" "live-mono 1536" "live-stereo 1536" \
  "dialogue-5.1 4096" "stems-mono 4096" "stems-stereo 4096"; do
  read -r plugin latency <<<"$row"
  shown() {
    session "$plugin" make "$plugin.carxp" "urn:isolde:$plugin" "" -- true && grep -x "latency $latency" "$plugin"
  }
  check "Carla loads $plugin by its URI and shows its latency" shown
done
parameters() {
  diff <(grep -E '^parameter (enabled|voice|reverb|ambience|sensitivity|listen|ambience_meter):' "$1") - <<'END'
parameter enabled: Enabled, 0 to 1 , default 1, input, automatable
parameter voice: Voice Level, -60 to 12 dB, default 0, input, automatable
parameter reverb: Reverb Level, -60 to 12 dB, default -12, input, automatable
parameter ambience: Background Level, -60 to 12 dB, default -24, input, automatable
parameter sensitivity: Sensitivity, -100 to 100 %, default 0, input, automatable
parameter listen: Listen, 0 to 4 , default 0, input, automatable Mix Voice Reverb Background Difference (what is removed)
parameter ambience_meter: Background Meter, -70 to 12 dB, default -70, output, automatable
END
}
for plugin in dialogue-mono live-stereo; do
  check "Carla shows names, ranges, units and scale points, $plugin" parameters "$plugin"
  check "Carla shows nine presets, $plugin" test "$(grep -c '^program ' "$plugin")" = 9
done

for plugin in stems-mono stems-stereo; do
  check "Carla shows three presets, $plugin" test "$(grep -c '^program ' "$plugin")" = 3
done
preset_chosen() {
  session preset make preset.carxp urn:isolde:dialogue-stereo "" 'program=6 Wind and traffic' -- true &&
    grep -x 'value ambience -48' preset && grep -x 'value sensitivity -30' preset
}
check "Carla sets the values of a preset" preset_chosen

# ---- Speech ---------------------------------------------------------------------------------------------
#
# Carla plays before the recording begins, and the network remembers that silence: so two seconds of silence go
# before, and what comes out is nearly, not exactly, the command line's.

through() { # EXPECTED CHANNELS LATENCY CLIENT: as the command line, and not simply the input
  "$tools/jack_play" "$4" "speech$2.wav" out.wav && "$tools/sound" same "$1" out.wav "$3" -45 &&
    ! "$tools/sound" same "speech$2.wav" out.wav "$3" -30
}
speech() { # PLUG-IN LATENCY CHANNELS OPTION...
  local plugin=$1 latency=$2 channels=$3 expected=expected.wav
  shift 3
  [ -e "speech$channels.wav" ] || "$tools/sound" speech "speech$channels.wav" 48000 "$channels" 0.02 102400 \
    /usr/share/sounds/alsa/Front_Center.wav
  "$build/isolde" clean --quiet --force "speech$channels.wav" -o expected.wav "$@" || return 1
  [ "$*" != --stems ] || expected="expected-voice.wav"
  session speech make speech.carxp "urn:isolde:$plugin" "" -- through "$expected" "$channels" "$latency"
}
check "Carla cleans speech as the command line, dialogue-mono" speech dialogue-mono 4096 1
check "Carla cleans speech as the command line, dialogue-stereo" speech dialogue-stereo 4096 2
check "Carla cleans speech as the command line, dialogue-5.1" speech dialogue-5.1 4096 6
check "Carla cleans speech as the command line, live-mono" speech live-mono 1536 1 --model live
check "Carla cleans speech as the command line, live-stereo" speech live-stereo 1536 2 --model live
check "Carla gives the command line's voice, stems-mono" speech stems-mono 4096 1 --stems
check "Carla gives the command line's voice, stems-stereo" speech stems-stereo 4096 2 --stems

# ---- An own model, sent and saved -----------------------------------------------------------------------
#
# It makes the voice 0.25 of the input.

"$tools/sound" make noise.wav noise 48000 1 96000
ffmpeg -nostdin -v error -y -i noise.wav -af volume=0.25 -c:a pcm_f32le wanted.wav
for row in "dialogue-mono 4096" "live-mono 1536"; do
  read -r plugin latency <<<"$row"
  mkdir "$plugin-session"
  project=$plugin-session/take.carxp
  "$tools/small_model" own.isolde "$latency" 0.25
  play() { # CLIENT
    "$tools/jack_play" "$1" noise.wav out.wav && "$tools/sound" same wanted.wav out.wav "$latency" -120
  }
  check "Carla sends the model by patch:Set, and it is at work, $plugin" \
    session made make "$project" "urn:isolde:$plugin" "$scratch/own.isolde" listen=1 ambience=-33 -- play
  # Moved, as sessions are; Carla has linked the model in it.
  mv "$plugin-session" "$plugin-moved"
  check "model is at work after saving and loading, $plugin" session loaded load "$plugin-moved/take.carxp" -- play
  check "controls are as they were, $plugin" grep -x 'value ambience -33' loaded
  check "latency is as it was, $plugin" grep -x "latency $latency" loaded
  built_in() { ! play "$1"; }
  check "it was the own model that was heard, $plugin" \
    session plain make "$plugin-plain.carxp" "urn:isolde:$plugin" "" listen=1 -- built_in
done
# ---- Windows --------------------------------------------------------------------------------------------

if need "Carla's windows" Xvfb xdotool import openbox; then
  "$tools/sound" speech voice.wav 48000 2 0.02 0 /usr/share/sounds/alsa/Front_Center.wav
  timeout 240 "$here/carla_window.py" "$library" "$frontend" "$scratch" "$tools/jack_play" || failures=1
fi
stop_jack
finish
