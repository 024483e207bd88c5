#!/bin/bash
# The built bundle in a host of our own, without lilv, and its Turtle as lilv reads it.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"

"$tools/behaviour" "$build/isolde.lv2" 2>"$scratch/errors" || failures=1
# Without a model the plug-in must say why.
if grep -q '/no/such/bundle/.*no such file' "$scratch/errors"; then
  ok "says which model it cannot read"
else
  failed "says which model it cannot read" "$(head -5 "$scratch/errors")"
fi
"$tools/ports" "$build/isolde.lv2" || failures=1
"$tools/without_faders" "$build/isolde.lv2" 2>/dev/null || failures=1
"$tools/models" "$build/isolde.lv2" || failures=1
"$tools/memory" "$build/isolde.lv2" 2>"$scratch/memory" || failures=1
"$tools/opening" "$build/isolde.lv2" || failures=1
finish
