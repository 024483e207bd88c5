#!/bin/bash
# The built bundle in real hosts. What a host makes of a recording is compared with what the command line
# makes of it, sample by sample: the same, late by the latency that the host was told.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=Tests/report.sh
source "$here/../report.sh"
# shellcheck source=Tests/Hosts/jack.sh
source "$here/jack.sh"

mkdir -p "$scratch/lv2"
ln -s "$build/isolde.lv2" "$scratch/lv2/isolde.lv2"
LV2_PATH=$scratch/lv2:$(pkg-config --variable=lv2dir lv2)
export LV2_PATH
cd "$scratch" || exit 2

# The plug-ins with faders, their models, and their latencies in samples at 48 kHz.
mixers="dialogue-mono dialogue-stereo live-mono live-stereo"
declare -A models=([dialogue]=studio [live]=live) latencies=([dialogue]=$(latency studio) [live]=$(latency live) [extend]=$(latency extend))
kind_of() { echo "${1#*-}"; } # mono or stereo
latency_of() { echo "${latencies[${1%-*}]}"; }

voices=/usr/share/sounds/alsa
"$tools/sound" speech mono.wav 48000 1 0.02 0 $voices/Front_Center.wav $voices/Rear_Left.wav
"$tools/sound" speech stereo.wav 48000 2 0.02 0 $voices/Front_Left.wav $voices/Front_Right.wav
clean() { # PLUG-IN: what the command line makes of it
  "$build/isolde" clean --quiet --force "$(kind_of "$1").wav" -o "$1-expected.wav" --model "${models[${1%-*}]}"
}
for plugin in $mixers; do
  clean "$plugin" || failures=1
done

# Output as the command line's, the latency late; and not simply the input.
expect_cleaned() { # PLUG-IN OUTPUT LIMIT
  local latency
  latency=$(latency_of "$1")
  "$tools/sound" same "$1-expected.wav" "$2" "$latency" "$3" || return 1
  if "$tools/sound" same "$(kind_of "$1").wav" "$2" "$latency" -30; then
    echo "the host gave back its input"
    return 1
  fi
}

# ---- The bundle ---------------------------------------------------------------------------------------

