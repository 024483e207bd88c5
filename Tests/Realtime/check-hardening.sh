#!/bin/sh
# check-hardening.sh GLIBC FILE...: programs and libraries whose tables are read-only once they are loaded
# (full RELRO), whose stack holds no code, whose C is built with the stack protector and _FORTIFY_SOURCE;
# which look for libraries nowhere but where the system does, need no GLIBC newer than the given one, and
# do not name the folder that they were built in.
set -eu
newest=${1:?usage: check-hardening.sh GLIBC FILE...}
shift
folder=$(cd "$(dirname "$0")/../.." && pwd)
status=0
for file in "$@"; do
  complain() { echo "$file: $1"; status=1; }

  headers=$(readelf -lW "$file")
  dynamic=$(readelf -dW "$file")
  symbols=$(nm -D "$file")
  echo "$headers" | grep -q GNU_RELRO || complain "has no RELRO"
  echo "$dynamic" | grep -qE 'BIND_NOW|FLAGS_1.*NOW' || complain "binds lazily: RELRO is not full"
  echo "$headers" | grep -q 'GNU_STACK.* RW  ' || complain "may run code on its stack"
  echo "$dynamic" | grep -qE 'RPATH|RUNPATH|TEXTREL' && complain "has RPATH, RUNPATH or TEXTREL"
  echo "$symbols" | grep -q __stack_chk_fail || complain "has no stack protector"
  # Debian's FFTW has __fprintf_chk by itself.
  echo "$symbols" | grep -E '__[a-z]+_chk(@|$)' | grep -qv __fprintf_chk || complain "is not built with _FORTIFY_SOURCE"

  highest=$(echo "$symbols" | grep -oE 'GLIBC_[0-9.]+' | sed 's/GLIBC_//' | sort -uV | tail -n 1)
  [ "$(printf '%s\n' "$highest" "$newest" | sort -V | tail -n 1)" = "$newest" ] ||
    complain "needs GLIBC $highest for $(echo "$symbols" | grep "GLIBC_$highest" | awk '{ print $NF }' | head -n 5 | tr '\n' ' ')"
  grep -qaF "$folder" "$file" && complain "names the folder $folder"
done
exit $status
