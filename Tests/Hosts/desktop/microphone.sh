#!/bin/bash
# microphone.sh CONFIGURATION IN.wav OUT.wav: a PipeWire with the microphone of CONFIGURATION and another one, into
# which IN is played; records the former. Called in a D-Bus session of its own, in a folder for scratch.
set -eu
configuration=${1:?usage: microphone.sh CONFIGURATION IN.wav OUT.wav}
export XDG_RUNTIME_DIR=$PWD/run XDG_CONFIG_HOME=$PWD/config XDG_STATE_HOME=$PWD/state HOME=$PWD
mkdir -m 700 run
mkdir -p config/pipewire/pipewire.conf.d
cp "$configuration" config/pipewire/pipewire.conf.d
cat >config/pipewire/pipewire.conf.d/other.conf <<'CONFIGURATION'
context.objects = [
  { factory = adapter
    args = { factory.name = support.null-audio-sink node.name = other media.class = Audio/Source/Virtual audio.position = [ MONO ] } }
]
CONFIGURATION

# wait_for TEXT COMMAND...: until it prints TEXT, 20 s at most.
wait_for() {
  local text=$1
  shift
  for _ in {1..100}; do
    "$@" 2>/dev/null | grep -qF -- "$text" && return
    sleep 0.2
  done
  echo "no $text in: $("$@" 2>&1)"
  return 1
}
jobs=()
trap 'kill "${jobs[@]}" 2>/dev/null || true' EXIT
pipewire &
jobs+=($!)
wait_for Dummy-Driver pw-cli ls Node
wireplumber &
jobs+=($!)
wait_for isolde.microphone:capture_MONO pw-link -o
wait_for '|-> isolde.input:input_MONO' pw-link -l # it has found the other microphone by itself

pw-cat -r --target isolde.microphone --rate 48000 --channels 1 --format f32 "$3" &
recorder=$!
jobs+=("$recorder")
wait_for '|<- isolde.microphone:capture_MONO' pw-link -l
pw-cat -p --target 0 "$2" &
player=$!
wait_for pw-cat:output_MONO pw-link -o
pw-link pw-cat:output_MONO other:input_MONO
wait "$player"
sleep 1
kill -INT "$recorder"
wait "$recorder" || true
