#!/bin/bash
# check-levels.sh WHOLE OBJECT...: fails if a function that any processor may run uses an instruction
# that the baseline lacks (all of them begin with v), or one for AVX2 a zmm or a mask register.
#
# WHOLE is linked from the OBJECTs, of which those called kernels-avx2 and kernels-avx512 are compiled
# for their level; FFTW, which chooses by itself, is not in it. A specialisation of a generic function of
# the standard library has the same name in every object that holds one, and the linker keeps one of
# them. So wide code may stand only in functions that no object of a lower level defines.
set -eu
whole=${1:?usage: check-levels.sh WHOLE OBJECT...}
shift
for object in "$@"; do
  case $object in
    *kernels-avx512.o) level=2 ;;
    *kernels-avx2.o) level=1 ;;
    *) level=0 ;;
  esac
  nm --defined-only "$object" | awk -v level=$level '{ print "level", level, $NF }'
done | cat - <(objdump -d --no-show-raw-insn "$whole") | awk '
    $1 == "level" {
        if (!($3 in lowest) || $2 < lowest[$3]) lowest[$3] = $2
        if ($2 == 0) any = 1
        next
    }
    /^[0-9a-f]+ <.*>:$/ {
        name = substr($2, 2, length($2) - 3)
        level = name in lowest ? lowest[name] : 0
        next
    }
    $2 !~ /^v/ || $2 == "verr" || $2 == "verw" { next }
    level == 0 { print "for any processor: " name " " $0; bad = 1 }
    level == 1 && /%zmm|%k[0-7]/ { print "for AVX2: " name " " $0; bad = 1 }
    { wide[level]++ }
    END {
        # Without any there is nothing that this check could have seen.
        if (!any || !wide[1] || !wide[2]) {
            print "no objects, or no kernels, of a level: " wide[1] + 0 " for AVX2, " wide[2] + 0 " for AVX-512"
            bad = 1
        }
        exit bad
    }'
