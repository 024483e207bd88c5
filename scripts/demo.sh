#!/bin/sh
# demo.sh BUILD|PREFIX [RECORDING]: cleans a recording by the built or installed plug-in inside a real LV2 host.
#
# Without a recording it makes one (noisy-recording.sh). The host is ffmpeg with its filter `lv2`. ffmpeg
# does not compensate latency, so this script does: it asks what the host was told, sends as many
# zeros after the recording, and drops as many samples at the beginning. Leaves in BUILD/demo, or in
# ./isolde-demo when installed:
#   noisy.wav cleaned.wav voice.wav reverb.wav background.wav demo.png
set -eu
place=$(cd "${1:?usage: demo.sh BUILD|PREFIX [RECORDING]}" && pwd)
recording=${2:-}
scripts=$(cd "$(dirname "$0")" && pwd)
if [ -d "$place/isolde.lv2" ]; then
  command=$place/isolde told=$place/told-latency.so demo=$place/demo bundle=$place/isolde.lv2
else
  command=$place/bin/isolde told=$place/lib/isolde/told-latency.so demo=$PWD/isolde-demo
  bundle=$place/lib/lv2/isolde.lv2
  [ -d "$bundle" ] || bundle=$HOME/.lv2/isolde.lv2
fi

for program in ffmpeg ffprobe lv2info; do
  command -v $program >/dev/null || {
    echo "demo: $program is missing; on Debian and Ubuntu: apt-get install ffmpeg lilv-utils alsa-utils" >&2
    exit 1
  }
done
if [ -z "$recording" ] && [ ! -f "${VOICES:-/usr/share/sounds/alsa}/Front_Center.wav" ]; then
  echo "demo: the voices of alsa-utils are missing; apt-get install alsa-utils, or name a recording of your own" >&2
  exit 1
fi
if [ -n "$recording" ] && [ ! -f "$recording" ]; then
  echo "demo: $recording: no such file; name a recording" >&2
  exit 1
fi
mkdir -p "$demo"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ---- The recording
if [ -n "$recording" ]; then
  ffmpeg -nostdin -v error -y -i "$recording" -map 0:a:0 -c:a pcm_s24le "$work/noisy.wav" || {
    echo "demo: $recording: ffmpeg finds no sound in it" >&2
    exit 1
  }
else
  "$scripts/noisy-recording.sh" "$work/noisy.wav"
fi
property() { ffprobe -v error -select_streams a:0 -show_entries "stream=$1" -of csv=p=0 "$work/noisy.wav"; }
rate=$(property sample_rate)
samples=$(property duration_ts)
case $(property channels) in
  1) plugin=urn:isolde:dialogue-mono ;;
  2) plugin=urn:isolde:dialogue-stereo ;;
  *) echo "demo: $recording: neither mono nor stereo; isolde clean takes any number of channels" >&2
    exit 1 ;;
esac
mv "$work/noisy.wav" "$demo/noisy.wav"

# ---- The host, with our bundle and the specification's in its path
mkdir "$work/lv2"
ln -s "$bundle" "$work/lv2/isolde.lv2"
LV2_PATH="$work/lv2:$(pkg-config --variable=lv2dir lv2 2>/dev/null || echo /usr/lib/lv2)"
export LV2_PATH
cp "$told" "$work" # LD_PRELOAD takes no path with a space
port=$(lv2info "$plugin" | awk '/^\tPort / {port = $2} /Symbol: +latency$/ {print port + 0}')

# host CONTROLS FILTER-BEFORE FILTER-AFTER OUTPUT...: one run of the host; writes $work/told
host() {
  controls=$1 before=$2 after=$3
  shift 3
  TOLD_LATENCY_PLUGIN=$plugin TOLD_LATENCY_PORT=$port TOLD_LATENCY_FILE=$work/told \
    LD_PRELOAD=$work/told-latency.so ffmpeg -nostdin -v error -y -i "$demo/noisy.wav" \
    -af "${before}lv2=p=$(echo "$plugin" | sed 's/:/\\\\:/g')${controls:+:c=$controls}$after" "$@"
}

# A short run tells the latency; every other run must tell the same.
host '' 'atrim=end_sample=8192,' '' -f null -
latency=$(cat "$work/told")

# clean CONTROLS NAME
clean() {
  host "$1" "apad=pad_len=$latency," ",atrim=start_sample=$latency,asetpts=PTS-STARTPTS" \
    -c:a pcm_s24le "$demo/$2.wav"
  [ "$(cat "$work/told")" = "$latency" ] || {
    echo "demo: the host was told $(cat "$work/told") samples of latency, and $latency before" >&2
    exit 1
  }
}

start=$(date +%s.%N)
clean '' cleaned
end=$(date +%s.%N)
clean listen=1 voice
clean listen=2 reverb
clean listen=3 background

# ---- What came out
noise=$("$command" plot --force "$demo/noisy.wav" "$demo/cleaned.wav" "$demo/demo.png")
echo "$plugin in ffmpeg's filter lv2:"
awk -v samples="$samples" -v rate="$rate" -v latency="$latency" \
  -v start="$start" -v end="$end" 'BEGIN {
    printf "latency  %d samples (%.1f ms), as the host was told; compensated\n", latency, latency / rate * 1000
    printf "took     %.2f s for %.2f s of sound, %.0f x real time, the start of ffmpeg included\n",
      end - start, samples / rate, samples / rate / (end - start)
  }'
echo "$noise"
echo "left in ${demo#"$PWD/"}: noisy.wav cleaned.wav voice.wav reverb.wav background.wav demo.png"
