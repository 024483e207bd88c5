#!/bin/bash
# Archives larger than a machine: the engines that docs/command-line.md names run isolde over parts of a list.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
sound=$tools/sound
voices=/usr/share/sounds/alsa
parts=8
cd "$scratch" || exit 2
export PATH=$build:$PATH

# ---- An archive: 20 recordings in folders, and what one run on one machine makes of them
number=0
for day in monday tuesday; do
  mkdir -p archive/$day
  for name in "$voices"/*.wav; do
    number=$((number + 1))
    [ $number -gt 20 ] && break
    "$sound" speech "archive/$day/take $number.wav" 48000 1 0.02 0 "$name"
  done
done
echo archive >recordings.txt
isolde clean --list recordings.txt --output expected --jobs 1 --quiet --report expected.csv || exit 1

# whole FOLDER: the results are those of one run, and the reports are one table with a row a recording.
whole() {
  local folder=$1
  diff -r --exclude='report-*' expected "$folder" || return 1
  cat "$folder"/report-*.csv >all.csv
  python3 - all.csv expected.csv <<'P'
import csv, sys
def rows(name):
    return sorted(
        (row["recording"], row["status"], row["voice_dbfs"], row["noise_reduction_db"])
        for row in csv.DictReader(open(name)))
together, alone = (rows(name) for name in sys.argv[1:])
assert together == alone, (len(together), len(alone))
assert {status for _, status, *_ in alone} == {"cleaned"}
P
}

# manual NUMBER: a block of commands of docs/command-line.md.
manual() {
  awk -v number="$1" '/^```sh archives$/ { inside = ++count == number; next } /^```/ { inside = 0 } inside' \
    "$root/docs/command-line.md"
}

# ---- GNU parallel
in_parallel() { # FOLDER
  parallel --will-cite --jobs 2 isolde clean --list recordings.txt --part {}/$parts --output "$1" --skip-existing \
    --report "$1"/report-{}.csv --quiet --jobs 1 ::: $(seq $parts)
}
manual_parallel() {
  manual 1 >commands && grep -q '^parallel ' commands && bash -eu commands 2>/dev/null && whole cleaned
  local status=$?
  rm -rf cleaned
  return $status
}
parallel_restarted() {
  in_parallel restarted &
  local job=$!
  for _ in $(seq 200); do [ "$(find restarted -name '*-clean.wav' 2>/dev/null | wc -l)" -ge 3 ] && break; sleep 0.05; done
  # The parts themselves die, as with the machine.
  pkill -KILL -s 0 -f "^isolde clean --list recordings.txt .*--output restarted" 2>/dev/null ||
    pkill -KILL -f "^isolde clean --list recordings.txt .*--output restarted"
  wait $job && { echo "it was done before it could be killed"; return 1; }
  [ "$(find restarted -name '*-clean.wav' | wc -l)" -lt 20 ] || { echo "all was done"; return 1; }
  in_parallel restarted && whole restarted
}
if need "GNU parallel" parallel; then
  check "the manual's parts by GNU parallel are one run" manual_parallel
  check "parts that were killed go on" parallel_restarted
fi

# ---- Slurm, of one node, in a folder of its own
slurm=$scratch/slurm
export SLURM_CONF=$slurm/slurm.conf
start_slurm() {
  mkdir -p "$slurm"/{state,spool} && chmod 700 "$slurm"
  head -c 1024 /dev/urandom >"$slurm/key" && chmod 400 "$slurm/key"
  cat >"$SLURM_CONF" <<C
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge
CredType=cred/munge
SlurmctldPort=26817
SlurmdPort=26818
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
ReturnToService=2
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
C
  echo CgroupPlugin=cgroup/v1 >"$slurm/cgroup.conf"
  munged --force --key-file="$slurm/key" --socket="$slurm/munge" --pid-file="$slurm/munged.pid" \
    --log-file="$slurm/munged.log" --seed-file="$slurm/seed" &&
    slurmctld -c && slurmd || { tail -n 4 "$slurm"/slurm*.log; return 1; }
  for _ in $(seq 40); do sinfo -h -o %t 2>/dev/null | grep -qx idle && return; sleep 0.5; done
  sinfo
  tail -n 4 "$slurm"/slurm*.log
  return 1
}
stop_slurm() {
  local name
  for name in slurmd slurmctld munged; do
    [ -s "$slurm/$name.pid" ] && kill "$(cat "$slurm/$name.pid")" 2>/dev/null
  done
}
finished() { # until no job is left
  for _ in $(seq 240); do [ -z "$(squeue -h)" ] && return; sleep 0.5; done
  squeue
  return 1
}
array() { # TASKS FOLDER
  sbatch --quiet --array="$1" --output=log-%a.txt "$root/scripts/isolde-array.sbatch" $parts recordings.txt "$2" &&
    finished
}
# The manual's commands; its `sbatch` does not wait.
manual_slurm() {
  cp "$root/scripts/isolde-array.sbatch" .
  manual 2 >commands && grep -q '^sbatch ' commands && SBATCH_WAIT=1 bash -eu commands >told 2>&1 &&
    whole cleaned || { cat told slurm-*.out; return 1; }
}
# Two tasks are run again after what they did is half gone; the others are not touched.
slurm_restarted() {
  local before
  before=$(stat -c '%n %Y %i' cleaned/monday/*)
  rm -f "cleaned/tuesday/take 12-clean.wav" "cleaned/tuesday/take 13-clean.wav"
  array 1-$parts cleaned && diff -r --exclude='report-*' expected cleaned || return 1
  [ "$(stat -c '%n %Y %i' cleaned/monday/*)" = "$before" ] || { echo "others are made again"; return 1; }
}
if [ "$(id -u)" != 0 ]; then
  skipped "Slurm" "its daemons need root"
elif need "Slurm" slurmctld slurmd munged sbatch; then
  if start_slurm >started 2>&1; then
    check "the manual's job array of Slurm is one run" manual_slurm
    check "a job array goes on" slurm_restarted
  else
    failed "Slurm starts" "$(cat started)"
  fi
  stop_slurm
fi
finish
