# shellcheck shell=bash disable=SC2154
# Many recordings: folders, patterns, lists, parts, reports. Sourced by run.sh.

# Three recordings in two folders, one file that is none, and one that is hidden.
session() {
  fresh
  mkdir -p day/late
  "$sound" speech day/b.wav 48000 1 0.02 0 "$voices"/Front_Center.wav
  "$sound" speech day/a.wav 44100 2 0.02 0 "$voices"/Rear_Center.wav
  "$sound" speech day/late/c.flac 48000 1 0.02 0 "$voices"/Side_Left.wav
  echo notes >day/notes.txt
  cp day/b.wav day/._b.wav
}

results() { (cd "${1:-.}" && find . -type f | sed 's|^\./||' | sort | tr '\n' ' '); }
is() { [ "$1" = "$2" ] || { echo "'$1', not '$2'"; return 1; }; } # WHAT EXPECTED

folder_read() {
  session
  "$isolde" clean --quiet day -o made/for/it || return 1
  is "$(results made)" "for/it/a-clean.wav for/it/b-clean.wav for/it/late/c-clean.flac "
}
check "a folder is read with all below it, and the output's folder is made" folder_read

patterns() {
  session
  "$isolde" clean --quiet 'day/*.wav' -o one && "$isolde" clean --quiet 'day/**/*.flac' -o two || return 1
  is "$(results one)" "a-clean.wav b-clean.wav " && is "$(results two)" "late/c-clean.flac "
}
check "patterns in quotes" patterns

listed() {
  session
  printf 'day/b.wav\r\n\nday/late\n' >list.txt
  "$isolde" clean --quiet --list list.txt -o out || return 1
  is "$(results out)" "b-clean.wav c-clean.flac " || return 1
  echo day/a.wav | "$isolde" clean --quiet --list - -o two || return 1
  is "$(results two)" "a-clean.wav "
}
check "a list of recordings" listed

# Results are known by their mark, wherever they are and whatever their name.
own_results() {
  session
  "$isolde" clean --quiet day --stems && "$isolde" clean --quiet day -o day/out || return 1
  mv day/out/a-clean.wav day/out/other.wav
  "$isolde" clean --dry-run . -o elsewhere | grep -v 'left out' >told
  is "$(sed 's/ -> .*//' told | tr '\n' ' ')" "./day/a.wav ./day/b.wav ./day/late/c.flac " || return 1
  before=$(results)
  "$isolde" clean --quiet day/out && is "$(results)" "$before"
}
check "own results are not cleaned again" own_results

# Without the mark, as after a copy or on another file system, a result is known by its name beside the recording.
unmarked_results() {
  session
  "$isolde" clean --quiet day/b.wav && cat day/b-clean.wav >copy && rm day/b-clean.wav && mv copy day/b-clean.wav
  "$isolde" clean --dry-run 'day/*.wav' >told 2>&1 && { echo "status 0"; return 1; }
  grep -q '^day/b-clean.wav: left out' told && grep -q 'b-clean.wav: exists already' told || { cat told; return 1; }
  # It might be a recording of that name: not even --force replaces it.
  "$isolde" clean --quiet --force day/b.wav day/b-clean.wav 2>told && { echo replaced; return 1; }
  grep -q 'b-clean.wav: is itself a recording' told
}
check "results without a mark are known by their name" unmarked_results

# A recording might have such a name by chance, so there is a warning, also with --quiet.
told_by_name() {
  fresh
  mkdir day
  "$sound" speech day/scene.wav 48000 1 0.02 0 "$voices"/Front_Center.wav
  cp day/scene.wav day/scene-voice.wav
  "$isolde" clean --quiet day 2>told || { cat told; return 1; }
  grep -q 'day/scene-voice.wav: left out, named like a result' told || { cat told; return 1; }
}
check "what is left out for its name is told" told_by_name

