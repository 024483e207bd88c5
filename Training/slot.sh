#!/bin/bash
# On a machine with a GPU, in the repository: takes the parts that `python -m isolde_training slot`
# laid out, and trains.
#
#   slot.sh take PART                       moves a part to the machine's own disk
#   slot.sh train CONFIG MINUTES CALL [section.key=value …]
#                                           trains a run of MINUTES, CALL minutes of it now
#   slot.sh experiments CONFIG CALL [section.key=value …]
#                                           trains the rows of a table, as many as CALL minutes hold
#
# The first of the last two decodes the packs and simulates the rooms, on all cores; a later one goes
# on where the last one stopped. What is worth keeping comes into $OUT: last.pt, model.pt, config.json
# and log.csv; or experiments.tar, to be unpacked in build/training and scored there.
# $SLOT is the folder on the machine's disk (/tmp/isolde), $ROOMS the rooms to simulate (700).
set -euo pipefail
usage() { sed -n '2,15s/^# \{0,1\}//p' "$0"; exit 2; }

slot=${SLOT:-/tmp/isolde} out=${OUT:-build/slot/out} cores=$(nproc)
export PYTHONPATH=$slot/wheels:$PWD/Training PYTHONUNBUFFERED=1
# The mixing takes all cores but one; large batches keep the GPU busy.
large=(mix.batch=64 mix.reuse=3 "train.workers=$((cores - 1))" train.rate=6e-3 train.warm=300)

take() {
  mkdir -p "$slot"
  cp -r "$1/." "$slot/"
  if compgen -G "$slot/wheels/*.whl" >/dev/null; then
    python3 -m pip install --quiet --no-index --no-deps --no-compile --no-cache-dir \
      --target "$slot/wheels" "$slot"/wheels/*.whl
    rm "$slot"/wheels/*.whl
  fi
  echo "taken: $1; $(find "$slot/data" -type f | wc -l) recordings, $(du -sh "$slot/data" | cut -f1)"
}

isolde() { python3 -m isolde_training --data "$slot/data" --cache "$slot/cache" "$@"; }

prepare() {
  local begin=$SECONDS
  mkdir -p "$out"
  isolde prepare Training/configs/studio.toml --rooms "${ROOMS:-700}" --no-steering
  echo "prepared in $((SECONDS - begin)) s on $cores cores"
}

train() {
  local config=$1 minutes=$2 call=$3
  shift 3
  prepare
  isolde train "$config" --run "$slot/run" --set "train.minutes=$minutes" "train.pause=$call" \
    "${large[@]}" train.check=0 "$@" | tee "$slot/said"
  cp "$slot"/run/{last.pt,model.pt,config.json,log.csv} "$out/"
  echo "gave: $(tail -1 "$slot/said")"
}

experiments() {
  local config=$1 call=$2
  shift 2
  prepare
  timeout "$(awk "BEGIN { print int(60 * $call) }")" python3 -m isolde_training \
    --data "$slot/data" --cache "$slot/cache" experiments "$config" --run "$slot/experiments" \
    --no-scores --set "${large[@]}" train.steps=1500 "$@" || [ $? = 124 ]
  tar -C "$slot" --exclude last.pt -cf "$out/experiments.tar" experiments
  echo "gave: $(find "$slot/experiments" -name "done" | wc -l) rows done"
}

case ${1:-} in
  take) [ $# = 2 ] || usage; take "$2" ;;
  train) [ $# -ge 4 ] || usage; shift; train "$@" ;;
  experiments) [ $# -ge 3 ] || usage; shift; experiments "$@" ;;
  *) usage ;;
esac
