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
# Each input may take a minute (many times what any takes, but sanitizers are slow) and 2 GiB. Allocations that fail are an answer, not a fault.
export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1:quarantine_size_mb=32
# Without forbidden ground behind the engine's memory this would prove less.
case " $* " in *' model '*)
  PLANTED="write" build/fuzz/tests/tools/fuzz_model -artifact_prefix=build/fuzz/planted- \
    Tests/Fuzz/corpus/model/* 2>&1 | grep -q use-after-poison || {
    echo "FAILED model: a write behind a piece of memory is not seen"
    status=1
  } ;;
esac

# What the command line cleans with: a model that costs little.
export ISOLDE_FUZZ_MODEL=$PWD/build/fuzz/small.isolde
build/tests/tools/small_model "$ISOLDE_FUZZ_MODEL" 768 0.5 || exit 2

for target in "$@"; do
  corpus=build/fuzz/corpus/$target log=build/fuzz/$target.log
  mkdir -p "$corpus" "$found"
  : >"$log"
  faults=0 end=$(($(date +%s) + seconds))
  # An input that fails ends the fuzzer: on with the rest, until the time is over or too many were found.
  while left=$((end - $(date +%s))) && [ $left -gt 0 ] && [ $faults -lt 10 ]; do
    nice -n 15 "build/fuzz/tests/tools/fuzz_$target" "$corpus" "Tests/Fuzz/corpus/$target" -max_total_time=$left \
      -timeout=60 -rss_limit_mb=2048 -malloc_limit_mb=2048 -max_len=3000 -len_control=0 -print_final_stats=1 \
      -artifact_prefix="$found/$target-" >>"$log" 2>&1 && break
    faults=$((faults + 1))
  done
  inputs=$(awk '/^stat::number_of_executed_units/ { sum += $2 } END { print sum + 0 }' "$log")
  covered=$(sed -nE 's/.* cov: ([0-9]+) .*/\1/p' "$log" | sort -n | tail -n 1)
  edges=$(sed -nE 's/.*Loaded [0-9]+ modules +\(([0-9]+) inline.*/\1/p' "$log" | head -n 1)
  echo "$target: ${inputs} inputs in $seconds s, ${covered:-0} of ${edges:-0} edges, $faults faults"
  if [ $faults != 0 ] || [ "$inputs" = 0 ]; then
    printf '  %s\n' "$found/$target"-*
    status=1
  fi
done
exit $status
