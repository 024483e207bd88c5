#!/bin/bash
# The built bundle in real hosts. What a host makes of a recording is compared with what the command line
# makes of it, sample by sample: the same, late by the latency that the host was told.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=Tests/report.sh
source "$here/../report.sh"

mkdir -p "$scratch/lv2"
ln -s "$build/isolde.lv2" "$scratch/lv2/isolde.lv2"
LV2_PATH=$scratch/lv2:$(pkg-config --variable=lv2dir lv2)
export LV2_PATH
cd "$scratch" || exit 2

latency=4096 # samples at 48 kHz: issue 9, point 3
voices=/usr/share/sounds/alsa
"$tools/sound" speech mono.wav 48000 1 0.02 0 $voices/Front_Center.wav $voices/Rear_Left.wav
"$tools/sound" speech stereo.wav 48000 2 0.02 0 $voices/Front_Left.wav $voices/Front_Right.wav
for kind in mono stereo; do
  "$build/isolde" clean --quiet $kind.wav -o $kind-expected.wav || failures=1
done

# Output as the command line's, `latency` late; and not simply the input.
expect_cleaned() { # KIND OUTPUT LIMIT
  "$tools/sound" same "$1-expected.wav" "$2" $latency "$3" || return 1
  if "$tools/sound" same "$1.wav" "$2" $latency -30; then
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

if need "hosts find both plug-ins" lv2ls lv2info; then
  both_listed() {
    [ "$(lv2ls | grep -c '^urn:isolde:dialogue-\(mono\|stereo\)$')" = 2 ] || { lv2ls; false; }
  }
  check "hosts find both plug-ins" both_listed
  for kind in mono stereo; do
    has_latency() { lv2info "urn:isolde:dialogue-$kind" 2>&1 | grep 'Has latency: *yes'; }
    check "lv2info shows a latency port, $kind" has_latency
  done
fi

if need "hosts find the stems" lv2ls lv2info; then
  stems_listed() {
    [ "$(lv2ls | grep -c '^urn:isolde:stems-\(mono\|stereo\)$')" = 2 ] || { lv2ls; false; }
  }
  check "hosts find the stems" stems_listed
fi

if need "lv2bench runs" lv2bench; then
  for kind in mono stereo; do
    benched() { lv2bench "urn:isolde:dialogue-$kind" 2>&1 | grep -E "^[0-9.]+ urn:isolde:dialogue-$kind"; }
    check "lv2bench runs, $kind" benched
  done
fi

# ---- Hosts that read and write files ------------------------------------------------------------------

if need "lv2apply" lv2apply; then
  in_lv2apply() { # KIND: blocks of one sample, no features at all
    lv2apply -i "$1.wav" -o lv2apply.wav "urn:isolde:dialogue-$1" && expect_cleaned "$1" lv2apply.wav exact
  }
  check "lv2apply gives the command line's samples, mono" in_lv2apply mono
  check "lv2apply gives the command line's samples, stereo" in_lv2apply stereo

  with_controls() {
    "$build/isolde" clean --quiet stereo.wav -o controls-expected.wav --force \
      --voice -3 --reverb 6 --ambience -60 --sensitivity 40 --listen removed || return 1
    lv2apply -i stereo.wav -o controls.wav -c voice -3 -c reverb 6 -c ambience -60 -c sensitivity 40 \
      -c listen 4 urn:isolde:dialogue-stereo &&
      "$tools/sound" same controls-expected.wav controls.wav $latency exact
  }
  check "lv2apply's controls are the command line's options" with_controls

  # The command line writes the stems as they leave the plug-in, without the latency.
  stems() { # KIND CHANNELS
    "$build/isolde" clean --quiet "$1.wav" -o "stems-$1.wav" --stems --force &&
      lv2apply -i "$1.wav" -o stems.wav "urn:isolde:stems-$1" || return 1
    local stem first=0
    for stem in voice reverb ambience; do
      local channels="mono|c0=c$first"
      [ "$1" = mono ] || channels="stereo|c0=c$first|c1=c$((first + 1))"
      ffmpeg -nostdin -v error -y -i stems.wav -af "pan=$channels" -c:a pcm_f32le one.wav || return 1
      "$tools/sound" same "stems-$1-$stem.wav" one.wav $latency exact || return 1
      first=$((first + $2))
    done
  }
  check "lv2apply's stems are the command line's, mono" stems mono 1
  check "lv2apply's stems are the command line's, stereo" stems stereo 2

  # An impulse shows the delay without the command line.
  for rate in 8000 44100 48000 88200 96000 192000; do
    impulse() { # BYPASS
      "$tools/sound" make impulse.wav impulse "$rate" 1 $((rate / 4))
      lv2apply -i impulse.wav -o delayed.wav -c reverb 0 -c ambience 0 -c enabled "$1" \
        urn:isolde:dialogue-mono || return 1
      local at
      at=$("$tools/sound" peak delayed.wav)
      awk -v rate="$rate" '{ late = ($1 - 1000) / rate; print late " s, peak " $2
        exit !(late > 0.0853333 * 0.99 && late < 0.0853333 * 1.01 && $2 > 0.4999 && $2 < 0.5001) }' <<<"$at"
    }
    check "lv2apply is 85.3 ms late at $rate Hz" impulse 1
    check "lv2apply is 85.3 ms late at $rate Hz in bypass" impulse 0
  done
