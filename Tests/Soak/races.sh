#!/bin/bash
# races.sh SECONDS: the threads of races.c in the build with ThreadSanitizer (`make races`), and a race on
# purpose.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
tsan=$build/tsan
export TSAN_OPTIONS="halt_on_error=1 exitcode=66 log_path=stdout"

# Without the sanitizer in the core this would prove nothing.
check "core is built with ThreadSanitizer" bash -c "nm '$tsan/isolde.o' | grep -q __tsan_write"
"$tsan/tests/tools/races" "$tsan/isolde.lv2" "${1:?usage: races.sh SECONDS}" | tee "$scratch/races"
check "no race between audio thread, worker, restore, save and four that churn" grep -q '^right: ' "$scratch/races"
refused "a race on purpose is found" 'data race' "$tsan/tests/tools/races" "$tsan/isolde.lv2" 5 planted
finish
