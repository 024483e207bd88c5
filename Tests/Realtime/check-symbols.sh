#!/bin/sh
# check-symbols.sh PLUGIN.so: it shows lv2_descriptor alone, needs nothing but libc and libm, looks for
# libraries nowhere else, and has no code that the loader must change.
set -eu
so=${1:?usage: check-symbols.sh PLUGIN.so}
status=0
complain() { echo "$so: $1"; status=1; }

shown=$(nm -D --defined-only "$so" | awk '{ print $NF }')
[ "$shown" = lv2_descriptor ] || complain "shows $(echo "$shown" | head -n 5 | tr '\n' ' ')"
needed=$(objdump -p "$so" | awk '$1 == "NEEDED" { print $2 }' | grep -vxE 'libc\.so\.6|libm\.so\.6|ld-linux-x86-64\.so\.2' || true)
[ -z "$needed" ] || complain "needs $needed"
objdump -p "$so" | grep -E '^ *(RUNPATH|RPATH|TEXTREL)' && complain "has one of these"
swift=$(nm -D --undefined-only "$so" | grep -i swift || true)
[ -z "$swift" ] || complain "wants $swift"
exit $status
