# shellcheck shell=bash
# Sourced by the suites that are shell scripts: prints the lines that run.sh counts.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
# shellcheck disable=SC2034 # used by the suites
tools=$build/tests/tools
scratch=$(mktemp -d "${TMPDIR:-/tmp}/isolde-test.XXXXXX")
# Removed by finish, not by a trap: a background job that is ended before it has become its program
# would run the trap too.
failures=0

ok() { echo "ok $1"; }

failed() { # NAME WHY
  echo "FAILED $1: $(tr '\n' ' ' <<<"$2" | cut -c1-400)"
  failures=$((failures + 1))
}

skipped() { echo "skipped $1: $2"; } # NAME WHY

# check NAME COMMAND...: passes when the command does; what it printed is the reason when not.
check() {
  local name=$1 output status
  shift
  output=$("$@" 2>&1)
  status=$?
  if [ $status = 0 ]; then ok "$name"; else failed "$name" "status $status: $output"; fi
}

# refused NAME PATTERN COMMAND...: passes when the command fails and prints what PATTERN (grep -E) names.
refused() {
  local name=$1 pattern=$2 output status
  shift 2
  output=$("$@" 2>&1)
  status=$?
  if [ $status = 0 ]; then
    failed "$name" "should have failed, printed: $output"
  elif [ $status -ge 128 ]; then
    failed "$name" "died of signal $((status - 128)): $output"
  elif ! grep -qE -- "$pattern" <<<"$output"; then
    failed "$name" "status $status, but no '$pattern' in: $output"
  else
    ok "$name"
  fi
}

# need NAME PROGRAM...: false, with a line that says why, when a program is missing.
need() {
  local name=$1 program
  shift
  for program in "$@"; do
    if ! command -v "$program" >/dev/null; then
      skipped "$name" "$program is not installed"
      return 1
    fi
  done
}

# latency MODEL: its samples at 48 kHz, as it tells them.
latency() { "$build/isolde" inspect "$1" | sed -n 's/^latency *\([0-9,]*\) samples.*/\1/p' | tr -d ,; }

finish() {
  cd / && rm -rf "$scratch"
  [ "$failures" = 0 ]
}
