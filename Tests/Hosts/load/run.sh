#!/bin/bash
# run.sh [SECONDS]: what 20 mono instances cost in a JACK session that runs in real time: jalv with each, noise
# in, 256 samples a period, no sound card. First with a plug-in that does nothing: a machine that misses
# periods with that, as virtual ones do, tells nothing by its xruns, and only the load counts.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=Tests/report.sh
source "$here/../../report.sh"
# shellcheck source=Tests/Hosts/jack.sh
source "$here/../jack.sh"
seconds=${1:-20}
instances=20

need "20 instances in JACK" jackd jack_wait jalv || exit 0
cd "$scratch" || exit 2
# The specifications alone beside the bundle: so 20 hosts start in a second.
mkdir lv2
ln -s "$build/isolde.lv2" lv2/isolde.lv2
mkdir lv2/planted.lv2
cp "$here"/../../Realtime/planted/*.ttl "$tools/planted.so" lv2/planted.lv2
for name in atom buf-size core log options parameters patch port-groups port-props presets resize-port state ui \
  units urid worker; do
  ln -s "$(pkg-config --variable=lv2dir lv2)/$name.lv2" lv2
done
export LV2_PATH=$scratch/lv2

# With real-time priority where it is allowed, as studios have it.
priority=(--no-realtime)
chrt -f 10 true 2>/dev/null && priority=(--realtime --realtime-priority 60)

session() { # URI
  local hosts=() k status
  start_jack 256 "${priority[@]}" || { tail -n 3 jackd.log; return 1; }
  rm -f keyboard
  mkfifo keyboard
  # jalv ends when it cannot read its commands.
  exec 9<>keyboard
  for k in $(seq $instances); do
    jalv -n "plug$k" "$1" <&9 >jalv.log 2>&1 &
    hosts+=($!)
  done
  for _ in $(seq 50); do
    [ "$(timeout 5 jack_lsp | grep -c '^plug.*:in$')" -lt $instances ] || break
    sleep 0.2
  done
  timeout $((seconds + 20)) "$tools/jack_load" "$seconds" plug >load
  status=$?
  # jackd 1.9.21 stands still when many clients leave at once.
  kill -KILL "${hosts[@]}" "$jackd"
  wait "${hosts[@]}" "$jackd" 2>/dev/null
  exec 9>&-
  # Periods that a plug-in has missed, among all that JACK counts: most are a late timer's.
  late=$(grep -c 'client = plug.* was not finished' jackd.log)
  echo "$1, 256 samples, ${priority[0]#--}: $(cat load), $late late hosts" | tee -a figures
  [ $status = 0 ] && grep -q "^$instances inputs, " load
}
without_xrun() { session "$1" && grep -x '.* xruns 0' load; }
within() { awk '{ exit !($4 < '"$1"') }' load; } # mean load in percent

check "JACK plays $instances instances of nothing" session urn:isolde-test:planted
idle=$(sed 's/.* //' load)
for plugin in dialogue-mono live-mono; do
  if [ "$idle" = 0 ]; then
    check "JACK plays $instances instances of $plugin without an xrun" without_xrun "urn:isolde:$plugin"
  else
    check "JACK plays $instances instances of $plugin" session "urn:isolde:$plugin"
    skipped "no xrun with $plugin" "this machine has $idle in $seconds s with plug-ins that do nothing"
  fi
  check "$instances instances of $plugin take less than two thirds of the time" within 66
done
cat figures
finish
