#!/bin/bash
# On a machine with a GPU, in the repository: takes the parts that `python -m isolde_training slot`
# laid out, and trains.
#
#   slot.sh take PART                       moves a part to the machine's own disk
#   slot.sh compile CONFIG …                compiles what these runs need
#   slot.sh ahead CONFIG …                  compiles and simulates the rooms, while the next calls bring
#                                           the other parts
#   slot.sh try CONFIG STEPS [section.key=value …]
#                                           trains on noise: does it run, and how fast?
#   slot.sh train CONFIG MINUTES CALL [section.key=value …]
#                                           trains the run of CONFIG for MINUTES, CALL of it now
#   slot.sh experiments CONFIG CALL [section.key=value …]
#                                           trains the rows of a table, as many as CALL minutes hold
#
# The first of the last two decodes the packs; a later one goes on where the last one stopped.
# What is worth keeping lies in $OUT from the first checkpoint on, so a call that is cut off gives what
# it had: the run's folder NAME; or experiments.tar, to be unpacked in build/training and scored there.
# $SLOT is the folder on the machine's disk (/tmp/isolde), $ROOMS the rooms to simulate (700).
set -euo pipefail
usage() { sed -n '2,21s/^# \{0,1\}//p' "$0"; exit 2; }

slot=${SLOT:-/tmp/isolde} out=${OUT:-build/slot/out} cores=$(nproc --all)
export PYTHONPATH=$slot/wheels:$PWD/Training PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1
export TORCHINDUCTOR_CACHE_DIR=$slot/compiled # a later call finds what an earlier one compiled
# The mixing takes all cores but three. A GPU hears clips faster than they are rendered, so each step
# draws from some thousands; with smaller batches an H100 waits for its processor.
large=(mix.batch=128 mix.reuse=10 mix.pool=24 "train.workers=$((cores > 3 ? cores - 3 : 1))"
  train.rate=1e-2 train.warm=300 train.save=1000 train.check=0)

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

ahead() {
  setsid nice python3 -m isolde_training.data.rooms "$slot/cache/rooms" "${ROOMS:-700}" \
    >"$slot/rooms.log" 2>&1 &
  echo $! >"$slot/rooms.pid"
  setsid "$0" compile "$@" >"$slot/compile.log" 2>&1 &
}

compile() {
  local config
  for config in "$@"; do try "$config" 10 train.workers=0; done
}

prepare() {
  local begin=$SECONDS
  mkdir -p "$out"
  while [ -f "$slot/rooms.pid" ] && kill -0 "$(<"$slot/rooms.pid")" 2>/dev/null; do sleep 0.5; done
  isolde prepare Training/configs/studio.toml --rooms "${ROOMS:-700}" --no-validation
  echo "prepared in $((SECONDS - begin)) s on $cores cores"
}

try() {
  local config=$1 steps=$2
  shift 2
  rm -rf "$slot/try"
  python3 -m isolde_training.data.pretend "$slot/try"
  python3 -m isolde_training --data "$slot/try/data" --cache "$slot/try/cache" train "$config" \
    --run "$slot/try/run" --set "${large[@]}" mix.pool=2 mix.reuse=1000 train.log=10 train.minutes=0 \
    "train.steps=$steps" "$@"
}

train() {
  local config=$1 minutes=$2 call=$3
  run=$(basename "$config" .toml)
  shift 3
  prepare
  if [ -d "$slot/$run" ]; then cp -r "$slot/$run" "$out/"; fi
  trap '[ ! -d "$out/$run" ] || cp -r "$out/$run" "$slot/"' EXIT
  isolde train "$config" --run "$out/$run" --set "${large[@]}" "train.minutes=$minutes" \
    "train.pause=$call" "$@"
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
  ahead | compile) [ $# -ge 2 ] || usage; "$@" ;;
  try) [ $# -ge 3 ] || usage; "$@" ;;
  train) [ $# -ge 4 ] || usage; "$@" ;;
  experiments) [ $# -ge 3 ] || usage; shift; experiments "$@" ;;
  *) usage ;;
esac
