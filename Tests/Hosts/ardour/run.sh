#!/bin/bash
# Ardour 7.3, headless: a session with a dry and a treated track, saved, loaded anew in another process and
# exported. Ardour compensates the latency, so both tracks must lie on the recording to the sample. About
# ten seconds a session.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=Tests/report.sh
source "$here/../../report.sh"

need "Ardour" ardour7-lua ffmpeg ffprobe lv2info || exit 0
cd "$scratch" || exit 2

# The bundle with the spy in front of the plug-in.
mkdir -p lv2 presets
cp -r "$build/isolde.lv2" lv2/isolde.lv2
mv lv2/isolde.lv2/isolde.so lv2/isolde.lv2/real.so
cp "$tools/spy.so" lv2/isolde.lv2/isolde.so
LV2_PATH=$scratch/lv2:/usr/lib/lv2
export LV2_PATH SPY_LOG=$scratch/spy
voices=/usr/share/sounds/alsa

# session NAME WAV URI ARGUMENTS...: leaves NAME/dry.wav and NAME/wet.wav, what Ardour said in NAME.log.
session() {
  local name=$1 wav=$2 uri=$3
  shift 3
  : >spy
  "$here/ardour_session.py" "$uri" "$wav" "$name" "$@" >"$name.log" 2>&1 || { cat "$name.log"; return 1; }
  if [ "$("$tools/sound" info "$wav" | cut -d ' ' -f 2)" = 1 ]; then # a mono track is panned to a side
    ffmpeg -nostdin -v error -y -i "$name/dry.wav" -af 'pan=mono|c0=c0' -c:a pcm_f32le "$name/d.wav"
    ffmpeg -nostdin -v error -y -i "$name/wet.wav" -af 'pan=mono|c0=c1' -c:a pcm_f32le "$name/w.wav"
  else
    cp "$name/dry.wav" "$name/d.wav"
    cp "$name/wet.wav" "$name/w.wav"
  fi
}

# The command line's output for the recording after as much silence as Ardour gave the plug-in before it.
expected() { # WAV LEAD OUTPUT COMMAND OPTIONS...
  local wav=$1 lead=$2 output=$3 command=$4
  shift 4
  ffmpeg -nostdin -v error -y -i "$wav" -af "adelay=${lead}S:all=1" -c:a pcm_f32le lead.wav &&
    "$build/isolde" "$command" --quiet --force lead.wav -o treated.wav "$@" &&
    ffmpeg -nostdin -v error -y -i treated.wav -af "atrim=start_sample=$lead" -c:a pcm_f32le "$output"
}

# At every moment what it is to be; Ardour is asked five times and more.
latencies() { # LOG LATENCY
  local told
  told=$(grep '^latency' "$1" | awk '{ print $NF }')
  [ "$(wc -l <<<"$told")" -ge 5 ] && [ "$(sort -u <<<"$told")" = "$2" ] || { cat "$1"; false; }
}

# part FILE FIRST END OUTPUT [FACTOR]
part() {
  ffmpeg -nostdin -v error -y -i "$1" -af "atrim=start_sample=$2:end_sample=$3,volume=${5:-1}" -c:a pcm_f32le "$4"
}

# shares WAV NAME FIRST END FACTOR: this part of the treated track is the recording times the factor.
shares() {
  part "$1" "$3" "$4" wanted.wav "$5" && part "$2/w.wav" "$3" "$4" got.wav &&
    { "$tools/sound" same wanted.wav got.wav 0 -120 ||
      { echo "wanted $("$tools/sound" level wanted.wav), got $("$tools/sound" level got.wav) dBFS"; false; }; }
}

# ---- The Plugin Selector ---------------------------------------------------------------------------------

listed() {
  HOME=$scratch/list XDG_CONFIG_HOME=$scratch/list ardour7-lua "$here/list.lua" "$scratch/list/session" >list.log 2>&1
  [ "$(grep -cE '^listed Isolde (.* Noise-Reduction|Extend .* Spectral Plugin) The Isolde authors$' list.log)" = "$(grep -c '^listed' list.log)" ] &&
    [ "$(grep -c '^listed' list.log)" = "$(grep -c 'a lv2:Plugin' lv2/isolde.lv2/manifest.ttl)" ] || { cat list.log; false; }
}
mkdir list
check "Ardour files the plug-ins under noise reduction, and Extend under spectral" listed

# ---- Compensation and export ---------------------------------------------------------------------------