if need "lv2_validate finds no errors" lv2_validate; then
  # It exits with 0 whatever it finds.
  valid() { lv2_validate "$@" 2>&1 | tee report | grep -q 'Found 0 errors' || { cat report; false; }; }
  check "lv2_validate finds no errors" valid "$build"/isolde.lv2/*.ttl
  mkdir broken.lv2
  for file in "$build"/isolde.lv2/*.ttl; do
    sed 's/lv2:symbol "voice"/lv2:symbol "the voice"/' "$file" >"broken.lv2/${file##*/}"
  done
  refused "lv2_validate finds a planted error" 'Found [1-9]' valid broken.lv2/*.ttl
fi

if need "hosts find the plug-ins" lv2ls lv2info; then
  all_listed() {
    [ "$(lv2ls | grep -cE '^urn:isolde:((dialogue|live|stems|extend)-(mono|stereo)|dialogue-5.1)$')" = 9 ] || { lv2ls; false; }
  }
  check "hosts find the plug-ins" all_listed
  for plugin in $mixers stems-mono stems-stereo extend-mono extend-stereo; do
    has_latency() { lv2info "urn:isolde:$plugin" 2>&1 | grep 'Has latency: *yes'; }
    check "lv2info shows a latency port, $plugin" has_latency
  done
fi

if need "lv2bench runs" lv2bench; then
  for plugin in $mixers stems-mono stems-stereo extend-mono extend-stereo; do
    benched() { lv2bench "urn:isolde:$plugin" 2>&1 | grep -E "^[0-9.]+ urn:isolde:$plugin"; }
    check "lv2bench runs, $plugin" benched
  done
fi

# What valgrind finds in a host's short life of the plug-in; lv2bench does without features. FFTW, lilv and
# the host keep memory to the end, so only what is read or written wrongly counts.
if need "valgrind" valgrind lv2bench; then
  for plugin in dialogue-mono live-stereo stems-stereo; do
    sound_memory() {
      lv2bench -n 24000 "urn:isolde:$plugin" >/dev/null || return 1
      valgrind -q --error-exitcode=9 lv2bench -n 24000 "urn:isolde:$plugin" 2>&1
    }
    check "valgrind finds no fault, $plugin" sound_memory
  done
fi

# ---- Hosts that read and write files ------------------------------------------------------------------

if need "lv2apply" lv2apply; then
  in_lv2apply() { # PLUG-IN: blocks of one sample, no features at all
    lv2apply -i "$(kind_of "$1").wav" -o lv2apply.wav "urn:isolde:$1" && expect_cleaned "$1" lv2apply.wav exact
  }
  for plugin in $mixers; do
    check "lv2apply gives the command line's samples, $plugin" in_lv2apply "$plugin"
  done

  with_controls() {
    "$build/isolde" clean --quiet stereo.wav -o controls-expected.wav --force \
      --voice -3 --reverb 6 --ambience -60 --sensitivity 40 --listen removed || return 1
    lv2apply -i stereo.wav -o controls.wav -c voice -3 -c reverb 6 -c ambience -60 -c sensitivity 40 \
      -c listen 4 urn:isolde:dialogue-stereo &&
      "$tools/sound" same controls-expected.wav controls.wav "${latencies[dialogue]}" exact
  }
  check "lv2apply's controls are the command line's options" with_controls

  # The command line writes the stems as they leave the plug-in, without the latency.
  stems() { # KIND CHANNELS
    "$build/isolde" clean --quiet "$1.wav" -o "stems-$1.wav" --stems --force &&
      lv2apply -i "$1.wav" -o stems.wav "urn:isolde:stems-$1" || return 1
    local stem first=0
    for stem in voice reverb background; do
      local channels="mono|c0=c$first"
      [ "$1" = mono ] || channels="stereo|c0=c$first|c1=c$((first + 1))"
      ffmpeg -nostdin -v error -y -i stems.wav -af "pan=$channels" -c:a pcm_f32le one.wav || return 1
      "$tools/sound" same "stems-$1-$stem.wav" one.wav "${latencies[dialogue]}" exact || return 1
      first=$((first + $2))
    done
  }
  check "lv2apply's stems are the command line's, mono" stems mono 1
  check "lv2apply's stems are the command line's, stereo" stems stereo 2

  # Speech up to 4 kHz leaves with more than it had.
  extended() { # KIND
    ffmpeg -nostdin -v error -y -i "$1.wav" -af aresample=8000,aresample=48000 -c:a pcm_f32le narrow.wav &&
      "$build/isolde" extend --quiet narrow.wav -o extended.wav --amount -3 --force &&
      lv2apply -i narrow.wav -o more.wav -c amount -3 "urn:isolde:extend-$1" &&
      "$tools/sound" same extended.wav more.wav "${latencies[extend]}" exact || return 1
    if "$tools/sound" same narrow.wav more.wav "${latencies[extend]}" -60; then
      echo "nothing was added"
      return 1
    fi
  }
  check "lv2apply's highs are the command line's, mono" extended mono
  check "lv2apply's highs are the command line's, stereo" extended stereo

  # An impulse shows the delay without the command line.
  impulse() { # PLUG-IN RATE BYPASS
    "$tools/sound" make impulse.wav impulse "$2" 1 $(($2 / 4))
    lv2apply -i impulse.wav -o delayed.wav -c reverb 0 -c ambience 0 -c enabled "$3" "urn:isolde:$1" || return 1
    "$tools/sound" peak delayed.wav | awk -v rate="$2" -v wanted="$(latency_of "$1")" '{
      late = ($1 - 1000) / rate; wanted /= 48000; print late " s, peak " $2
      exit !(late > wanted * 0.99 && late < wanted * 1.01 && $2 > 0.4999 && $2 < 0.5001) }'
  }
  for plugin in dialogue-mono live-mono; do
    late="$(awk "BEGIN { printf \"%.1f\", $(latency_of $plugin) / 48 }") ms"
    for rate in 8000 44100 48000 88200 96000 192000; do
      check "lv2apply is $late late at $rate Hz, $plugin" impulse $plugin "$rate" 1
      check "lv2apply is $late late at $rate Hz in bypass, $plugin" impulse $plugin "$rate" 0
    done
  done
fi

if need "ffmpeg" ffmpeg; then
  in_ffmpeg() { # PLUG-IN: blocks of 4,096 in place, the last one shorter
    ffmpeg -nostdin -v error -y -i "$(kind_of "$1").wav" -af "lv2=p=urn\\\\:isolde\\\\:$1" -c:a pcm_f32le \
      ffmpeg.wav && expect_cleaned "$1" ffmpeg.wav exact
  }
  for plugin in $mixers; do
    check "ffmpeg gives the command line's samples, $plugin" in_ffmpeg "$plugin"
  done
fi

if need "ecasound" ecasound; then
  in_ecasound() { # PLUG-IN: a value for every control port, outputs too; blocks of 1,024 in place
    local kind channels
    kind=$(kind_of "$1")
    channels=$([ "$kind" = mono ] && echo 1 || echo 2)
    rm -f ecasound.wav
    ecasound -q -X "-f:f32_le,$channels,48000" "-i:$kind.wav" -o:ecasound.wav \
      "-elv2:urn:isolde:$1,1,0,-12,-24,0,0,0,0,0,0" && expect_cleaned "$1" ecasound.wav exact
  }
  for plugin in $mixers; do
    check "ecasound gives the command line's samples, $plugin" in_ecasound "$plugin"
  done
fi

# ---- jalv in JACK -------------------------------------------------------------------------------------

# Runs "$@" while a private JACK server and jalv are up.
with_jalv() { # URI CONTROLS COMMAND...
  local uri=$1 controls=$2 jalv status
  shift 2
  start_jack 512 || return 77
  rm -f keyboard
  mkfifo keyboard
  # jalv ends when it cannot read its commands.
  exec 9<>keyboard
  # shellcheck disable=SC2086
  jalv -n plug -x $controls "$uri" <&9 >jalv.log 2>&1 &
  jalv=$!
  timeout 60 "$@"
  status=$?
  kill $jalv && wait $jalv
  stop_jack
  exec 9>&-
  return $status
}

if need "jalv" jackd jack_wait jalv; then
  # A server of our own shows whether JACK can run here at all.
  with_jalv urn:isolde:dialogue-mono "" true >/dev/null 2>&1
  if [ $? = 77 ]; then
    skipped "jalv" "jackd does not start here: $(tail -n 1 jackd.log)"
  else
    # jalv without a window loads no preset by its URI, but a folder with a state, which has the same form.
    preset_loaded() { # URI
      mkdir -p preset
      grep '^@prefix' "$build/isolde.lv2/presets.ttl" >preset/state.ttl
      sed -n "/^<$1:wind>/,/ \\.\$/p" "$build/isolde.lv2/presets.ttl" | sed "s/^<$1:wind>/<>/" >>preset/state.ttl
      with_jalv "$1" "-l preset" bash -c 'sleep 1; echo controls >&9; sleep 1'
      grep -E '^ambience = -48\.' jalv.log && grep -E '^sensitivity = -30\.' jalv.log || { cat jalv.log; false; }
    }
    for kind in mono stereo; do
      # jalv plays before the recording begins, and the network remembers that silence: so two seconds
      # of silence go before, and what comes out is nearly, not exactly, the command line's.
      channels=$([ $kind = mono ] && echo 1 || echo 2)
      "$tools/sound" speech $kind.wav 48000 "$channels" 0.02 102400 $voices/Front_Center.wav
    done
    for plugin in $mixers; do
      uri=urn:isolde:$plugin
      kind=$(kind_of "$plugin")
      latency=$(latency_of "$plugin")
      check "jalv loads a preset, $plugin" preset_loaded "$uri"
      clean "$plugin"
      in_jalv() {
        with_jalv "$uri" "" "$tools/jack_play" plug "$kind.wav" jalv.wav >told || { cat jalv.log; return 1; }
        grep -x "told $latency" told || { cat told; return 1; }
        expect_cleaned "$plugin" jalv.wav -45
      }
      check "jalv tells JACK the latency and cleans as the command line, $plugin" in_jalv
      transparent() {
        with_jalv "$uri" "-c reverb=0 -c ambience=0" "$tools/jack_play" plug "$kind.wav" jalv.wav &&
          "$tools/sound" same "$kind.wav" jalv.wav "$latency" exact
      }
      check "jalv gives back its input with the faders at 0 dB, $plugin" transparent
    done
  fi
fi
finish
