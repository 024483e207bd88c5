#!/bin/bash
# run.sh SUITE...: runs the suites and sums them up in one last line, `N passed, N failed`.
#
# A suite is a folder of Tests/ with a script `run.sh`. It prints one line a test on stdout:
#
#   ok NAME    ·    FAILED NAME: why    ·    skipped NAME: why
#
# and anything else it likes; all of it goes to build/tests/SUITE.log as well. A suite that ends with a
# status other than 0 without naming a failure, or that tested nothing, counts as one failure.
set -u
cd "$(dirname "$0")/.." || exit 2
logs=build/tests

limit=${LIMIT:-900} # seconds for a suite; then it hangs
passed=0 failed=0
for suite in "$@"; do
  log=$logs/$suite.log
  mkdir -p "$(dirname "$log")"
  echo "== $suite"
  start=$(date +%s)
  timeout "$limit" "Tests/$suite/run.sh" 2>&1 | tee "$log" | grep -E '^(FAILED|skipped) '
  status=${PIPESTATUS[0]}

  ok=$(grep -c '^ok ' "$log")
  bad=$(grep -c '^FAILED ' "$log")
  skipped=$(grep -c '^skipped ' "$log")
  if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
    echo "FAILED $suite: ended with status $status; the end of $log:"
    tail -n 20 "$log"
    bad=1
  elif [ "$ok" = 0 ] && [ "$bad" = 0 ] && [ "$skipped" = 0 ]; then
    echo "FAILED $suite: no test was run"
    bad=1
  fi
  echo "   $ok passed, $bad failed, $skipped skipped in $(($(date +%s) - start)) s"
  passed=$((passed + ok)) failed=$((failed + bad))
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
