# shellcheck shell=bash
# Sourced by the suites that need JACK: a server of our own without a sound card.

# start_jack BLOCK [OPTION...]: 77 when no server starts here; its last words are in jackd.log.
start_jack() {
  local block=$1
  shift
  export JACK_DEFAULT_SERVER=isolde-test-$$ JACK_NO_AUDIO_RESERVATION=1
  jackd -n "$JACK_DEFAULT_SERVER" "${@:---no-realtime}" -d dummy -r 48000 -p "$block" >jackd.log 2>&1 &
  jackd=$!
  if ! jack_wait -s "$JACK_DEFAULT_SERVER" -w -t 10 >/dev/null 2>&1; then
    kill $jackd
    return 77
  fi
}

# jackd 1.9.21 may stand still when a client has left.
stop_jack() {
  kill "$jackd"
  for _ in $(seq 25); do
    kill -0 "$jackd" 2>/dev/null || break
    sleep 0.2
  done
  # A killed server keeps its place among JACK's eight for good; while none runs their register may go.
  kill -KILL "$jackd" 2>/dev/null && { wait "$jackd" 2>/dev/null; pgrep -x jackd >/dev/null || rm -f /dev/shm/jack-shm-registry; }
  wait "$jackd" 2>/dev/null
}