fi

if need "ffmpeg" ffmpeg; then
  in_ffmpeg() { # KIND: blocks of 4,096 in place, the last one shorter
    ffmpeg -nostdin -v error -y -i "$1.wav" -af "lv2=p=urn\\\\:isolde\\\\:dialogue-$1" -c:a pcm_f32le \
      ffmpeg.wav && expect_cleaned "$1" ffmpeg.wav exact
  }
  check "ffmpeg gives the command line's samples, mono" in_ffmpeg mono
  check "ffmpeg gives the command line's samples, stereo" in_ffmpeg stereo
fi

if need "ecasound" ecasound; then
  in_ecasound() { # KIND CHANNELS: a value for every control port, outputs too; blocks of 1,024 in place
    rm -f ecasound.wav
    ecasound -q -X "-f:f32_le,$2,48000" "-i:$1.wav" -o:ecasound.wav \
      "-elv2:urn:isolde:dialogue-$1,1,0,-12,-24,0,0,0,0,0,0" && expect_cleaned "$1" ecasound.wav exact
  }
  check "ecasound gives the command line's samples, mono" in_ecasound mono 1
  check "ecasound gives the command line's samples, stereo" in_ecasound stereo 2
fi

# ---- jalv in JACK -------------------------------------------------------------------------------------

# Runs "$@" while a private JACK server and jalv are up.
with_jalv() { # URI CONTROLS COMMAND...
  local uri=$1 controls=$2 server=isolde-test-$$ jackd jalv status
  shift 2
  export JACK_DEFAULT_SERVER=$server JACK_NO_AUDIO_RESERVATION=1
  jackd -n "$server" --no-realtime -d dummy -r 48000 -p 512 >jackd.log 2>&1 &
  jackd=$!
  if ! jack_wait -s "$server" -w -t 10 >/dev/null 2>&1; then
    kill $jackd
    return 77
  fi
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
  kill $jackd && wait $jackd
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
      uri=urn:isolde:dialogue-$kind
      check "jalv loads a preset, $kind" preset_loaded "$uri"
      channels=$([ $kind = mono ] && echo 1 || echo 2)
      # jalv plays before the recording begins, and the network remembers that silence: so two seconds
      # of silence go before, and what comes out is nearly, not exactly, the command line's.
      "$tools/sound" speech $kind.wav 48000 "$channels" 0.02 102400 $voices/Front_Center.wav
      "$build/isolde" clean --quiet --force $kind.wav -o $kind-expected.wav

      in_jalv() {
        with_jalv "$uri" "" "$tools/jack_play" plug "$kind.wav" jalv.wav >told || { cat jalv.log; return 1; }
        grep -x "told $latency" told || { cat told; return 1; }
        expect_cleaned "$kind" jalv.wav -45
      }
      check "jalv tells JACK the latency and cleans as the command line, $kind" in_jalv
      transparent() {
        with_jalv "$uri" "-c reverb=0 -c ambience=0" "$tools/jack_play" plug "$kind.wav" jalv.wav &&
          "$tools/sound" same "$kind.wav" jalv.wav $latency exact
      }
      check "jalv gives back its input with the faders at 0 dB, $kind" transparent
    done
  fi
fi
finish
