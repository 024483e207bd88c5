#!/bin/bash
# The tests of Training/, in the virtual environment build/venv.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
venv=$build/venv
cd "$root/Training" || exit 2

if [ ! -e "$venv/ready" ]; then
  skipped "training" "there is no build/venv; make build/venv/ready"
  finish
  exit
elif [ -e "$venv/without-torch" ]; then
  skipped "training" "the CPU build of PyTorch cannot be had here: $(cat "$venv/without-torch")"
  finish
  exit
fi

# -rA ends with a line a test.
OMP_NUM_THREADS=$(nproc) "$venv/bin/python" -B -m pytest -q -rA -p no:cacheprovider | awk '
  { print }
  /^PASSED / { sub(/^PASSED (tests\/)?/, ""); print "ok " $0 }
  /^(FAILED|ERROR) / { sub(/^(FAILED|ERROR) (tests\/)?/, ""); sub(/ - /, ": "); print "FAILED " $0; bad = 1 }
  /^SKIPPED / { sub(/^SKIPPED \[[0-9]+\] /, ""); print "skipped " $0 }
  END { exit bad }'
status=("${PIPESTATUS[@]}")
[ "${status[0]}" = 0 ] && [ "${status[1]}" = 0 ]
