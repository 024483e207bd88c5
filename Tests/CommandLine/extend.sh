# shellcheck shell=bash disable=SC2154
# Highs for recordings that have lost them. Sourced by run.sh.

# Speech at 48 kHz that ends at 4 kHz, and the same at 8 kHz.
telephone() {
  fresh
  "$sound" speech wide.wav 48000 1 0 0 "$voices"/Front_Center.wav || return 1
  ffmpeg -nostdin -v error -i wide.wav -ar 8000 -c:a pcm_s16le call.wav || return 1
  ffmpeg -nostdin -v error -i call.wav -ar 48000 -c:a pcm_s16le in.wav && rm wide.wav
}

# Mean level of what lies above 5 kHz, in dBFS.
highs() { # FILE
  ffmpeg -nostdin -hide_banner -i "$1" -af "highpass=f=5000,highpass=f=5000,highpass=f=5000,volumedetect" -f null - 2>&1 |
    sed -n 's/.*mean_volume: \(.*\) dB/\1/p'
}

rate_and_count() { # FILE
  ffprobe -v error -show_entries stream=sample_rate,duration_ts -of csv=p=0 "$1"
}

extended() {
  telephone
  "$isolde" extend in.wav >summary || return 1
  only call.wav in.wav in-extended.wav summary && grep -q "  added " summary || return 1
  [ "$(rate_and_count in-extended.wav)" = "$(rate_and_count in.wav)" ] || return 1
  echo "above 5 kHz: $(highs in.wav) dBFS, then $(highs in-extended.wav)"
  awk "BEGIN { exit !($(highs in-extended.wav) > $(highs in.wav) + 15) }"
}
check "speech that ends at 4 kHz gets its highs" extended

raised() {
  telephone
  "$isolde" extend --quiet call.wav 2>told || return 1
  grep -q '8,000 Hz becomes 48,000 Hz' told || { cat told; return 1; }
  local count
  count=$(rate_and_count call.wav)
  [ "$(rate_and_count call-extended.wav)" = "48000,$((6 * ${count#*,}))" ] || { rate_and_count call-extended.wav; return 1; }
  awk "BEGIN { exit !($(highs call-extended.wav) > $(highs in.wav) + 10) }"
}
check "a recording at 8 kHz is resampled to 48 kHz" raised

# A tone of 1 kHz at 8 kHz becomes the same tone at 48 kHz.
interpolated() {
  fresh
  for rate in 8000 11025 48000; do
    ffmpeg -nostdin -v error -f lavfi -i "aevalsrc=sin(2000*PI*t)/8:s=$rate:d=2" -c:a pcm_f32le $rate.wav || return 1
  done
  for rate in 8000 11025; do
    PATH=/nowhere "$isolde" extend --quiet $rate.wav --amount off 2>/dev/null || return 1
    ffmpeg -nostdin -hide_banner -i $rate-extended.wav -i 48000.wav -filter_complex \
      '[0][1]join=channel_layout=stereo,aeval=val(0)-val(1),atrim=0.1:1.9,astats=measure_perchannel=none' -f null - 2>&1 |
      awk '/RMS level/ { print; found = $NF < -110 } END { exit !found }' || return 1
  done
}
check "a rate is raised to within -110 dBFS, without ffmpeg" interpolated

amount_off() {
  telephone
  ffmpeg -nostdin -v error -f lavfi -i 'aevalsrc=random(0):d=0.3:s=48000' -c:a pcm_s32le bits.wav || return 1
  "$isolde" extend --quiet in.wav bits.wav --amount off && "$sound" same in.wav in-extended.wav 0 exact &&
    cmp <(tail -c 50000 bits.wav) <(tail -c 50000 bits-extended.wav)
}
check "with the amount off nothing changes" amount_off

own_results() {
  telephone
  "$isolde" extend --quiet . -o out && "$isolde" extend --quiet . -o out --skip-existing || return 1
  only call.wav in.wav out out/call-extended.wav out/in-extended.wav || return 1
  "$isolde" extend --quiet out/in-extended.wav 2>told && return 1
  grep -q 'is a result of isolde' told
}
check "results are not extended again" own_results

other_models() {
  telephone
  "$isolde" extend --quiet in.wav --model studio 2>told && return 1
  grep -q 'use isolde clean' told && [ "$(wc -l <told)" = 1 ] || { cat told; return 1; }
  "$isolde" clean --quiet in.wav --model extend 2>told && return 1
  grep -q 'use isolde extend' told && [ "$(wc -l <told)" = 1 ] || { cat told; return 1; }
  only call.wav in.wav told
}
check "models of another task are refused, and the command for them is named" other_models