# --skip-existing completes what isolde has begun, and replaces nothing else.
completes() {
  fresh
  "$sound" speech in.wav 48000 1 0.02 0 "$voices"/Front_Center.wav
  echo precious >in-voice.wav
  "$isolde" clean --quiet in.wav --stems --skip-existing 2>told && { echo "status 0"; return 1; }
  is "$(cat in-voice.wav)" precious && grep -q 'in-voice.wav: exists already' told || { cat told; return 1; }
  rm in-voice.wav
  "$isolde" clean --quiet in.wav --stems --plot in.svg && rm in-clean.wav || return 1
  "$isolde" clean --quiet in.wav --stems --plot in.svg --skip-existing && [ -s in-clean.wav ]
}
check "an incomplete result is completed, and no other file replaced" completes

# Reports: other programs' tables are never written to, two runs do not share one, and every name is valid JSON.
guarded_reports() {
  fresh
  "$sound" speech in.wav 48000 1 0.02 0 "$voices"/Front_Center.wav
  printf 'a,b\n1,2' >money.csv
  "$isolde" clean --quiet in.wav --skip-existing --report money.csv 2>told && { echo "status 0"; return 1; }
  is "$(cat money.csv)" $'a,b\n1,2' && grep -q 'not a report by isolde' told || { cat told; return 1; }
  exec 9>busy.csv
  flock 9
  "$isolde" clean --quiet in.wav --skip-existing --report busy.csv 2>told && { echo "status 0"; return 1; }
  exec 9>&-
  grep -q 'being written by another run' told || { cat told; return 1; }
  cp in.wav $'caf\xe9.wav'
  "$isolde" clean --quiet $'caf\xe9.wav' --report r.json || return 1
  python3 -c 'import json, os; assert os.fsencode(json.load(open("r.json"))[0]["recording"]) == b"caf\xe9.wav"'
}
check "reports of others, of another run, and of names that are no UTF-8" guarded_reports

# A half-written report of an interrupted run is continued after its last complete row; on a full disk it stays.
broken_reports() {
  session
  "$isolde" clean --quiet day/b.wav -o out --report r.json || return 1
  local size
  size=$(stat -c %s r.json)
  for cut in 1 2 3 20 $((size - 10)) $((size - 2)); do
    head -c $((size - cut)) r.json >cut.json
    "$isolde" clean --quiet day/b.wav day/a.wav -o out --skip-existing --report cut.json 2>told ||
      { echo "$cut bytes less"; cat told; return 1; }
    python3 -c 'import json; assert json.load(open("cut.json"))[-1]["recording"] in ("day/a.wav", "day/b.wav")' || return 1
  done
  echo '[
  {"name": 1}
]' >other.json
  "$isolde" clean --quiet day/b.wav -o out --skip-existing --report other.json 2>/dev/null && { echo "a stranger's"; return 1; }
  is "$(wc -l <other.json)" 3 || return 1
  cp r.json full.json
  (ulimit -f 1 && trap '' XFSZ && exec "$isolde" clean --quiet day/bad-name-{1..20}.wav --skip-existing --report full.json) 2>told
  python3 -c 'import json; assert 1 < len(json.load(open("full.json"))) < 20'
}
check "a report that was cut off or has no room stays a report" broken_reports

# Two recordings of one name, of which both results are WAV.
same_names() {
  session
  ffmpeg -nostdin -v error -i day/b.wav day/b.m4a -i day/b.wav day/b.mp3 || return 1
  "$isolde" clean --quiet day -o out --stems --plot out || return 1
  is "$(results out | tr ' ' '\n' | grep ^b | tr '\n' ' ')" \
    "b-background.wav b-clean.wav b-reverb.wav b-voice.wav $(for e in m4a mp3; do
      for s in -background.wav -clean.wav -reverb.wav -voice.wav .png; do echo "b.$e$s"; done
    done | sort | tr '\n' ' ')b.png " || return 1
  "$isolde" clean --quiet day && cat day/b.mp3-clean.wav >copy && rm day/b.mp3-clean.wav && mv copy day/b.mp3-clean.wav
  "$isolde" clean --quiet day --skip-existing 2>told && ! [ -e day/b.mp3-clean-clean.wav ] && grep -q 'named like' told
}
check "recordings of one name in several formats" same_names