for setting in "48000 dialogue-mono 256 4096" "48000 dialogue-stereo 512 4096" "44100 dialogue-mono 1024 3744" \
  "44100 dialogue-stereo 256 3744" "96000 dialogue-mono 512 8192" "96000 dialogue-stereo 1024 8192" \
  "48000 live-mono 256 1536" "44100 live-stereo 512 1404" "48000 extend-stereo 512 1536"; do
  read -r rate plugin block latency <<<"$setting"
  take=$rate-$plugin
  kind=${plugin#*-}
  case ${plugin%-*} in
    dialogue) command="clean --model studio" ;;
    live) command="clean --model live" ;;
    extend) command=extend ;;
  esac
  channels=$([ "$kind" = mono ] && echo 1 || echo 2)
  "$tools/sound" make "$take.wav" noise "$rate" "$channels" $((rate * 3))
  [ "$rate" != 48000 ] ||
    "$tools/sound" speech "$take.wav" 48000 "$channels" 0.02 0 $voices/Front_Center.wav $voices/Rear_Left.wav
  if [ "$command" = extend ]; then # speech up to 4 kHz
    mv "$take.wav" full.wav
    ffmpeg -nostdin -v error -y -i full.wav -af aresample=8000,aresample=48000 -c:a pcm_f32le "$take.wav"
  fi
  check "Ardour makes, saves, loads and exports, $plugin at $rate Hz" \
    session "$take" "$take.wav" "urn:isolde:$plugin" --block "$block"
  check "Ardour knows the latency, $plugin at $rate Hz" latencies "$take.log" "$latency"
  check "dry track lies on the recording, $plugin at $rate Hz" "$tools/sound" same "$take.wav" "$take/d.wav" 0 -140
  treated() {
    # shellcheck disable=SC2086 # options too
    expected "$take.wav" "$(tail -n 1 spy)" expected.wav $command &&
      "$tools/sound" same expected.wav "$take/w.wav" 0 -140
  }
  check "treated track is the command line's output, $plugin at $rate Hz" treated
  # As it is, without the silence: other hops and another past. Measured only, see docs/hosts.md.
  # shellcheck disable=SC2086
  "$build/isolde" $command --quiet --force "$take.wav" -o plain.wav
  echo "$take after $(tail -n 1 spy) samples of silence;" \
    "$("$tools/sound" same expected.wav "$take/w.wav" 0 exact), without them" \
    "$("$tools/sound" same plain.wav "$take/w.wav" 0 exact)"
done

# ---- Stems on busses ------------------------------------------------------------------------------------

# A dry voice has no reverb to speak of: echoes make a room.
ffmpeg -nostdin -v error -y -i 48000-dialogue-mono.wav \
  -af "aecho=0.7:0.7:70|110|170|260|350|470:0.5|0.45|0.4|0.33|0.26|0.2" -c:a pcm_f32le room.wav
stems() {
  "$here/ardour_session.py" urn:isolde:stems-mono room.wav stems --block 512 --stems \
    --tracks all,voice,reverb,ambience || return 1
  local route
  for route in all voice reverb ambience; do
    ffmpeg -nostdin -v error -y -i stems/$route.wav -af 'pan=mono|c0=c0' -c:a pcm_f32le stems/$route-left.wav || return 1
  done
}
check "Ardour routes the stems to three busses" stems
check "three busses sum to the recording" "$tools/sound" same room.wav stems/all-left.wav 0 -140
differ() { # a stem is heard, and is not the recording
  local route
  for route in voice reverb ambience; do
    "$tools/sound" level stems/$route-left.wav | awk '{ exit !($1 > -70) }' || { echo "$route is silent"; return 1; }
    ! "$tools/sound" same room.wav stems/$route-left.wav 0 -40 || { echo "$route is the recording"; return 1; }
  done
}
check "each bus has its stem" differ

# ---- A 5.1 bus -------------------------------------------------------------------------------------------

# Another noise in every channel, a voice in the centre.
"$tools/sound" make around.wav noise 48000 6 144000
ffmpeg -nostdin -v error -y -i around.wav -i $voices/Front_Center.wav -filter_complex \
  '[0]channelmap=channel_layout=5.1,volume=0.1[a];[1]aresample=48000,pan=5.1|FC=c0,apad=whole_len=144000[b];[a][b]amix=2:normalize=0' \
  -c:a pcm_f32le surround.wav
surround() {
  : >spy
  "$here/ardour_session.py" urn:isolde:dialogue-5.1 surround.wav surround --block 512 --surround --tracks all >surround.log 2>&1 &&
    grep -qE '^channels\s6\s6$' surround.log || { cat surround.log; false; }
}
check "Ardour puts Dialogue 5.1 on a bus of six channels" surround
told_there() { [ "$(awk '/^latency/ { print $NF }' surround.log | sort -u)" = 4096 ]; }
check "latency is told on the 5.1 bus" told_there
all_six() { expected surround.wav "$(tail -n 1 spy)" expected.wav clean && "$tools/sound" same expected.wav surround/all.wav 0 -140; }
check "its six channels are the command line's, each in its place" all_six

