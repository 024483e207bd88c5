#!/bin/sh
# noisy-recording.sh OUT.wav: makes a noisy dialogue recording, 48 kHz, mono.
#
# The voice is that of the speaker test of Debian's alsa-utils, six phrases with pauses. It gets a
# room (60 dB of decay in 0.6 s, a few early reflections) and, 9 dB below it, a street: traffic that
# swells and fades, ventilation, mains hum with its harmonics, rain. Always the same samples.
set -eu
out=${1:?usage: noisy-recording.sh OUT.wav}
voices=${VOICES:-/usr/share/sounds/alsa}
level=-26  # dBFS, mean of the voice
snr=9      # dB, over the whole recording
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make_sound() { ffmpeg -nostdin -v error -y "$@"; }
noise() { echo "anoisesrc=seed=$1:color=$2:sample_rate=48000:duration=$3:amplitude=1"; }
mean_level() { # dBFS
  ffmpeg -nostdin -hide_banner -i "$1" \
    -af astats=measure_perchannel=none:measure_overall=RMS_level -f null - 2>&1 |
    sed -n 's/.*RMS level dB: //p'
}

# The phrases, 0.4 s apart.
set --
count=0
filter=
for phrase in Front_Center Side_Left Rear_Right Side_Right Rear_Center Front_Left; do
  set -- "$@" -i "$voices/$phrase.wav"
  filter="${filter}[$count]apad=pad_dur=0.4[p$count];"
  count=$((count + 1))
done
inputs=$(seq -s '' -f '[p%g]' 0 $((count - 1)))
make_sound "$@" -filter_complex "$filter${inputs}concat=n=$count:v=0:a=1,volume=0.7" \
  -ar 48000 -ac 1 -c:a pcm_f32le "$work/dry.wav"

# The room: the direct sound, four reflections, a tail whose high end dies sooner.
make_sound -f lavfi -i "$(noise 11 white 0.9)" -f lavfi -i "$(noise 12 white 0.9)" \
  -f lavfi -i "aevalsrc=exprs=eq(n\,0)+0.42*eq(n\,331)-0.33*eq(n\,587)+0.27*eq(n\,983)-0.2*eq(n\,1511):s=48000:d=0.9" \
  -filter_complex "[0]lowpass=f=2500,aeval=val(0)*exp(-11.5*t)*gt(t\,0.012)*0.09[low];
    [1]highpass=f=2500,aeval=val(0)*exp(-19*t)*gt(t\,0.012)*0.035[high];
    [low][high][2]amix=inputs=3:normalize=0" -c:a pcm_f32le "$work/room.wav"
make_sound -i "$work/dry.wav" -i "$work/room.wav" -filter_complex "[0][1]afir=gtype=none:dry=1:wet=1" \
  -ar 48000 -c:a pcm_f32le "$work/voice.wav"

# The street.
length=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$work/voice.wav")
make_sound -f lavfi -i "$(noise 21 brown "$length")" -f lavfi -i "$(noise 22 pink "$length")" \
  -f lavfi -i "aevalsrc=exprs='0.5*sin(100*PI*t)+0.3*sin(300*PI*t)+0.16*sin(500*PI*t)+0.1*sin(700*PI*t)':s=48000:d=$length" \
  -f lavfi -i "$(noise 23 white "$length")" -f lavfi -i "$(noise 24 white "$length")" \
  -filter_complex "
    [0]highpass=f=55,lowpass=f=1200,aeval='val(0)*(0.6+0.4*sin(0.9*t)*sin(0.37*t+1))*0.5'[traffic];
    [1]highpass=f=80,volume=0.3[ventilation];
    [2]volume=0.25[hum];
    [3]highpass=f=3000,volume=0.04[rain];
    [4]aeval='val(0)*gt(abs(val(0))\,0.9993)',bandpass=f=4500:width_type=q:w=1.5,volume=0.5[drops];
    [traffic][ventilation][hum][rain][drops]amix=inputs=5:normalize=0" \
  -c:a pcm_f32le "$work/street.wav"

voice=$(mean_level "$work/voice.wav")
street=$(mean_level "$work/street.wav")
make_sound -i "$work/voice.wav" -i "$work/street.wav" -filter_complex \
  "[0]volume=$(awk "BEGIN {print $level - $voice}")dB[voice];
   [1]volume=$(awk "BEGIN {print $level - $snr - $street}")dB[street];
   [voice][street]amix=inputs=2:normalize=0:duration=first" \
  -c:a pcm_s24le "$out"