# a-clean.wav of a.mp3 is not that of an a.wav that came later.
later_twin() {
  fresh
  "$sound" speech in.wav 48000 1 0.02 0 "$voices"/Front_Center.wav
  ffmpeg -nostdin -v error -i in.wav a.mp3 && "$isolde" clean --quiet a.mp3 && cp a-clean.wav kept && mv in.wav a.wav || return 1
  "$isolde" clean --quiet a.wav --skip-existing 2>told && { echo "status 0"; return 1; }
  grep -q 'a-clean.wav: was made of a.mp3, not of a.wav' told && [ "$(wc -l <told)" = 1 ] || { cat told; return 1; }
  cmp kept a-clean.wav && "$isolde" clean --quiet a.wav --force && "$isolde" clean --quiet a.wav --skip-existing &&
    ! cmp -s kept a-clean.wav
}
check "a result of a recording of the same name in another format is not skipped" later_twin

# A list from a Windows editor begins with a byte order mark.
marked_list() {
  session
  printf '\xef\xbb\xbfday/b.wav\r\n' >list.txt
  "$isolde" clean --quiet --list list.txt -o out && is "$(results out)" "b-clean.wav "
}
check "a list that begins with the mark of its encoding" marked_list

resumed() {
  session
  "$isolde" clean --quiet day/b.wav -o out --report r.csv || return 1
  local first
  first=$(stat -c %Y.%i out/b-clean.wav)
  "$isolde" clean --quiet day -o out 2>told && { echo "existing files are replaced"; return 1; }
  rm -r out/a-clean.wav out/late
  "$isolde" clean --quiet day -o out --skip-existing --report r.csv || return 1
  is "$(stat -c %Y.%i out/b-clean.wav)" "$first" || return 1
  # One row a recording, under one line of titles.
  is "$(cut -d, -f1,3 r.csv | sort | tr '\n' ' ')" \
    "day/a.wav,cleaned day/b.wav,cleaned day/late/c.flac,cleaned recording,status "
}
check "a run goes on where another ended, and so does its report" resumed

jobs_agree() {
  session
  "$isolde" clean --quiet day -o one --stems --jobs 1 && "$isolde" clean --quiet day -o four --stems -j4 &&
    diff -r one four
}
check "the number of jobs changes no bit" jobs_agree

dry() {
  session
  local before
  before=$(results)
  "$isolde" clean day -o out --stems --plot out --report r.csv --dry-run >told || return 1
  is "$(results | sed 's/told //')" "$before" && grep -q '^day/a.wav -> out/a-clean.wav, out/a-voice.wav, ' told
}
check "a dry run tells and does nothing" dry

# Rows that Python reads: levels that fit the files, no number where nothing was measured.
reported() {
  session
  "$sound" make day/noise.wav noise 48000 1 96000
  "$isolde" clean --quiet day -o out --stems --report r.csv 2>/dev/null
  "$isolde" clean --quiet day -o two --report r.json 2>/dev/null
  python3 - "$("$sound" level out/a-voice.wav)" "$("$sound" level out/noise-clean.wav)" <<'P'
import csv, json, sys
table = {row["recording"]: row for row in csv.DictReader(open("r.csv"))}
array = {row["recording"]: row for row in json.load(open("r.json"))}
assert table.keys() == array.keys() == {"day/a.wav", "day/b.wav", "day/noise.wav", "day/late/c.flac"}, table.keys()
a = table["day/a.wav"]
assert a["result"] == "out/a-clean.wav" and a["rate_hz"] == "44100" and a["channels"] == "2"
assert abs(float(a["voice_dbfs"]) - float(sys.argv[1])) < 0.1, (a, sys.argv[1])
noise = table["day/noise.wav"]
assert abs(float(noise["noise_after_dbfs"]) - float(sys.argv[2])) < 0.3, (noise, sys.argv[2])
assert float(noise["noise_reduction_db"]) > 10
assert array["day/noise.wav"]["noise_reduction_db"] > 10
assert all(float(row["took_seconds"]) > 0 and row["latency_samples"] for row in table.values())
P
}
check "a report, as a table and as JSON" reported

