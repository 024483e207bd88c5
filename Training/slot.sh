#!/bin/bash
# On a machine with a GPU, in the repository: takes the parts that `python -m isolde_training slot`
# laid out, and trains.
#
#   slot.sh take PART                       moves a part to the machine's own disk
#   slot.sh rooms                           simulates the rooms, beside whatever comes next
#   slot.sh try CONFIG STEPS [section.key=value …]
#                                           trains on made noise: does it run, and how fast?
#   slot.sh train CONFIG MINUTES CALL [section.key=value …]
#                                           trains the run of CONFIG for MINUTES, CALL of it now
#   slot.sh experiments CONFIG CALL [section.key=value …]
#                                           trains the rows of a table, as many as CALL minutes hold
#
# The first of the last two decodes the packs; a later one goes on where the last one stopped.
# What is worth keeping comes into $OUT: NAME-last.pt, NAME-model.pt, NAME-config.json and
# NAME-log.csv; or experiments.tar, to be unpacked in build/training and scored there.
# $SLOT is the folder on the machine's disk (/tmp/isolde), $ROOMS the rooms to simulate (700).
set -euo pipefail
usage() { sed -n '2,19s/^# \{0,1\}//p' "$0"; exit 2; }

slot=${SLOT:-/tmp/isolde} out=${OUT:-build/slot/out} cores=$(nproc --all)
export PYTHONPATH=$slot/wheels:$PWD/Training PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1
export TORCHINDUCTOR_CACHE_DIR=$slot/compiled # a later call finds what an earlier one compiled
# The mixing takes all cores but one. A GPU hears clips faster than they are rendered, so each step
# draws from some thousands; large batches keep it busy.
large=(mix.batch=64 mix.reuse=6 mix.pool=32 "train.workers=$((cores - 1))" train.rate=1e-2
  train.warm=300 train.save=1000 train.check=0)

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

rooms() {
  setsid nice python3 -m isolde_training.rooms "$slot/cache/rooms" "${ROOMS:-700}" \
    >"$slot/rooms.log" 2>&1 &
  echo $! >"$slot/rooms.pid"
}

prepare() {
  local begin=$SECONDS
  mkdir -p "$out"
  while [ -f "$slot/rooms.pid" ] && kill -0 "$(<"$slot/rooms.pid")" 2>/dev/null; do sleep 0.5; done
  isolde prepare Training/configs/studio.toml --rooms "${ROOMS:-700}" --no-steering
  echo "prepared in $((SECONDS - begin)) s on $cores cores"
}

try() {
  local config=$1 steps=$2
  shift 2
  rm -rf "$slot/try"
  python3 -m isolde_training.pretend "$slot/try"
  python3 -m isolde_training --data "$slot/try/data" --cache "$slot/try/cache" train "$config" \
    --run "$slot/try/run" --set "${large[@]}" mix.pool=2 mix.reuse=1000 train.log=10 train.minutes=0 \
    "train.steps=$steps" "$@"
}

train() {
  local config=$1 minutes=$2 call=$3 name
  name=$(basename "$config" .toml)
  shift 3
  prepare
  isolde train "$config" --run "$slot/$name" --set "${large[@]}" "train.minutes=$minutes" \
    "train.pause=$call" "$@" | tee "$slot/said"
  for file in last.pt model.pt config.json log.csv; do
    cp "$slot/$name/$file" "$out/$name-$file"
  done
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
  rooms) [ $# = 1 ] || usage; rooms ;;
  try) [ $# -ge 3 ] || usage; "$@" ;;
  train) [ $# -ge 4 ] || usage; "$@" ;;
  experiments) [ $# -ge 3 ] || usage; shift; experiments "$@" ;;
  *) usage ;;
esac