# ---- Controls, state, presets --------------------------------------------------------------------------
#
# The model of this bundle makes the voice 0.25 of the input and the reverb 0.125 of it.

# preset_with NAME MODEL: a bundle with the model and a preset, urn:isolde-test:NAME, that chooses it and listens to the voice.
preset_with() {
  mkdir "lv2/$1.lv2" && mv "$2" "lv2/$1.lv2/$1.isolde"
  cat >"lv2/$1.lv2/manifest.ttl" <<TTL
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix pset: <http://lv2plug.in/ns/ext/presets#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<urn:isolde-test:$1> a pset:Preset ; lv2:appliesTo <urn:isolde:dialogue-mono> ; rdfs:seeAlso <$1.ttl> .
TTL
  cat >"lv2/$1.lv2/$1.ttl" <<TTL
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix pset: <http://lv2plug.in/ns/ext/presets#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
<urn:isolde-test:$1> a pset:Preset ; lv2:appliesTo <urn:isolde:dialogue-mono> ; rdfs:label "$1" ;
  lv2:port [ lv2:symbol "listen" ; pset:value 1.0 ] ;
  state:state [ <urn:isolde:model> <$1.isolde> ] .
TTL
}
"$tools/small_model" small.isolde 4096 0.25
preset_with own small.isolde

"$tools/sound" make noise.wav noise 48000 1 240000
own() { session own noise.wav urn:isolde:dialogue-mono --preset urn:isolde-test:own --tracks dry,wet; }
check "Ardour loads a preset with a model of one's own" own
check "own model is there after saving and loading" shares noise.wav own 0 240000 0.25
check "latency is the same with an own model" latencies own.log 4096

# docs/own-network.md: the page's network after a few steps, or OWN_MODEL, one that is trained.
trained() {
  [ -z "${OWN_MODEL:-}" ] || { cp "$OWN_MODEL" mine.isolde; return; }
  mkdir noises && cp noise.wav noises && export PYTHONPATH=$root/Training
  "$build/venv/bin/python" "$root/Training/examples/own_network.py" $voices noises --steps 3 --clips 2 --seconds 1 &&
    "$build/venv/bin/python" -m isolde_training import "$root/Training/examples/own_network.py:network" -o mine.isolde \
      --axes power=NCTF --rename cat=mask --window 2048 --synthesis 1024
}
check "the network of docs/own-network.md is trained and imported" trained
if preset_with mine mine.isolde; then
  mine() { session mine 48000-dialogue-mono.wav urn:isolde:dialogue-mono --preset urn:isolde-test:mine --tracks dry,wet; }
  check "Ardour loads it" mine
  # Ardour runs when the model comes, which so has heard less silence than the command line's.
  as_cleaned() {
    expected 48000-dialogue-mono.wav "$(tail -n 1 spy)" expected.wav clean --model lv2/mine.lv2/mine.isolde --listen voice &&
      "$tools/sound" same expected.wav mine/w.wav 0 -80
  }
  check "treated track is the command line's output with it" as_cleaned
fi

preset() {
  session preset noise.wav urn:isolde:dialogue-mono --preset urn:isolde:dialogue-mono:wind || return 1
  [ "$(grep -E '^control [456] ' preset.log | sort -u | tr '\n' ' ')" = 'control 4 -12 control 5 -48 control 6 -30 ' ] ||
    { cat preset.log; false; }
}
check "factory preset is there after saving and loading" preset

# Ardour looks at a line once a cycle, and now and then a point takes effect with the next one.
block=256
automated() {
  session automated noise.wav urn:isolde:dialogue-mono --block $block --preset urn:isolde-test:own listen=0 \
    reverb=0 ambience@0:0,95000:0,97000:-60,240000:-60
}
check "Ardour automates ambience" automated
check "nothing has changed before the point" shares noise.wav automated 0 95000 1
check "ambience is off at the end of the line" shares noise.wav automated $((97000 + block + 240)) 240000 0.375

bypassed() {
  session bypassed noise.wav urn:isolde:dialogue-mono --block $block --preset urn:isolde-test:own \
    enabled@0:1,144000:0,192000:1
}
check "Ardour automates enabled" bypassed
check "plug-in is at work before the bypass" shares noise.wav bypassed 0 144000 0.25
check "in bypass the recording passes in time" shares noise.wav bypassed $((144000 + block + 960)) 192000 1
check "plug-in is at work 20 ms after the point, to the sample" shares noise.wav bypassed 192960 240000 0.25
check "latency is the same in bypass" latencies bypassed.log 4096
finish
