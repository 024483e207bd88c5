#!/bin/bash
# The command line on real files: what it writes, and what it says when it cannot.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
isolde=$build/isolde
sound=$tools/sound
voices=/usr/share/sounds/alsa
cd "$scratch" || exit 2

# Every run has a folder of its own, in which nothing but the expected files may be.
fresh() {
  cd "$scratch" && rm -rf work && mkdir work && cd work || exit 2
}

# Only these files are there.
only() { # FILE...
  local found
  found=$(find . -mindepth 1 | sed 's|^\./||' | sort | tr '\n' ' ')
  [ "$found" = "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] || { echo "there are: $found"; return 1; }
}

# ---- What it writes -----------------------------------------------------------------------------------

# Faders at 0 dB: the output equals the input, with its timing and length.
unchanged() { # EXTENSION RATE CHANNELS FRAMES LIMIT [16]
  fresh
  "$sound" make "in.$1" noise "$2" "$3" "$4" "${6-}" || return 1
  "$isolde" clean --quiet "in.$1" --reverb 0 --background 0 || return 1
  only "in.$1" "in-clean.$1" && "$sound" same "in.$1" "in-clean.$1" 0 "$5"
}
for rate in 8000 11025 16000 22050 32000 44100 48000 88200 96000 176400 192000; do
  check "0 dB gives back a WAV file of $rate Hz" unchanged wav $rate 1 $((rate / 2)) -120
done
for channels in 1 2 5; do
  check "0 dB gives back a WAV file of $channels channels" unchanged wav 48000 $channels 30000 -120
  check "0 dB gives back a FLAC file of $channels channels" unchanged flac 48000 $channels 30000 -120
done
check "0 dB gives back a 16-bit WAV file" unchanged wav 44100 2 30000 exact 16
check "0 dB gives back a 16-bit FLAC file" unchanged flac 44100 2 30000 exact 16
for frames in 2 511 512 513 4095 4096 4097 100001; do
  check "length is kept: $frames frames" unchanged wav 48000 1 $frames -120
done

cleaned_stems() {
  fresh
  "$sound" speech in.wav 48000 2 0.02 0 $voices/Front_Center.wav || return 1
  "$isolde" clean --quiet in.wav --stems || return 1
  only in.wav in-clean.wav in-voice.wav in-reverb.wav in-background.wav || return 1
  # The stems sum to the recording; float files, so only the sums' rounding is left.
  "$sound" sum in.wav -120 in-voice.wav in-reverb.wav in-background.wav || return 1
  # Each stem holds something, and the voice most.
  local voice background
  voice=$("$sound" level in-voice.wav) background=$("$sound" level in-background.wav)
  echo "voice $voice dB, background $background dB"
  awk "BEGIN { exit !($voice > $background && $background > -60) }"
}
check "stems sum to the recording" cleaned_stems

listened() {
  fresh
  "$sound" speech in.wav 48000 1 0.02 0 $voices/Front_Center.wav || return 1
  "$isolde" clean --quiet in.wav --stems || return 1
  for stem in voice reverb background; do
    "$isolde" clean --quiet in.wav --voice 0 --reverb 0 --background 0 --listen $stem -o heard.wav --force &&
      "$sound" same in-$stem.wav heard.wav 0 -120 || return 1
  done
}
check "listening to a stem writes that stem" listened

# Speech in steady noise: what is removed is the noise, and the voice stays.
noise_goes() {
  fresh
  "$sound" speech in.wav 48000 1 0.05 96000 $voices/Front_Center.wav $voices/Rear_Right.wav
  "$sound" make noise.wav noise 48000 1 192000
  "$isolde" clean --quiet in.wav noise.wav -o . || return 1
  local before after noise quieter
  before=$("$sound" level in.wav) after=$("$sound" level in-clean.wav)
  noise=$("$sound" level noise.wav) quieter=$("$sound" level noise-clean.wav)
  echo "speech $before to $after dB, noise alone $noise to $quieter dB"
  awk "BEGIN { exit !($before - $after < 4 && $noise - $quieter > 10) }"
}
check "noise goes and the voice stays" noise_goes

plotted() {
  fresh
  "$sound" speech in.wav 44100 1 0.02 0 $voices/Front_Center.wav
  "$isolde" clean --quiet in.wav --plot picture.png || return 1
  only in.wav in-clean.wav picture.png || return 1
  # A PNG file of some size: width and height stand behind its first header.
  [ "$(head -c 8 picture.png | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ] || return 1
  local size
  size=$(od -An -tu1 -j16 -N8 picture.png | awk '{ print $3 * 256 + $4, $7 * 256 + $8 }')
  echo "$size"
  awk '{ exit !($1 >= 600 && $2 >= 400) }' <<<"$size"
}
check "plot is a picture" plotted

many() {
  fresh
  mkdir out
  for name in a b c; do "$sound" make $name.wav noise 48000 1 20000; done
  "$isolde" clean --quiet a.wav b.wav c.wav -o out || return 1
  only a.wav b.wav c.wav out out/a-clean.wav out/b-clean.wav out/c-clean.wav && return
  # A name in a folder of its own may also stay as it is.
  only a.wav b.wav c.wav out out/a.wav out/b.wav out/c.wav
}
check "many recordings into a folder" many

silent_when_piped() {
  fresh
  "$sound" make in.wav noise 48000 1 200000
  "$isolde" clean in.wav >stdout 2>stderr || return 1
  # No progress bar: neither a carriage return nor an escape sequence.
  ! grep -qP '\r|\x1b' stdout stderr
}
check "no progress bar when piped" silent_when_piped

# `script` gives it a terminal of its own; a bar is drawn again and again from the line's beginning.
bar_on_terminal() {
  fresh
  "$sound" make in.wav noise 48000 2 1000000
  script -qec "'$isolde' clean in.wav" /dev/null >shown </dev/null || { cat shown; return 1; }
  [ "$(tr -cd '\r' <shown | wc -c)" -gt 3 ] && grep -qE '[0-9]+ %' shown || { cat -v shown; return 1; }
}
if ! script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
  skipped "a progress bar on a terminal" "no pseudo-terminal can be made here"
else
  check "a progress bar on a terminal" bar_on_terminal
fi

repeatable() {
  fresh
  "$sound" speech in.wav 48000 2 0.02 0 $voices/Front_Center.wav
  "$isolde" clean --quiet in.wav -o a.wav && "$isolde" clean --quiet in.wav -o b.wav && cmp a.wav b.wav
}
check "the same recording gives the same file" repeatable

# ---- inspect ------------------------------------------------------------------------------------------

inspected() {
  "$isolde" inspect >told || return 1
  grep -q 'latency .*4,096 samples' told && grep -qE '^mask|conv|gru' told || { cat told; return 1; }
  # Given by name it is the same model.
  "$isolde" inspect "$build/isolde.lv2/models/studio.isolde" | diff <(grep -v '^file' told) <(grep -v '^file' -) >/dev/null ||
    "$isolde" inspect "$build/isolde.lv2/models/studio.isolde" | grep -q 'latency .*4,096'
}
fresh
check "inspect shows the bundled model" inspected
named() {
  "$isolde" inspect live | grep -q 'latency .*1,536 samples' || return 1
  "$isolde" inspect studio | diff told - || return 1
  ISOLDE_MODEL=live "$isolde" inspect | grep -q 'latency .*1,536 samples' || return 1
  "$tools/sound" make in.wav noise 48000 1 20000
  "$isolde" clean --quiet in.wav -o by-name.wav --model live &&
    "$isolde" clean --quiet in.wav -o by-path.wav --model "$build/isolde.lv2/models/live.isolde" &&
    cmp by-name.wav by-path.wav
}
check "models of the plug-ins are known by name" named
first() { # a file of that name
  cp "$build/isolde.lv2/models/studio.isolde" live && "$isolde" inspect live | grep -q 'latency .*4,096 samples'
}
check "a file goes before a name" first
check "inspect draws the graph: a box for each layer, a skip that waits" bash -c "
  '$isolde' inspect --dot | grep -q 'waits' &&
    [ \"\$('$isolde' inspect --dot | grep -c 'label=.*×')\" = \"\$('$isolde' inspect --graph | grep -vc output)\" ]"
check "inspect prints the graph" bash -c "'$isolde' inspect --graph | grep -qE '^mask *= *output\\('"
check "version is printed" bash -c "'$isolde' --version | grep -qxE '(isolde )?[0-9]+\\.[0-9]+\\.[0-9]+'"

# ---- Wrong input: one line, a status, and no file -----------------------------------------------------

# refuses NAME PATTERN ARGUMENTS...: in the present folder.
refuses() {
  local name=$1 pattern=$2 before status lines
  shift 2
  before=$(find . -mindepth 1 | sort)
  "$isolde" "$@" >../stdout 2>../stderr
  status=$?
  lines=$(wc -l <../stderr)
  if [ $status = 0 ]; then
    failed "$name" "should have failed"
  elif [ $status -ge 128 ]; then
    failed "$name" "died of signal $((status - 128)): $(cat ../stderr)"
  elif [ "$lines" != 1 ]; then
    failed "$name" "$lines lines on stderr: $(cat ../stderr)"
  elif ! grep -qiE -- "$pattern" ../stderr; then
    failed "$name" "no '$pattern' in: $(cat ../stderr)"
  elif [ -s ../stdout ]; then
    failed "$name" "prints $(cat ../stdout)"
  elif [ "$(find . -mindepth 1 | sort)" != "$before" ]; then
    failed "$name" "leaves $(find . -mindepth 1 | sort | tr '\n' ' ')"
  else
    ok "$name"
  fi
}

fresh
"$sound" make good.wav noise 48000 1 20000
"$sound" make none.wav noise 48000 1 0
"$sound" make one.wav noise 48000 1 1
"$sound" make slow.wav noise 7999 1 20000
"$sound" make fast.wav noise 192001 1 20000
"$sound" make wide.wav noise 48000 65 2000
echo "this is no sound" >text.wav
head -c 30 good.wav >cut.wav
: >empty.wav
mkdir folder folder.wav
cp good.wav secret.wav
model=$build/isolde.lv2/models/studio.isolde
head -c 1000 "$model" >truncated.isolde
head -c 500000 "$model" >half.isolde
cp "$model" damaged.isolde
printf 'X' | dd of=damaged.isolde bs=1 seek=600000 conv=notrunc status=none
echo text >text.isolde

refuses "missing file" 'missing\.wav.*no such file' clean missing.wav
refuses "folder without a recording" 'folder\.wav.*no recording' clean folder.wav
refuses "text file named .wav" 'text\.wav' clean text.wav
refuses "empty file" 'empty\.wav' clean empty.wav
refuses "file cut within its header" 'cut\.wav' clean cut.wav
refuses "0 samples" 'none\.wav' clean none.wav
refuses "1 sample" 'one\.wav' clean one.wav
refuses "rate too low" 'slow\.wav.*(7,?999|8,?000)' clean slow.wav
refuses "rate too high" 'fast\.wav.*(192,?001|192,?000)' clean fast.wav
refuses "too many channels" 'wide\.wav.*6[45]' clean wide.wav
refuses "output in a folder that is a file" 'secret\.wav' clean good.wav -o secret.wav/out.wav
refuses "output of an unknown format" 'out\.xyz' clean good.wav -o out.xyz
refuses "output that exists" 'secret\.wav' clean good.wav -o secret.wav
refuses "output over its input" 'good\.wav' clean good.wav -o good.wav --force
refuses "two recordings into one file" 'out\.wav' clean good.wav secret.wav -o out.wav
refuses "unknown option" '--colour' clean good.wav --colour red
refuses "unknown option value" 'listen' clean good.wav --listen everything
refuses "level that is no number" 'voice' clean good.wav --voice loud
refuses "level out of range" 'voice' clean good.wav --voice 13
refuses "level that is no number at all" 'voice' clean good.wav --voice nan
refuses "sensitivity out of range" 'sensitivity' clean good.wav --sensitivity 101
refuses "no recording" 'input' clean
refuses "unknown command" 'polish' polish good.wav
refuses "missing model" 'missing\.isolde' clean good.wav --model missing.isolde
refuses "name of no built-in model" 'stage.*built in are .*live, split, studio' clean good.wav --model stage
refuses "truncated model" 'truncated\.isolde' clean good.wav --model truncated.isolde
refuses "model cut in half" 'half\.isolde' clean good.wav --model half.isolde
refuses "damaged model" 'damaged\.isolde.*checksum' clean good.wav --model damaged.isolde
refuses "text as a model" 'text\.isolde' clean good.wav --model text.isolde
refuses "recording as a model" 'good\.wav' clean good.wav --model good.wav
refuses "folder as a model" 'folder' clean good.wav --model folder
refuses "inspect of a missing model" 'missing\.isolde' inspect missing.isolde
refuses "inspect of a truncated model" 'truncated\.isolde' inspect truncated.isolde

# One bad recording among good ones: the good ones are cleaned, and the status is 1.
one_bad() {
  fresh
  mkdir out
  "$sound" make a.wav noise 48000 1 20000
  cp a.wav c.wav
  echo text >b.wav
  if "$isolde" clean --quiet a.wav b.wav c.wav -o out 2>stderr; then
    echo "status 0"
    return 1
  fi
  [ "$(wc -l <stderr)" = 1 ] && grep -q 'b\.wav' stderr || { cat stderr; return 1; }
  # Either all that can be done is done, or nothing was begun; never half of a file.
  find out -type f | while read -r file; do "$sound" same a.wav "$file" 0 -1 >/dev/null || exit 1; done
}
check "one bad recording among good ones" one_bad

# A place where nothing can be written: root may write anywhere, so a full device.
if [ -w /dev/full ]; then
  fresh
  "$sound" make good.wav noise 48000 1 20000
  refuses "unwritable output" '/dev/full|full' clean good.wav -o /dev/full
else
  skipped "unwritable output" "there is no /dev/full"
fi

no_space() { # A file system of 64 kB that is full before the file is whole.
  fresh
  mkdir small && mount -t tmpfs -o size=64k tmpfs small || return 77
  "$sound" make good.wav noise 48000 2 400000
  local extension status left result=0
  for extension in wav flac aiff mp3 opus; do
    "$isolde" clean good.wav -o small/out.$extension >stdout 2>stderr
    status=$?
    left=$(find small -type f)
    [ $status != 0 ] && [ -z "$left" ] && [ "$(wc -l <stderr)" = 1 ] && grep -q "out\.$extension" stderr ||
      { echo "$extension: status $status, left '$left': $(cat stderr)"; result=1; }
  done
  umount small
  return $result
}
if mkdir -p "$scratch/probe" && mount -t tmpfs -o size=64k tmpfs "$scratch/probe" 2>/dev/null; then
  umount "$scratch/probe"
  check "full disk" no_space
else
  # A limit on the size of files does the same without a mount.
  limited() {
    fresh
    "$sound" make good.wav noise 48000 1 100000
    (trap '' XFSZ && ulimit -f 64 && exec "$isolde" clean good.wav -o out.wav >/dev/null 2>../stderr)
    local status=$?
    [ $status != 0 ] && only good.wav && [ "$(wc -l <../stderr)" = 1 ] ||
      { echo "status $status: $(cat ../stderr)"; return 1; }
  }
  check "full disk" limited
fi

interrupted() {
  fresh
  "$sound" make long.wav noise 48000 2 20000000
  "$isolde" clean --quiet long.wav 2>/dev/null &
  local job=$!
  sleep 0.5
  kill -TERM $job
  if wait $job; then
    echo "it was done before it could be interrupted"
    return 1
  fi
  only long.wav
}
check "an interrupted run leaves nothing" interrupted

for part in batch stream channels summary manual extend split; do
  # shellcheck source=/dev/null
  source "$root/Tests/CommandLine/$part.sh"
done

# ---- Recordings of every kind -------------------------------------------------------------------------

if need "recordings of every kind" python3 ffmpeg flac; then
  fresh
  python3 "$root/Tests/CommandLine/files.py" "$isolde" "$tools/no_unnamed.so" . || failures=$((failures + 1))
fi
finish
