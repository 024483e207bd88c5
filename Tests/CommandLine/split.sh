# shellcheck shell=bash disable=SC2154
# Songs into vocals and accompaniment. Sourced by run.sh.

# Two tones under a voice, in stereo.
song() {
  fresh
  "$sound" speech voice.wav 48000 2 0 0 "$voices"/Front_Center.wav || return 1
  ffmpeg -nostdin -v error -i voice.wav -f lavfi -i "sine=220:r=48000:d=10" -f lavfi -i "sine=330:r=48000:d=10" -filter_complex \
    '[1][2]amerge=2[tones];[0][tones]amix=2:normalize=0:duration=shortest' -c:a pcm_f32le song.wav && rm voice.wav
}

split_in_two() {
  song
  "$isolde" split song.wav >summary || return 1
  only song.wav song-vocals.wav song-accompaniment.wav summary && grep -q '  heard    vocals .*, accompaniment ' summary || return 1
  ffmpeg -nostdin -v error -i song-vocals.wav -i song-accompaniment.wav -filter_complex amix=2:normalize=0 \
    -c:a pcm_f32le sum.wav && "$sound" same song.wav sum.wav 0 -120
}
check "vocals and accompaniment sum to the song" split_in_two

both_differ() {
  song
  "$isolde" split --quiet song.wav && ! "$sound" same song.wav song-vocals.wav 0 -40 &&
    ! "$sound" same song.wav song-accompaniment.wav 0 -60
}
check "each part differs from the song" both_differ

other_tasks() {
  song
  "$isolde" split --quiet --model studio song.wav 2>told && return 1
  grep -q 'is a model to separate, not to split; use isolde clean' told && [ "$(wc -l <told)" = 1 ] || return 1
  "$isolde" clean --quiet --model split song.wav 2>told && return 1
  grep -q 'is a model to split, not to separate; use isolde split' told && [ "$(wc -l <told)" = 1 ] && only song.wav told
}
check "models of another task are refused in one line" other_tasks

split_folder() {
  song
  "$isolde" split --quiet . -o out --report out.csv && "$isolde" split --quiet . -o out --skip-existing || return 1
  only song.wav out.csv out out/song-vocals.wav out/song-accompaniment.wav || return 1
  grep -q '^./song.wav,out/song-vocals.wav,split,' out.csv || { cat out.csv; return 1; }
  "$isolde" split --quiet out/song-vocals.wav 2>told && return 1
  grep -q 'is a result of isolde' told
}
check "a folder is split once, and results are not split again" split_folder
