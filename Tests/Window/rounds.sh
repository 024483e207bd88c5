#!/bin/bash
# rounds.sh HOST ROUNDS: a window is opened and closed that many times under valgrind; fails when memory is lost or
# misused. LV2_PATH leads to the bundle. `make test-window ROUNDS=1000` calls it, and with few rounds the suite.
set -eu
host=${1:?usage: rounds.sh HOST ROUNDS}
rounds=${2:?usage: rounds.sh HOST ROUNDS}
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
exec 3<>"$work/display"
Xvfb -displayfd 3 -screen 0 1000x800x24 -nolisten tcp -noreset 2>/dev/null &
server=$!
until [ -s "$work/display" ]; do sleep 0.1; done
DISPLAY=:$(cat "$work/display")
export DISPLAY

# Without valgrind: windows, and bytes on the heap, once all is warm.
read -r _ _ _ before opened after < <(printf 'rounds 5\nrounds 5\nrounds %d\nquit\n' "$rounds" |
  "$host" urn:isolde:dialogue-stereo | tr '\n' ' ') || true
[ "$opened" = "$rounds" ] || { echo "$opened of $rounds windows opened" >&2; exit 1; }
echo "$rounds rounds: $before bytes on the heap before, $after after"
[ "$after" -le $((before + 1024)) ] || { echo "the heap grows with every window" >&2; exit 1; }

# What fonts, lilv and the like keep to the end is no loss.
status=0
printf 'rounds %d\nquit\n' "$rounds" |
  valgrind -q --suppressions="$(dirname "$0")/valgrind.supp" --error-exitcode=9 \
    --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    "$host" urn:isolde:dialogue-stereo >"$work/answers" 2>"$work/report" || status=$?
if [ $status != 0 ]; then
  head -n 40 "$work/report" >&2
  exit 1
fi
read -r opened _ <"$work/answers"
[ "$opened" = "$rounds" ] || { echo "$opened of $rounds windows opened under valgrind" >&2; exit 1; }
echo "valgrind: nothing is lost or misused in $rounds rounds"
