#!/bin/bash
# trust.sh HOURS INSTANCES SECONDS FUZZ_SECONDS: everything that docs/reliability.md promises and that fits into
# half an hour on two cores, one after the other; prints one table. Logs: build/trust/.
set -u
cd "$(dirname "$0")/.." || exit 2
[ $# = 4 ] || { echo "usage: trust.sh HOURS INSTANCES SECONDS FUZZ_SECONDS" >&2; exit 2; }
logs=build/trust
mkdir -p "$logs"
status=0
table=$logs/table.md
printf '| what | command | found | time |\n|---|---|---|---|\n' >"$table"

# step NAME COMMAND FIGURES: FIGURES is a pattern (grep -E) of the lines of the command's output to show.
step() {
  local name=$1 command=$2 figures=$3 log result start
  log=$logs/$(tr -c 'a-z0-9\n' - <<<"$command" | tr -s -).log
  start=$(date +%s)
  echo "== $command" >&2
  if bash -c "$command" >"$log" 2>&1; then result=; else result='**FAILED**: ' status=1; fi
  printf '| %s | %s | %s%s | %s s |\n' "$name" "\`$command\`" "$result" \
    "$(grep -E "$figures" "$log" | tail -n 6 | paste -sd ';' | sed 's/;/; /g; s/|/,/g')" $(($(date +%s) - start)) >>"$table"
}

suites='IsoldeTests Plugin Realtime Fuzz'
step 'engine, plug-in, audio thread, damaged models' "make test SUITES='$suites'" '^[0-9]+ passed'
step 'sound, two instances cut differently' "make soak HOURS=$1" '^(right|WRONG)'
step 'instances' "make churn INSTANCES=$2" '^(right|WRONG)'
step 'threads' "make races SECONDS=$3" '^(right|WRONG|FAILED)'
step 'bytes of all kinds' "make fuzz FUZZ_SECONDS=$4" '^(model|plugin|sound): |^FAILED'
step 'two builds' 'make reproducible' '^differs|files.* are the same'

cat "$table"
exit $status
