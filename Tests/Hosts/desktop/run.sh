#!/bin/bash
# GStreamer, and PipeWire with the microphone of examples/pipewire, without a window or a sound card.
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
finish
