#!/bin/bash
# Thousands of damaged model files, the same in each run; the inputs that `make fuzz` found worth keeping;
# and crashes on purpose.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
cd "$root/Tests/Vectors" || exit 2

# Every kind of layer, and a whole model more often.
for model in *.isolde; do
  "$tools/fuzz" "$model" 500 || failures=1
done
"$tools/fuzz" model.isolde 5000 501 || failures=1
"$tools/fuzz" "$root/Bundle/models/studio.isolde" 300 || failures=1

# What opening costs: large models, and small ones that are changed at random.
python3 "$root/Tests/Fuzz/hostile.py" "$tools/open_cost" "$scratch/hostile" 1000 || failures=1
PLANTED=patience refused "a model that costs too much is noticed" 'WRONG' "$tools/open_cost" model.isolde

# Through the released library, plug-in and command line.
replay() { # TARGET
  local report
  report=$("$tools/fuzz_$1" -runs=0 -timeout=20 -artifact_prefix="$scratch/" "$root/Tests/Fuzz/corpus/$1" 2>&1) && return
  grep -vE '^(INFO|#)' <<<"$report" | head -n 20
  return 1
}
check "corpus of model files and graphs" replay model
check "corpus of what hosts do to plug-ins" replay plugin
PLANTED=abort refused "a fault in a corpus is noticed" 'a fault on purpose' replay model

clean_corpus() {
  local file status
  mkdir "$scratch/sound"
  for file in "$root"/Tests/Fuzz/corpus/sound/*; do
    timeout 20 "$build/isolde" clean --quiet --force --model live -o "$scratch/sound/out.wav" "$file" 2>"$scratch/said"
    status=$?
    if [ $status -ge 124 ] || { [ $status != 0 ] && [ ! -s "$scratch/said" ]; }; then
      echo "status $status for $file: $(cat "$scratch/said")"
      return 1
    fi
    rm -f "$scratch/sound/out.wav"
    [ -z "$(ls -A "$scratch/sound")" ] || { echo "$file leaves $(ls "$scratch/sound")"; return 1; }
  done
}
check "corpus of sound files" clean_corpus

refused "a crash is noticed" 'FAILED damage 7 ' "$tools/fuzz" unet.isolde 10 1 7
finish
