#!/bin/bash
# libfuzzer.sh SECONDS TARGET...: fuzzes each target (model, plugin, sound) for SECONDS with libFuzzer and
# AddressSanitizer, in the build of `make fuzz`, and prints a line for each: inputs tried, edges covered. It begins with
# the corpus that is checked in and with what earlier runs found new. Inputs that fail lie in
# build/fuzz/found/; the status is then 1. A repeat: build/fuzz/tests/tools/fuzz_TARGET FILE.
set -u
cd "$(dirname "$0")/../.." || exit 2
seconds=${1:?usage: libfuzzer.sh SECONDS TARGET...}
shift
found=build/fuzz/found
status=0
# Each input may take 20 s and 2 GiB. Allocations that fail are an answer, not a fault.
export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1
# What the command line cleans with: a model that costs little.
export ISOLDE_FUZZ_MODEL=$PWD/build/fuzz/small.isolde
build/tests/tools/small_model "$ISOLDE_FUZZ_MODEL" 768 0.5 || exit 2

for target in "$@"; do
  corpus=build/fuzz/corpus/$target log=build/fuzz/$target.log
  mkdir -p "$corpus" "$found"
  # The report of each run of the fork mode: `#N: cov: C ft: F corp: I ... oom/timeout/crash: 0/0/0`.
  nice -n 15 "build/fuzz/tests/tools/fuzz_$target" "$corpus" "Tests/Fuzz/corpus/$target" -fork=1 -ignore_crashes=1 \
    -ignore_timeouts=1 -ignore_ooms=1 -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=2048 \
    -max_len=3000 -artifact_prefix="$found/$target-" >"$log" 2>&1
  last=$(grep -E '^#[0-9]+: cov: ' "$log" | tail -n 1)
  edges=$("build/fuzz/tests/tools/fuzz_$target" -runs=1 2>&1 | sed -nE 's/.*Loaded [0-9]+ modules +\(([0-9]+) inline.*/\1/p' | tail -n 1)
  if [ -z "$last" ]; then
    echo "FAILED $target: did not run; see $log"
    status=1
    continue
  fi
  read -r inputs covered faults <<<"$(sed -E 's,#([0-9]+): cov: ([0-9]+) .*crash: ([0-9/]+).*,\1 \2 \3,' <<<"$last")"
  echo "$target: $inputs inputs in $seconds s, $covered of $edges edges, out of memory/too slow/crashed: $faults"
  [ "$faults" = 0/0/0 ] || { status=1 && printf '  %s\n' "$found/$target"-*; }
done
exit $status
