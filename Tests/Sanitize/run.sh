#!/bin/bash
# Fuzz and the host of our own against a build with AddressSanitizer (`make test-sanitize`). Leaks are
# looked for in the reader of models; the host's tests leave their own sounds behind, and count what
# instances take themselves.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
asan=$build/asan
cd "$root/Tests/Vectors" || exit 2

# Without the sanitizer in the core this would prove nothing.
check "core is built with AddressSanitizer" bash -c "nm '$asan/isolde.o' | grep -q __asan_report_store"
for model in *.isolde; do
  "$asan/tests/tools/fuzz" "$model" 400 || failures=1
done
"$asan/tests/tools/fuzz" "$root/Bundle/models/studio.isolde" 50 || failures=1
ASAN_OPTIONS=detect_leaks=0 "$asan/tests/tools/behaviour" "$asan/isolde.lv2" || failures=1
finish
