#!/bin/bash
# run.sh PART...: runs parts of the benchmark, one after the other, and writes build/bench/bench.json.
#
#   kernels layers separator session    C programs, which need nothing else
#   networks hance                      beside others, in build/bench/venv
#
# A part that was not asked for keeps its records of an earlier run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
bench=build/bench
venv=$bench/venv
models=$(ls Bundle/models/{studio,live,deepfilter}.isolde 2>/dev/null || true)
[ $# -gt 0 ] || { echo "usage: run.sh kernels|layers|separator|session|networks|hance ..." >&2; exit 2; }

records() { # PART MODEL
  echo "$bench/$1-$(basename "$2" .isolde).records"
}

# HANCE's library needs glibc 2.38. Where it is older, Debian 13's is unpacked beside the venv and used
# for this one program.
with_new_libc() { # PROGRAM ARGUMENT...
  local libraries=$bench/glibc/usr/lib/x86_64-linux-gnu
  if dpkg --compare-versions "$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)" ge 2.38; then
    "$@"
    return
  fi
  [ -d "$libraries" ] || Benchmarks/fetch-glibc.sh "$bench/glibc"
  "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$@"
}

measure_separator() { # MODEL
  local uri bar
  case $(basename "$1" .isolde) in
    studio) uri=dialogue bar=150 ;;
    live) uri=live bar=600 ;;
    *) uri=none bar=0 ;; # no plug-in has it as its own: the library alone
  esac
  "$bench/separator" "$1" "$bar" build/isolde.lv2/isolde.so build/isolde.lv2/ "urn:isolde:$uri" "$(records separator "$1")"
}

measure_session() { # MODEL
  local model uri=dialogue
  model=$(basename "$1" .isolde)
  [ "$model" = studio ] || uri=live
  "$bench/session" "$model" build/isolde.lv2/isolde.so build/isolde.lv2/ "urn:isolde:$uri-mono" "$(records session "$1")"
}

measure_hance() { # MODEL
  local package
  package=$(echo "$venv"/lib/python3*/site-packages/hance)
  with_new_libc "$bench/hance" "$package/bin/Linux_x64/libHanceEngine.so" "$1" "$(records hance "$1")" \
    "$package"/models/speech-denoise-dereverb-{96ms,32ms,32ms-tiny}.*.hance
}

for part in "$@"; do
  echo "---- $part"
  case $part in
    kernels) "$bench/kernels" "$bench/kernels.records" ;;
    layers) for model in $models; do "$bench/layers" "$model" "$(records layers "$model")"; done ;;
    separator) for model in $models; do measure_separator "$model"; done ;;
    session) for model in Bundle/models/{studio,live}.isolde; do measure_session "$model"; done ;;
    networks)
      PYTHONPATH=Training LD_PRELOAD=$bench/heap.so "$venv/bin/python" Benchmarks/networks.py "$bench"
      ;;
    hance) for model in $models; do measure_hance "$model"; done ;;
    *)
      echo "run.sh: unknown part '$part'" >&2
      exit 2
      ;;
  esac
done

field() { lscpu | sed -n "s/^$1: *//p" | head -n 1; } # NAME
{
  printf '{"processor": "%s, family %s model %s, %s cores", "caches": "%s", "date": "%s", "records": [\n' \
    "$(field 'Model name')" "$(field 'CPU family')" "$(field Model)" "$(nproc)" \
    "L1d $(field 'L1d cache' | cut -d'(' -f1)L2 $(field 'L2 cache' | cut -d'(' -f1)L3 $(field 'L3 cache' | cut -d'(' -f1)" \
    "$(date -u +%F)"
  cat "$bench"/*.records | paste -sd, | sed 's/},{/},\n{/g'
  echo ']}'
} >"$bench/bench.json"
echo "records in $bench/bench.json"
