#!/bin/bash
# The programs of examples/ and the Python package, built against what is installed: they give the samples of
# the command line.
set -u
# shellcheck source=Tests/report.sh
source "$(dirname "$0")/../report.sh"
cd "$scratch" || exit 2
prefix=$scratch/usr
check "installs" make -C "$root" --no-print-directory install PREFIX="$prefix"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib
isolde=$prefix/bin/isolde
"$tools/sound" make stereo.wav noise 48000 2 50000

# By the command in its own comment, and with gcc's warnings.
builds() { # NAME
  local command
  command=$(sed -n 's/^ \*   \(cc .*\)/\1/p' "$root/examples/$1.c")
  cp "$root/examples/$1.c" . && [ -n "$command" ] && bash -euc "${command/cc /gcc -Wall -Wextra -Werror }"
}
check "clean.c builds" builds clean
check "jack.c builds" builds jack

in_c() { # MODEL
  "$isolde" clean --quiet --force stereo.wav --model "$1" --reverb -18 -o expected.wav &&
    ./clean stereo.wav out.wav "$1" && "$tools/sound" same expected.wav out.wav 0 exact
}
check "clean.c gives the command line's samples" in_c studio
check "clean.c gives the command line's samples with a file as model" in_c "$prefix/lib/lv2/isolde.lv2/models/live.isolde"
refused "clean.c names a missing recording" '^missing.wav: ' ./clean missing.wav out.wav
refused "clean.c names a missing model" '^stage: .*built in are' ./clean stereo.wav out.wav stage

# JACK plays before the recording begins, and the network remembers that silence: two seconds of it go before.
if need "jack.c" jackd jack_wait; then
  voices=/usr/share/sounds/alsa
  "$tools/sound" speech late.wav 48000 2 0.02 102400 $voices/Front_Center.wav
  "$isolde" clean --quiet late.wav --model live -o late-expected.wav
  export JACK_DEFAULT_SERVER=isolde-examples JACK_NO_AUDIO_RESERVATION=1
  jackd --no-realtime -n $JACK_DEFAULT_SERVER -d dummy -r 48000 -p 512 >jackd.log 2>&1 &
  jackd=$!
  if jack_wait -w -t 10 >/dev/null 2>&1; then
    ./jack >jack.log 2>&1 &
    client=$!
    played() {
      timeout 60 "$tools/jack_play" isolde late.wav jack.wav >told && grep -x 'told 1536' told &&
        "$tools/sound" same late-expected.wav jack.wav 1536 -45 || { cat told jack.log; false; }
    }
    check "jack.c tells its latency and cleans" played
    kill $client
    wait $client
    status=$?
    [ $status = 0 ] && ok "jack.c ends when it is asked to" || failed "jack.c ends when it is asked to" "status $status"
  else
    skipped "jack.c" "jackd does not start here: $(tail -n 1 jackd.log)"
  fi
  kill $jackd
  wait $jackd 2>/dev/null
  refused "jack.c tells that there is no server" 'no JACK server; start one' ./jack
fi

# The line of examples/README.md for ffmpeg: the latency goes off the beginning.
in_ffmpeg() {
  local line
  line=$(grep '^ffmpeg ' "$root/examples/README.md") && cp stereo.wav take1.wav && "$isolde" clean --quiet take1.wav -o expected.wav --force &&
    LV2_PATH=$prefix/lib/lv2:$(pkg-config --variable=lv2dir lv2) bash -euc "${line/ffmpeg /ffmpeg -nostdin -v error }" && "$tools/sound" same expected.wav clean.wav 0 -120
}
if need "ffmpeg" ffmpeg; then check "the line for ffmpeg gives the command line's samples" in_ffmpeg; fi

# ---- Python: the wheel alone, without what is installed above -----------------------------------------
unset LD_LIBRARY_PATH
export SOURCE_DATE_EPOCH=1700000000
check "the wheel builds" "$root/packaging/wheel.sh" "$build/dist"/isolde-*-linux-x86_64 wheels
python=$build/venv/bin/python
check "the wheel installs" "$python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --target site wheels/*.whl
in_python() {
  PYTHONPATH=$scratch/site ISOLDE=$isolde "$python" -m pytest -q -p no:cacheprovider "$root/Tests/Examples/test_python.py" >pytest.log 2>&1 ||
    { grep -E '^(E  |FAILED|ERROR)' pytest.log | head -5; tail -n 1 pytest.log; false; }
}
check "the Python package gives the command line's samples and refuses what it cannot do" in_python
# The code of its documentation.
documented() {
  mkdir -p shown && cp stereo.wav shown/take1.wav && cd shown &&
    PYTHONPATH=$scratch/site "$python" -c 'import isolde, re; exec("\n".join(re.findall(r"^    (.*)", isolde.__doc__, re.M)))' &&
    "$isolde" clean --quiet --stems take1.wav && "$tools/sound" same take1-voice.wav voice.wav 0 -90 || return
  awk '/^[`]+python$/ {on = 1; next} /^[`]/ {on = 0} on' "$root/examples/README.md" >readme.py
  grep -q isolde.Stream readme.py && PYTHONPATH=$scratch/site "$python" readme.py | grep -x 1536
}
check "the code in the package's documentation and in examples/README.md runs" documented
finish
