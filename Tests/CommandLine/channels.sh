# shellcheck shell=bash disable=SC2154
# Channels by themselves, and channels that are left alone. Sourced by run.sh.

# voice.wav: a voice in noise; code.wav: SMPTE time code at -10 dBFS, as a field recorder lays it on a track
# of its own; both.wav: one beside the other. 24 bits.
voice_and_code() {
  fresh
  "$sound" speech voice.f.wav 48000 1 0.02 0 "$voices"/Front_Center.wav "$voices"/Rear_Left.wav || return 1
  python3 - <<'P'
import array, struct, sys, wave

source = open("voice.f.wav", "rb").read()
samples = array.array("f", source[source.index(b"data") + 8 :])
voice = [round(max(-1.0, min(1.0, x)) * 0x7FFFFF) for x in samples]

# 25 frames of 80 bits a second in biphase mark code: a transition at the start of each bit, and one more within a 1.
def bits():
    frame = 0
    while True:
        fields = [(frame % 25 % 10, 4), (0, 4), (frame % 25 // 10, 2), (0, 6), (frame // 25 % 10, 4), (0, 4)]
        word = [number >> i & 1 for number, size in fields for i in range(size)]
        yield from word + [0] * (64 - len(word)) + [0, 0, *[1] * 12, 0, 1]
        frame += 1

code, level, stream, bit = [], round(10 ** (-10 / 20) * 0x7FFFFF), bits(), 0
for n in range(len(voice)):
    half = n * 4000 // 48000
    if half != (n - 1) * 4000 // 48000 or n == 0:
        if half % 2 == 0:
            bit = next(stream)
        if half % 2 == 0 or bit:
            level = -level
    code.append(level)

def write(name, *channels):
    with wave.open(name, "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(3)
        file.setframerate(48000)
        file.writeframes(b"".join(struct.pack("<i", x)[:3] for row in zip(*channels) for x in row))

write("voice.wav", voice)
write("code.wav", code)
write("both.wav", voice, code)
P
}

# channel FILE NUMBER: the bytes of one channel of a 24-bit file, as text.
channel() {
  python3 - "$1" "$2" <<'P'
import sys, wave
with wave.open(sys.argv[1], "rb") as file:
    count, data = file.getnchannels(), file.readframes(file.getnframes())
step, first = 3 * count, 3 * (int(sys.argv[2]) - 1)
print(b"".join(data[i + first : i + first + 3] for i in range(0, len(data), step)).hex())
P
}
same_channel() { [ "$(channel "$1" "$2" | md5sum)" = "$(channel "$3" "$4" | md5sum)" ]; } # FILE NUMBER FILE NUMBER

code_beside_voice() {
  voice_and_code || return 1
  "$isolde" clean --quiet voice.wav && "$isolde" clean --quiet both.wav -o linked.wav &&
    "$isolde" clean --quiet both.wav -o apart.wav --unlink &&
    "$isolde" clean --quiet both.wav -o one.wav --channels 1 --stems || return 1
  same_channel linked.wav 1 voice-clean.wav 1 && { echo "linked channels do not notice: the test is blind"; return 1; }
  same_channel apart.wav 1 voice-clean.wav 1 || { echo "--unlink: the code changes the voice"; return 1; }
  same_channel one.wav 1 voice-clean.wav 1 || { echo "--channels 1: the code changes the voice"; return 1; }
  same_channel one.wav 2 both.wav 2 || { echo "--channels 1: the code itself is changed"; return 1; }
  "$sound" sum both.wav -130 one-voice.wav one-reverb.wav one-background.wav
}
check "time code beside a voice changes nothing of it" code_beside_voice

# 32-bit samples hold more than the separator's own; untouched channels keep all of it.
untouched_32() {
  fresh
  python3 - <<'P'
import random, struct, wave
random.seed(1)
with wave.open("in.wav", "wb") as file:
    file.setnchannels(3)
    file.setsampwidth(4)
    file.setframerate(48000)
    file.writeframes(struct.pack("<90000i", *(random.randint(-(2**31), 2**31 - 1) for _ in range(90000))))
P
  "$isolde" clean --quiet in.wav --channels 2 2>/dev/null || return 1
  python3 - <<'P'
import wave
def rows(name):
    data = wave.open(name, "rb").readframes(30000)
    return [b"".join(data[i + 4 * c : i + 4 * c + 4] for i in range(0, len(data), 12)) for c in range(3)]
before, after = rows("in.wav"), rows("in-clean.wav")
assert len(after[0]) == 120000 and [a == b for a, b in zip(before, after)] == [True, False, True]
P
}
check "channels that are not named stay as they are, 32 bits too" untouched_32

fresh
"$sound" make good.wav noise 48000 2 20000
refuses "a channel that is not there" 'good\.wav.*2 channels.*no channel 3' clean good.wav --channels 1,3
refuses "channels that are no numbers" 'channels' clean good.wav --channels left
