# shellcheck shell=bash disable=SC2154
# Every command in docs/command-line.md, in its order. Sourced by run.sh.

# manual KIND: the commands of the blocks that are marked so.
manual() { awk -v kind="\`\`\`$1" '$0 == kind { inside = 1; next } /^```/ { inside = 0 } inside' "$root/docs/command-line.md"; }

manual_run() {
  fresh
  mkdir -p shoot/day1/late shoot/day2 bin
  "$sound" speech take1.wav 48000 1 0.02 24000 "$voices"/Front_Center.wav || return 1
  "$sound" speech take2.wav 44100 1 0.02 0 "$voices"/Rear_Left.wav
  "$sound" speech interview.wav 48000 2 0.02 0 "$voices"/Side_Left.wav
  "$sound" same take1.wav take1.wav && ffmpeg -nostdin -v error -i take1.wav -af adelay=480S -c:a pcm_f32le take1-late.wav
  cp take1.wav shoot/day1/a.wav && cp take2.wav shoot/day1/late/b.wav && cp take1.wav shoot/day2/c.wav
  printf 'take1.wav\nshoot/day1\n' >recordings.txt
  manual sh >commands
  [ "$(grep -c '^isolde ' commands)" -ge 15 ] || { echo "only $(grep -c '^isolde ' commands) commands are found"; return 1; }
  PATH=$build:$PATH bash -euxo pipefail commands </dev/null >told 2>&1 || { tail -n 3 told; return 1; }
  local file
  for file in softer.flac take2-background.wav take2.svg cleaned/day1/late/b-clean.wav compared.pdf removed.wav apart.wav \
    new/day2/c-clean.wav listed/take1-clean.wav piped.flac piped.wav piped.raw aligned.png both.png; do
    [ -s $file ] || { echo "no $file"; return 1; }
  done
}
check "the commands of the manual" manual_run