failures_reported() {
  session
  echo text >'day/bad, "one".wav'
  "$isolde" clean --quiet day -o out --report r.csv 2>told && { echo "status 0"; return 1; }
  is "$(wc -l <told)" 1 && python3 -c '
import csv
row = {row["recording"]: row for row in csv.DictReader(open("r.csv"))}["day/bad, \"one\".wav"]
assert row["status"] == "failed" and "bad" in row["message"], row'
}
check "a report tells what failed" failures_reported

# The parts of a list share nothing, hold each recording once, and their reports are one table together.
parts() {
  session
  local part
  for part in 1 2 3 4; do
    "$isolde" clean --quiet day -o out --part $part/4 --report r$part.csv || return 1
  done
  is "$(results out)" "a-clean.wav b-clean.wav late/c-clean.flac " || return 1
  cat r?.csv | python3 -c '
import csv, sys
rows = sorted(row["recording"] for row in csv.DictReader(sys.stdin))
assert rows == ["day/a.wav", "day/b.wav", "day/late/c.flac"], rows'
}
check "parts of a list" parts

one_line_on_terminal() {
  session
  for i in 1 2 3; do "$sound" make "day/a long name, longer than the terminal is wide $i.wav" noise 48000 2 900000; done
  script -qec "stty cols 40; '$isolde' clean day -o out" /dev/null >shown </dev/null || { cat shown; return 1; }
  python3 - <<'P'
import re
shown = open("shown", newline="").read()
drawn = re.findall(r"\r([^\r\n\x1b]+)\x1b\[K", shown)
assert len(drawn) > 3, shown
assert all(len(line) <= 39 for line in drawn), drawn
assert any(re.search(r"\d %", line) for line in drawn)
P
}
if script -qec true /dev/null >/dev/null 2>&1 </dev/null; then
  check "one progress line for all, cut to the terminal's width" one_line_on_terminal
else
  skipped "one progress line for all" "no pseudo-terminal can be made here"
fi

# ---- Levels, presets and models as people write them ----------------------------------------------------

same_as() { # OPTIONS... --as OPTIONS...: both give the same samples
  local first=()
  while [ "$1" != --as ]; do first+=("$1"); shift; done
  shift
  fresh
  "$sound" speech in.wav 48000 1 0.02 0 "$voices"/Front_Center.wav || return 1
  "$isolde" clean --quiet in.wav -o one.wav "${first[@]}" && "$isolde" clean --quiet in.wav -o two.wav "$@" &&
    cmp one.wav two.wav
}
check "off, -inf and -60 dB are the same" same_as --background off --reverb '-60 dB' --as --background -inf --reverb -60
check "a level with its unit, a sign, a comma" same_as --voice '+1,5dB' --as --voice 1.5
check "the background is called ambience too" same_as --ambience -6 --as --background '−6 dB'
check "a stem in other letters" same_as --listen Background --as --listen ambience
check "a preset sets what the plug-in's does" same_as --preset distant --as \
  --voice 3 --reverb -15 --background -18 --sensitivity 40
check "a preset by its label, changed" same_as --preset 'Voice only' --reverb -6 --as \
  --reverb -6 --background off
check "a model's name in other letters" same_as --model Live --as --model live

folder_named_live() {
  fresh
  mkdir live
  "$isolde" inspect live | grep -q 'latency .*1,536 samples'
}
check "a folder of that name is no model" folder_named_live

fresh
"$sound" make good.wav noise 48000 1 20000
mkdir empty
refuses "a folder without a recording" 'empty.*no recording' clean empty
refuses "a pattern that matches nothing" 'nothing-\*\.wav.*no recording' clean 'nothing-*.wav'
refuses "unknown preset" 'preset.*gentle' clean good.wav --preset loud
refuses "part beyond the count" 'part' clean good.wav --part 3/2
refuses "no jobs" 'jobs' clean good.wav --jobs 0
refuses "report of an unknown kind" 'report\.txt.*csv' clean good.wav --report report.txt
refuses "list that is missing" 'missing\.txt.*no such file' clean --list missing.txt
