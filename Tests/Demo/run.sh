#!/bin/bash
# The demo writes the files that the README names, and they contain what it says.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
cd "$root" || exit 2
demo=$build/demo
sound=$tools/sound

demonstrated() { # IN
  rm -rf "$demo"
  make --no-print-directory demo IN="$1" >"$scratch/told" 2>&1 || { tail -n 5 "$scratch/told"; return 1; }
  local file
  for file in noisy.wav cleaned.wav voice.wav reverb.wav background.wav demo.png; do
    [ -s "$demo/$file" ] || { echo "no $file"; return 1; }
  done
}

told() { # PATTERN
  grep -E "$1" "$scratch/told" || { tail -n 8 "$scratch/told"; return 1; }
}

# Stems of 24 bits: each is rounded, so the sum is off by their last bits.
stems_sum() { "$sound" sum "$demo/noisy.wav" -130 "$demo"/{voice,reverb,background}.wav; }
same_length() {
  local file
  for file in cleaned voice reverb background; do
    [ "$("$sound" info "$demo/$file.wav")" = "$("$sound" info "$demo/noisy.wav")" ] || return 1
  done
}
is_png() { [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ]; }

check "demo makes its own recording" demonstrated ""
check "demo tells the latency that the host was told" told "latency +$(latency studio) samples"
check "demo tells the time it took" told 'took +[0-9.]+ s'
removed_enough() {
  local removed
  removed=$(sed -nE 's/.* ([0-9.]+) dB removed.*/\1/p' "$scratch/told")
  echo "$removed dB"
  awk "BEGIN { exit !(${removed:-0} > 6) }"
}
check "demo removes noise" removed_enough
check "demo's files are of one length" same_length
check "demo's stems sum to the recording" stems_sum
check "demo draws a picture" is_png "$demo/demo.png"

# The user's own recording: stereo, at another rate.
"$sound" speech "$scratch/take 1.wav" 44100 2 0.03 0 /usr/share/sounds/alsa/{Front,Rear}_Center.wav
check "demo takes a recording" demonstrated "$scratch/take 1.wav"
check "demo keeps the length of a recording" same_length
check "demo's stems of a recording sum to it" stems_sum
refused "demo refuses a recording that is not there" 'missing\.wav.*no such file' \
  make --no-print-directory demo IN=missing.wav
finish
