#!/bin/bash
# Thousands of damaged model files, the same in each run; and a crash on purpose.
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

refused "a crash is noticed" 'FAILED damage 7 ' "$tools/fuzz" unet.isolde 10 1 7
finish
