# shellcheck shell=bash disable=SC2154
# Standard input and output. Sourced by run.sh.

# piped BITS: pipes give the same samples as a file, as WAV and raw, to a pipe and to a file, without a message.
piped() {
  fresh
  local form=pcm_$1le code=$1
  "$sound" speech in.f.wav 44100 2 0.02 0 "$voices"/Front_Center.wav || return 1
  ffmpeg -nostdin -v error -i in.f.wav -c:a "$form" in.wav && "$isolde" clean --quiet in.wav || return 1
  "$isolde" clean - < <(cat in.wav) 2>told | cat >pipe.wav || return 1
  "$isolde" clean - <in.wav >file.wav 2>>told && "$isolde" clean in.wav -o - 2>>told >named.wav || return 1
  ffmpeg -nostdin -v error -i in.wav -f "${form#pcm_}" - | "$isolde" clean - --raw "$code,44100,2" 2>>told >raw || return 1
  [ -s told ] && { cat told; return 1; }
  ffmpeg -nostdin -v error -i in-clean.wav -f "${form#pcm_}" wanted || return 1
  cmp raw wanted || return 1
  for name in pipe file named; do
    ffmpeg -nostdin -v error -i $name.wav -f "${form#pcm_}" - | cmp - wanted || { echo $name; return 1; }
    "$sound" same in-clean.wav $name.wav || return 1
  done
}
for code in s16 s24 s32 f32; do check "a pipe gives the samples of a file: $code" piped $code; done

# Metadata arrives in a file; with a pipe, a warning names what the header could not count.
travelling_through() {
  fresh
  "$sound" make plain.wav noise 48000 1 20000 16
  python3 - <<'END' || return 1
import struct

def chunk(name, contents):
    return name + struct.pack("<I", len(contents)) + contents

plain = open("plain.wav", "rb").read()
body = plain[:12] + chunk(b"bext", b"S" * 602) + plain[12:] + chunk(b"iXML", b"<x/>")
body = body[:4] + struct.pack("<I", len(body) - 8) + body[8:]
open("in.wav", "wb").write(body)
place = body.index(b"data") + 4
open("wrapped.wav", "wb").write(body[:place] + struct.pack("<I", 2000) + body[place + 4 :])
END
  "$isolde" clean - <in.wav >file.wav 2>told && "$isolde" clean in.wav -o - >named.wav 2>>told || return 1
  [ -s told ] && { cat told; return 1; }
  for name in file named; do
    grep -qa 'bext.*SSSS' $name.wav && grep -qa '<x/>' $name.wav || { echo "$name.wav lacks a chunk"; return 1; }
    [ "$("$sound" info $name.wav)" = "48000 1 20000" ] || { "$sound" info $name.wav; return 1; }
  done
  "$isolde" clean - <in.wav 2>told | cat >pipe.wav
  grep -qa 'bext.*SSSS' pipe.wav && grep -q 'no place for iXML' told || { cat told; return 1; }
  "$isolde" clean - <wrapped.wav 2>told >less.wav
  local status=$?
  [ $status = 2 ] && grep -q 'bytes follow the samples' told || { echo "status $status"; cat told; return 1; }
}
if need "metadata through pipes" python3; then
  check "what goes with the samples goes through standard input and output" travelling_through
fi

# A pipe whose writer does not know how long it will be, and one that breaks off.
open_ended() {
  fresh
  "$sound" make in.wav noise 48000 1 50000 16
  ffmpeg -nostdin -v error -i in.wav -f wav - | "$isolde" clean - >out.wav || return 1
  [ "$("$sound" info out.wav)" = "48000 1 50000" ] || { "$sound" info out.wav; return 1; }
  head -c 60000 in.wav | "$isolde" clean - >short.wav 2>told
  local status=$?
  [ $status = 2 ] && grep -q 'warning: standard input: .* missing' told || { echo "status $status"; cat told; return 1; }
  "$sound" info short.wav | grep -qx "48000 1 299[0-9][0-9]"
}
check "a pipe of unknown length, and one that breaks off" open_ended

fresh
"$sound" make good.wav noise 48000 1 20000
refuses "standard input beside a recording" 'one recording' clean good.wav -
refuses "standard input into a file" 'standard output' clean - -o out.wav
refuses "stems on standard output" 'stems' clean - --stems
refuses "raw samples of a file" 'raw' clean good.wav --raw s16,48000,1
refuses "a raw format that is none" 'raw' clean - --raw s12,48000,1
check "more raw channels than memory" bash -c "'$isolde' clean - --raw s32,48000,9999999999999 2>&1 </dev/null | grep -q 'channels; 64'"
check "text on standard input" bash -c "echo text | '$isolde' clean - 2>&1 >/dev/null | grep -q 'standard input: is not an uncompressed WAV'"
