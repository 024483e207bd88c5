# shellcheck shell=bash disable=SC2154
# What is said of the noise, and the picture. Sourced by run.sh.

# told FILE [OPTIONS...]: the line on noise.
told() { "$isolde" clean "$@" | sed -n 's/^  noise *//p'; }

# A hall that rings for two seconds and words without a pause, in noise; before them two seconds of the noise
# alone, which tell what is really removed.
dense_speech() {
  fresh
  local words=()
  for _ in 1 2 3; do
    words+=("$voices"/Front_Left.wav "$voices"/Rear_Center.wav "$voices"/Side_Right.wav)
  done
  "$sound" speech dry.wav 48000 1 0 0 "${words[@]}" || return 1
  # Noise that decays by 60 dB in two seconds makes the hall; the words fill all of it.
  ffmpeg -nostdin -v error -i dry.wav -f lavfi -i \
    'aevalsrc=(random(0)*2-1)*exp(-3.45*t)*0.02:s=48000:d=2' -filter_complex \
    '[0]silenceremove=stop_periods=-1:stop_duration=0.02:stop_threshold=-45dB,asplit[a][b];
     [b][1]afir=dry=1:wet=1:gtype=none[w];[a][w]amix=2:normalize=0,adelay=2000[s];
     anoisesrc=r=48000:a=0.03:c=pink:seed=7:d=60[n];[s][n]amix=2:duration=first:normalize=0[o]' \
    -map '[o]' -c:a pcm_f32le in.wav || return 1
  local line before after
  line=$(told in.wav) || return 1
  for file in in in-clean; do
    ffmpeg -nostdin -v error -i $file.wav -af atrim=0.2:1.8 -c:a pcm_f32le $file-noise.wav || return 1
  done
  before=$("$sound" level in-noise.wav) after=$("$sound" level in-clean-noise.wav)
  echo "told: $line; really: $before to $after dBFS"
  awk -v told="${line%% *}" "BEGIN { off = told - ($before - $after); exit !(told > 6 && off < 2.5 && off > -2.5) }"
}
check "dense, reverberant speech is not undersold" dense_speech

no_noise() {
  fresh
  "$sound" speech clean.wav 48000 1 0 24000 "$voices"/Front_Center.wav "$voices"/Rear_Left.wav
  "$sound" make silence.wav silence 48000 1 96000
  local line
  line=$(told clean.wav) && grep -qE '^none' <<<"$line" || { echo "clean: $line"; return 1; }
  line=$(told silence.wav) && grep -qE '^none' <<<"$line" || { echo "silence: $line"; return 1; }
}
check "a recording without noise says so" no_noise

# Of a stem alone, or of what the mix leaves out, there is no figure.
no_figure() {
  fresh
  "$sound" speech in.wav 48000 1 0.05 48000 "$voices"/Front_Center.wav
  [ -n "$(told in.wav -o a.wav)" ] && [ -z "$(told in.wav --listen removed -o b.wav)" ]
}
check "noise is measured in a mix only" no_figure

picture_kinds() {
  fresh
  "$sound" speech in.wav 48000 1 0.02 24000 "$voices"/Front_Center.wav
  "$isolde" clean --quiet in.wav --plot p.svg || return 1
  "$isolde" plot in.wav in-clean.wav p.png >told && "$isolde" plot in.wav in-clean.wav p.pdf >/dev/null || return 1
  [ "$(head -c 5 p.pdf)" = %PDF- ] && head -n 2 p.svg | grep -q '<svg' && [ "$(head -c 4 p.png | tail -c 3)" = PNG ] ||
    { file p.*; return 1; }
  # The same figure as `clean` gives.
  [ "$(sed 's/^noise *//' told)" = "$(told in.wav --force)" ] || { cat told; return 1; }
  "$isolde" plot in.wav in-clean.wav again.pdf >/dev/null && cmp p.pdf again.pdf
}
check "a picture is PNG, SVG or PDF" picture_kinds

# What is missing is told, and rates that no model takes are refused.
drawn_in_part() {
  fresh
  "$sound" speech in.wav 48000 1 0.02 24000 "$voices"/Front_Center.wav
  head -c $(($(stat -c %s in.wav) / 2)) in.wav >half.wav
  "$isolde" plot in.wav half.wav p.png --different >/dev/null 2>told
  [ $? = 2 ] && [ -s p.png ] && grep -q 'half.wav: .* are missing' told && [ "$(wc -l <told)" = 1 ] || { cat told; return 1; }
  ffmpeg -nostdin -v error -f lavfi -i 'aevalsrc=0:s=50:d=2' slow.wav || return 1
  "$isolde" plot in.wav slow.wav q.png --different 2>told
  [ $? = 1 ] && grep -q 'slow.wav: has a rate of 50 Hz' told && [ ! -e q.png ] || { cat told; return 1; }
}
check "a picture of half a recording says so" drawn_in_part

aligned() {
  fresh
  "$sound" speech in.wav 48000 1 0.02 24000 "$voices"/Front_Center.wav
  ffmpeg -nostdin -v error -i in.wav -af 'adelay=1234S:all=1' -c:a pcm_f32le late.wav
  "$isolde" plot in.wav late.wav p.png --align >told || return 1
  grep -qx 'aligned  late.wav is 1,234 samples (25.7 ms) late' told || { cat told; return 1; }
  # Once in place nothing differs.
  grep -qE '^noise +0\.0 dB removed' told || { cat told; return 1; }
  "$isolde" plot late.wav in.wav q.png --align | grep -q 'in.wav is 1,234 samples (25.7 ms) early'
}
check "recordings are aligned on request" aligned

fresh
"$sound" make good.wav noise 48000 1 20000
"$sound" make short.wav noise 48000 1 10000
"$sound" make slow.wav noise 44100 1 20000
refuses "plot of another length" 'short\.wav.*20,000 and 10,000' plot good.wav short.wav p.png
refuses "plot of another rate" 'slow\.wav.*48,000 and 44,100' plot good.wav slow.wav p.png
refuses "picture of an unknown kind" 'p\.gif.*png, svg, pdf' plot good.wav good.wav p.gif
refuses "picture in the recording's place" 'good\.wav' plot good.wav short.wav good.wav --force
check "plot of another rate, when told" "$isolde" plot good.wav slow.wav p.png --different
