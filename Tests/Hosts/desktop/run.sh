#!/bin/bash
# GStreamer, Audacity, and PipeWire with the microphone of examples/pipewire, without a screen or a sound card.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../../report.sh"
here=$root/Tests/Hosts/desktop
cd "$scratch" || exit 2
mkdir lv2
ln -s "$build/isolde.lv2" lv2/isolde.lv2
LV2_PATH=$scratch/lv2:$(pkg-config --variable=lv2dir lv2)
export LV2_PATH
voices=/usr/share/sounds/alsa
# Hosts run before the recording begins, and the network remembers that silence: two seconds of it go before.
"$tools/sound" speech mono.wav 48000 1 0.02 102400 $voices/Front_Center.wav
"$tools/sound" speech stereo.wav 48000 2 0.02 102400 $voices/Front_Center.wav

# GStreamer sets each control to what it believes to be the default: `enabled` must be named.
in_gstreamer() { # PLUG-IN MODEL KIND LATENCY
  "$build/isolde" clean --quiet --force "$3.wav" --model "$2" -o expected.wav &&
    gst-launch-1.0 -q filesrc location="$3.wav" ! wavparse ! audioconvert ! "urn-isolde-$1-$3" enabled=true ! audioconvert \
      ! audio/x-raw,format=F32LE ! wavenc ! filesink location=gst.wav &&
    "$tools/sound" same expected.wav gst.wav "$4" exact
}
if need "GStreamer" gst-launch-1.0; then
  export GST_REGISTRY=$scratch/registry
  for kind in mono stereo; do
    check "GStreamer gives the command line's samples, dialogue-$kind" in_gstreamer dialogue studio $kind 4096
    check "GStreamer gives the command line's samples, live-$kind" in_gstreamer live live $kind 1536
  done
fi

# A server of our own, in whose list the only other microphone is one that pw-cat plays into.
microphone() {
  "$build/isolde" clean --quiet --force mono.wav --model live -o expected.wav &&
    timeout 90 dbus-run-session -- "$here/microphone.sh" "$root/examples/pipewire/isolde-microphone.conf" mono.wav recorded.wav >pipewire.log 2>&1 ||
    { tail -n 5 pipewire.log; return 1; }
  "$build/venv/bin/python" "$here/lag.py" expected.wav recorded.wav -40
}
if need "PipeWire" pipewire wireplumber pw-cat pw-link dbus-run-session; then
  check "PipeWire's microphone cleans what the other one hears" microphone
fi

# Effects of Audacity, by its module for scripts; it writes 16 bits.
in_audacity() {
  local server display status
  mkfifo display && exec 3<>display || return 1
  Xvfb -displayfd 3 -screen 0 1200x900x24 -nolisten tcp -noreset 2>/dev/null &
  server=$!
  read -r display <&3
  DISPLAY=:$display timeout 150 "$here/audacity.py" "$scratch/audacity" "$(lv2ls | grep -c '^urn:isolde:')" \
    IsoldeDialogueMono "$scratch/mono.wav" "$scratch/audacity-mono.wav" \
    IsoldeLiveStereo "$scratch/stereo.wav" "$scratch/audacity-stereo.wav"
  status=$?
  kill $server
  return $status
}
as_audacity() { # KIND MODEL LATENCY
  "$build/isolde" clean --quiet --force "$1.wav" --model "$2" -o expected.wav &&
    "$tools/sound" same expected.wav "audacity-$1.wav" "$3" -85
}
if need "Audacity" audacity Xvfb xdotool lv2ls; then
  if pgrep -r RSD -u "$(id -u)" -x audacity >/dev/null; then
    skipped "Audacity" "another Audacity of this user is running; its pipes for scripts have one name for all"
  else
    check "Audacity finds the plug-ins and applies them" in_audacity
    check "Audacity gives the command line's samples, dialogue-mono" as_audacity mono studio 4096
    check "Audacity gives the command line's samples, live-stereo" as_audacity stereo live 1536
  fi
fi
finish
