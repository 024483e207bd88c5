"""Recordings of every kind, whole, cut off and mislabelled, and what `isolde clean` makes of them.

files.py ISOLDE NO_UNNAMED SCRATCH: prints a line a test as Tests/run.sh counts them. NO_UNNAMED
is a library to preload under which no file system has unnamed files.
"""

import contextlib
import math
import os
import random
import signal
import struct
import subprocess
import sys
from pathlib import Path

ISOLDE, NO_UNNAMED = (str(Path(argument).resolve()) for argument in sys.argv[1:3])
NEUTRAL = ["--reverb", "0", "--ambience", "0"]
VOICE = "/usr/share/sounds/alsa/Front_Center.wav"
CLEANED, REFUSED, DIFFERS = 0, 1, 2
failures = 0


def check(name, passed, found):
    """One line; `found` is shown when it has not passed."""
    global failures
    if passed:
        print(f"ok {name}")
    else:
        failures += 1
        print(f"FAILED {name}: {' '.join(str(found).split())[:400]}")


def run(*command, **options):
    return subprocess.run(command, capture_output=True, check=False, timeout=120, **options)


def ffmpeg(*arguments):
    result = run("ffmpeg", "-nostdin", "-v", "error", "-y", *arguments)
    if result.returncode:
        raise RuntimeError(f"ffmpeg {arguments}: {result.stderr.decode()}")
    return result.stdout


def clean(*arguments, **options):
    return run(ISOLDE, "clean", "--quiet", *NEUTRAL, *arguments, **options)


def told(result):
    return f"status {result.returncode}: {result.stderr.decode(errors='replace')}"


def write(name, contents):
    Path(name).write_bytes(contents)
    return name


# ---- WAV --------------------------------------------------------------------------------------


def chunk(name, contents):
    return name + struct.pack("<I", len(contents)) + contents + b"\0" * (len(contents) % 2)


def chunks(contents):
    """Names and contents, in order."""
    found, place = [], 12
    while place + 8 <= len(contents):
        name, size = contents[place : place + 4], struct.unpack_from("<I", contents, place + 4)[0]
        found.append((name, contents[place + 8 : place + 8 + size]))
        place += 8 + size + size % 2
    return found


def wave(*parts):
    body = b"WAVE" + b"".join(chunk(*part) for part in parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def plain_format(channels, rate, bits, code=1):
    width = channels * bits // 8
    return struct.pack("<HHIIHH", code, channels, rate, rate * width, width, bits)


def samples_of(name):
    return dict(chunks(Path(name).read_bytes()))[b"data"]


# ---- All samples ------------------------------------------------------------------------------


def counted_by_ffmpeg(name):
    return len(ffmpeg("-i", name, "-map", "0:a:0", "-c:a", "pcm_s16le", "-f", "s16le", "-")) // 2


def read_whole(name, status, count=None, pattern=b""):
    """As many samples are cleaned as `count`, or as ffmpeg reads; a line tells when they differ."""
    Path("whole.wav").unlink(missing_ok=True)
    expected = counted_by_ffmpeg(name) if count is None else count
    result = clean(name, "-o", "whole.wav")
    found = counted_by_ffmpeg("whole.wav") if Path("whole.wav").exists() else 0
    passed = result.returncode == status and found == expected and pattern in result.stderr
    lines = len(result.stderr.splitlines())
    passed = passed and lines == (status == DIFFERS)
    check(f"all samples of {name}", passed, f"{found} of {expected}, {told(result)}")


def lengths():
    source = Path("in.wav").read_bytes()
    count = len(samples_of("in.wav")) // 2

    # MP3: the table of frames is missing, wrong, or of the first part only.
    ffmpeg("-i", "in.wav", "-q:a", "7", "-write_xing", "0", "no-table.mp3")
    ffmpeg("-i", "in.wav", "-q:a", "7", "table.mp3")
    table = Path("table.mp3").read_bytes()
    place = table.index(b"Xing") + 8
    frames = int.from_bytes(table[place : place + 4], "big")

    def with_frames(number):
        return table[:place] + number.to_bytes(4, "big") + table[place + 4 :]

    read_whole("no-table.mp3", CLEANED)
    read_whole("table.mp3", CLEANED)
    headless = Path("no-table.mp3").read_bytes()
    read_whole(write("cut-no-table.mp3", headless[:-300]), DIFFERS)
    read_whole(write("table-of-more.mp3", with_frames(2 * frames)), DIFFERS, pattern=b"missing")
    read_whole(write("table-of-less.mp3", with_frames(frames // 3)), DIFFERS, pattern=b"announces")
    read_whole(write("joined.mp3", table + table), DIFFERS, pattern=b"announces")
    read_whole(write("cut.mp3", table[: len(table) // 2]), DIFFERS, pattern=b"missing")

    # Ogg: links of a chain, and a last page that is not the last.
    for name, codec in [("vorbis.ogg", "libvorbis"), ("opus.opus", "libopus")]:
        suffix = Path(name).suffix
        pages = ["-c:a", codec, "-page_duration", "100000"]
        ffmpeg("-i", "in.wav", *pages, name)
        ffmpeg("-i", "in.wav", *pages, "-serial_offset", "7", f"second{suffix}")
        first = Path(name).read_bytes()
        read_whole(write(f"chain{suffix}", first + Path(f"second{suffix}").read_bytes()), CLEANED)
        read_whole(write(f"cut{suffix}", first[: len(first) // 2]), DIFFERS, pattern=b"end marker")

    # FLAC: 36 bits of the header count the samples, or none do.
    ffmpeg("-i", "in.wav", "good.flac")
    flac = Path("good.flac").read_bytes()

    def with_count(number):
        bits = int.from_bytes(flac[21:26], "big")
        return flac[:21] + (bits >> 36 << 36 | number).to_bytes(5, "big") + flac[26:]

    read_whole(write("unknown.flac", with_count(0)), CLEANED, count)
    read_whole(write("of-more.flac", with_count(2 * count)), DIFFERS, count, b"missing")
    read_whole(write("of-less.flac", with_count(count // 3)), DIFFERS, count, b"announces")
    read_whole(write("cut.flac", flac[: len(flac) // 2]), DIFFERS, pattern=b"missing")
    broken = bytearray(flac)
    broken[len(flac) // 2 : len(flac) // 2 + 200] = bytes(200)
    read_whole(write("broken.flac", bytes(broken)), DIFFERS, pattern=b"missing")

    # WAV: nobody closed it, it came through a pipe, its size has wrapped, or it ends too early.
    place = source.index(b"data") + 4

    def with_sizes(whole, part):
        sizes = [struct.pack("<I", size & 0xFFFFFFFF) for size in (whole, part)]
        return source[:4] + sizes[0] + source[8:place] + sizes[1] + source[place + 4 :]

    read_whole(write("unfinished.wav", with_sizes(0, 0)), DIFFERS, count, b"never completed")
    read_whole(write("piped.wav", with_sizes(-1, -1)), CLEANED, count)
    read_whole(write("piped-by-sox.wav", with_sizes(0x7FFFF024, 0x7FFFF000)), CLEANED, count)
    read_whole(write("wrapped.wav", with_sizes(20036, 20000)), DIFFERS, count, b"announces 10,000")
    read_whole(write("half.wav", source[: len(source) // 2 + 1]), DIFFERS, pattern=b"missing")

    # The other containers, whole and cut, and without a length.
    ffmpeg("-i", "in.wav", "-rf64", "always", "-f", "wav", "good.rf64")
    write("bw64.wav", b"BW64" + Path("good.rf64").read_bytes()[4:])
    read_whole("bw64.wav", CLEANED, count)
    for extension in ["aiff", "w64", "caf", "au"]:
        ffmpeg("-i", "in.wav", f"good.{extension}")
    for extension in ["rf64", "aiff", "w64", "caf", "au"]:
        whole = Path(f"good.{extension}").read_bytes()
        read_whole(f"good.{extension}", CLEANED, count)
        read_whole(write(f"cut.{extension}", whole[: len(whole) // 2]), DIFFERS, pattern=b"missing")
    aiff = bytearray(Path("good.aiff").read_bytes())
    for place in [aiff.index(b"COMM") + 10, aiff.index(b"SSND") + 4]:
        aiff[place : place + 4] = bytes(4)
    read_whole(write("unfinished.aiff", bytes(aiff)), DIFFERS, count, b"never completed")

    # What only ffmpeg reads.
    front = ["-movflags", "+faststart"]
    for name, arguments in {
        "a.m4a": front,
        "a.mov": ["-c:a", "pcm_s24le", *front],
        "a.mka": ["-c:a", "aac"],
        "a.wv": [],
        "a.webm": ["-c:a", "libopus"],
    }.items():
        ffmpeg("-i", "in.wav", *arguments, name)
        whole = Path(name).read_bytes()
        read_whole(name, CLEANED)
        end = len(whole) * 19 // 20  # behind the first block of WavPack, which has a second
        read_whole(write(f"cut-{name}", whole[:end]), DIFFERS, pattern=b"missing")
    # Joined files of which ffmpeg reads the first in silence.
    joined = [("m4a", []), ("wma", []), ("tta", []), ("voc", []), ("wv", []), ("adx", [])]
    for extension, options in [*joined, ("flv", ["-ar", "44100", "-c:a", "mp3"])]:
        ffmpeg("-i", "in.wav", *options, f"one.{extension}")
        one = Path(f"one.{extension}").read_bytes()
        name = write(f"joined.{extension}", one + one)
        read_whole(name, DIFFERS, pattern=b"another recording follows in the same file")
    for name, codec in [("a.avi", "pcm_s16le"), ("a.wma", "wmav2")]:
        ffmpeg("-i", "in.wav", "-c:a", codec, name)
        whole = Path(name).read_bytes()
        read_whole(name, CLEANED)
        end = len(whole) * 3 // 5
        if codec == "wmav2":  # between two packets, where ffmpeg says nothing
            place = whole.index(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365"))
            size = int.from_bytes(whole[place + 92 : place + 96], "little")
            end = int.from_bytes(whole[16:24], "little") + 50 + 2 * size
        read_whole(write(f"cut-{name}", whole[:end]), DIFFERS, pattern=b"end is")
    for name in ["a.ts", "a.mpg"]:  # without a length of their own
        ffmpeg("-i", "in.wav", name)
        read_whole(name, CLEANED)
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=64x64:duration=3",
        "-i",
        "in.wav",
        "-i",
        "in.wav",
        "-map",
        "0",
        "-map",
        "1",
        "-map",
        "2",
        "film.mkv",
    )
    result = clean("film.mkv", "-o", "film.wav")
    check(
        "sound of a film, its first track",
        result.returncode == 0
        and b"2 sound tracks" in result.stderr
        and (counted_by_ffmpeg("film.wav") == counted_by_ffmpeg("film.mkv")),
        told(result),
    )


def raised():
    """`isolde extend` resamples what is there, to the last sample."""
    ffmpeg("-i", "in.wav", "-ar", "8000", "-c:a", "pcm_s16le", "low.wav")
    samples = samples_of("low.wav")
    form, half = chunk(b"fmt ", plain_format(1, 8000, 16)), len(samples) // 4 * 2
    paused = (b"data", samples[:half]), (b"JUNK", bytes(9)), (b"data", samples[half:])
    good = wave((b"fmt ", plain_format(1, 8000, 16)), (b"data", samples))
    wrapped = b"data" + struct.pack("<I", 2_000) + samples
    cases = {
        "paused": (wave((b"fmt ", plain_format(1, 8000, 16)), *paused), CLEANED, len(samples)),
        "zeros": (bytes(777) + good, CLEANED, len(samples)),
        "wrapped": (good[:12] + form + wrapped, DIFFERS, len(samples)),
        "cut": (good[: -half - 1], DIFFERS, len(samples) - half - 2),
        "two": (wave((b"fmt ", plain_format(1, 8000, 16)), (b"data", bytes(4))), CLEANED, 4),
    }
    for name, (contents, status, size) in cases.items():
        write(f"low-{name}.wav", contents)
        result = run(ISOLDE, "extend", "--quiet", f"low-{name}.wav", "-o", "raised.wav", "--force")
        found = counted_by_ffmpeg("raised.wav")
        passed = (result.returncode, found) == (status, size // 2 * 6)
        check(f"all samples of a recording at 8 kHz, {name}", passed, f"{found} {told(result)}")


def damaged():
    """Headers that lie about chunks, parts in unusual places, and files that were joined."""
    samples = samples_of("in.wav")
    count = len(samples) // 2
    form = chunk(b"fmt ", plain_format(1, 48000, 16))
    whole = form + chunk(b"data", samples)

    def riff(body, name=b"RIFF"):
        return name + struct.pack("<I", len(body) + 4) + b"WAVE" + body

    good = riff(whole)
    tag = b"ID3\4\0\0\0\0\0\x0b" + bytes(11)
    read_whole(write("tag-first.wav", tag + good), CLEANED, count)
    read_whole(write("zeros-first.wav", bytes(777) + good), CLEANED, count)
    half = count // 2 * 2
    pause = chunk(b"data", samples[:half]) + chunk(b"JUNK", bytes(9))
    read_whole(write("paused.wav", riff(form + pause + chunk(b"data", samples[half:]))), 0, count)
    unpadded = form + b"abcd" + struct.pack("<I", 5) + b"12345" + chunk(b"data", samples)
    read_whole(write("unpadded.wav", riff(unpadded)), CLEANED, count)
    for name, size in [(b"bext", -12), (b"bext", 2**63 - 1), (b"ds64", -(2**63))]:
        table = struct.pack("<QqqI4sq", 0, len(samples), count, 1, name, size)
        lying = chunk(b"ds64", table) + name + b"\xff" * 4 + whole
        result = clean(write("lying.rf64", riff(lying, b"RF64")), "-o", "lying.wav", "--force")
        told_it = result.returncode in (CLEANED, REFUSED) and result.stderr.count(b"\n") < 2
        check(f"a chunk of {size} bytes in RF64", told_it, told(result))
    for extension, order, room in [("caf", ">", 4), ("w64", "<", 16)]:
        ffmpeg("-i", "in.wav", f"sizes.{extension}")
        contents = Path(f"sizes.{extension}").read_bytes()
        place = contents.index(b"data")
        for size in [-77, 2**63 - 1, -(2**63)]:
            extra = contents[place : place + room].replace(b"data", b"strg")
            lying = contents[:place] + extra + struct.pack(f"{order}q", size) + contents[place:]
            result = clean(write(f"lying.{extension}", lying), "-o", "lying.wav", "--force")
            if result.returncode == REFUSED:
                told_it = result.stderr.count(b"\n") == 1
            else:
                told_it = samples_of("lying.wav") == samples
            check(f"a chunk of {size} bytes in {extension}", told_it, told(result))
        place += room
        lying = contents[:place] + struct.pack(f"{order}q", 20028) + contents[place + 8 :]
        read_whole(write(f"short-size.{extension}", lying), DIFFERS, count, b"announces")
    ffmpeg("-i", "in.wav", "-c:a", "pcm_mulaw", "mulaw.w64")
    lying = bytearray(Path("mulaw.w64").read_bytes())
    place = lying.index(b"data") + 16
    lying[place : place + 8] = struct.pack("<q", 2**63 - 1)
    read_whole(write("lying-mulaw.w64", lying), DIFFERS, count, b"missing")
    for duration in ["1e300", "nan", "0"]:
        words = ["-metadata:s:a:0", f"DURATION={duration}"]
        ffmpeg("-i", "in.wav", *words, "-c:a", "pcm_s16le", "lying.nut")
        read_whole("lying.nut", CLEANED, count)
    ffmpeg("-i", "in.wav", "sizes.au")
    lying = Path("sizes.au").read_bytes()
    lying = lying[:8] + struct.pack(">I", 20000) + lying[12:]
    read_whole(write("short-size.au", lying), DIFFERS, count, b"announces 10,000")
    for extension in ["wav", "aiff", "caf", "w64", "au", "flac"]:
        ffmpeg("-i", "in.wav", f"once.{extension}")
        once = Path(f"once.{extension}").read_bytes()
        read_whole(write(f"twice.{extension}", once + once), DIFFERS, count, b"another recording")
    ffmpeg("-i", "in.wav", "-c:a", "pcm_s16le", "blocks.voc")
    read_whole("blocks.voc", CLEANED)
    ffmpeg("-i", "in.wav", "-c:a", "adpcm_ms", "blocks.wav")
    contents = Path("blocks.wav").read_bytes()
    read_whole(write("cut-blocks.wav", contents[: len(contents) * 3 // 4]), DIFFERS)


def without_ffmpeg():
    empty = {**os.environ, "PATH": "/nowhere"}
    result = clean("a.m4a", "-o", "none.wav", env=empty)
    check(
        "without ffmpeg its name is told",
        result.returncode == REFUSED
        and b"ffmpeg" in result.stderr
        and (not Path("none.wav").exists()),
        told(result),
    )
    result = clean("in.wav", "-o", "none.mp3", env=empty)
    check(
        "without ffmpeg there is no MP3",
        result.returncode == REFUSED
        and b"ffmpeg" in result.stderr
        and (not Path("none.mp3").exists()),
        told(result),
    )


# ---- Every bit --------------------------------------------------------------------------------


def exact():
    rng = random.Random(1)
    values = {
        "16-bit": (16, 1, rng.randbytes(40000)),
        "24-bit": (24, 1, rng.randbytes(60000)),
        "32-bit": (32, 1, rng.randbytes(80000)),
        "64-bit float": (
            64,
            3,
            b"".join(struct.pack("<d", rng.uniform(-2, 2)) for _ in range(20000)),
        ),
    }
    for title, (bits, code, samples) in values.items():
        write("exact.wav", wave((b"fmt ", plain_format(2, 48000, bits, code)), (b"data", samples)))
        result = clean("exact.wav", "-o", "exact-out.wav", "--force")
        same = result.returncode == 0 and samples_of("exact-out.wav") == samples
        check(f"0 dB keeps every bit of {title} WAV", same, told(result))
        if bits != 32:
            continue
        for extension in ["rf64", "w64", "caf", "aiff"]:
            result = clean("exact.wav", "-o", f"exact.{extension}")
            same = (
                result.returncode == 0
                and ffmpeg("-i", f"exact.{extension}", "-f", "s32le", "-") == samples
            )
            check(f"0 dB keeps every bit of 32-bit {extension}", same, told(result))
        ffmpeg("-i", "exact.wav", "exact.wv")
        result = clean("exact.wv", "-o", "exact-out.wav", "--force")
        same = result.returncode == 0 and samples_of("exact-out.wav") == samples
        check("0 dB keeps every bit of 32-bit WavPack", same, told(result))
        result = clean("exact.wav", "-o", "exact.flac")
        check("FLAC of 24 bits of 32 is told", b"rounded to 24" in result.stderr, told(result))
        run("flac", "--silent", "exact.wav", "-o", "exact-32.flac")
        result = clean("exact-32.flac", "-o", "exact-out.wav", "--force")
        same = result.returncode == 0 and samples_of("exact-out.wav") == samples
        check("0 dB keeps every bit of 32-bit FLAC", same, told(result))


def loud():
    """Floats above full scale are separated as the same recording is at full scale."""
    tone = [math.sin(2 * math.pi * 220 * i / 48000) * (i // 6000 % 2) for i in range(96000)]
    rng = random.Random(2)
    samples = [0.5 * a + rng.uniform(-0.4, 0.4) for a in tone]
    voices = []
    for factor in [1, 64]:
        data = struct.pack(f"<{len(samples)}f", *(factor * sample for sample in samples))
        write("loud.wav", wave((b"fmt ", plain_format(1, 48000, 32, 3)), (b"data", data)))
        result = clean("loud.wav", "-o", "loud-out.wav", "--stems", "--force")
        check(f"floats times {factor} are cleaned", result.returncode == 0, told(result))
        voice = samples_of("loud-out-voice.wav")
        voices.append([v / factor for v in struct.unpack(f"<{len(voice) // 4}f", voice)])
    check("floats of 36 dBFS are separated as those of 0 dBFS", voices[0] == voices[1], "differ")
    check("there is a voice to compare", any(voices[0]), "silence")


# ---- What travels with the samples ------------------------------------------------------------


def much_too_loud():
    """Floats far beyond full scale reach every encoder as samples that it can encode."""
    values = [3.4e38 * (-1) ** i for i in range(20000)]
    data = struct.pack(f"<{len(values)}f", *values)
    write("hot.wav", wave((b"fmt ", plain_format(1, 48000, 32, 3)), (b"data", data)))
    for extension in ["flac", "mp3", "m4a", "opus"]:
        result = clean("hot.wav", "-o", f"hot.{extension}")
        right = result.returncode == 0 and b"samples clipped" in result.stderr
        check(f"+770 dBFS to {extension}", right, told(result))


def travelling():
    count = 150
    numbers = range(1, count + 1)
    cue = struct.pack("<I", count) + b"".join(
        struct.pack("<II4sIII", number, 100 * number, b"data", 0, 0, 100 * number)
        for number in numbers
    )
    labels = b"adtl" + b"".join(
        chunk(b"labl", struct.pack("<I", number) + b"Take %d\0" % number)
        + chunk(b"note", struct.pack("<I", number) + b"Note %d\0" % number)
        + chunk(b"ltxt", struct.pack("<II4sHHHH", number, 50, b"rgn ", 0, 0, 0, 0))
        for number in numbers
    )
    loudness = struct.pack("<5h", -2300, 500, -100, -2000, -2100)
    bext = (
        b"Scene 1".ljust(256, b"\0")
        + b"Recorder".ljust(64, b"\0")
        + b"2024-01-0212:13:14"
        + struct.pack("<QH", 123456789, 2)
        + bytes(range(64))
        + loudness
        + bytes(180)
        + b"A=PCM,F=48000,W=16,M=mono\r\n" * 3000
    )
    info = (
        b"INFO"
        + chunk(b"INAM", b"The title\0")
        + chunk(b"IART", b"An artist\0")
        + chunk(b"IXYZ", b"odd\0")
    )
    before = [
        (b"bext", bext),
        (b"iXML", b"<BWFXML></BWFXML>"),
        (b"chna", bytes(44)),
        (b"cart", b"c" * 2048),
    ]
    after = [
        (b"cue ", cue),
        (b"LIST", labels),
        (b"LIST", info),
        (b"axml", b"y" * 200001),
        (b"smpl", bytes(60)),
        (b"acid", bytes(24)),
        (b"id3 ", b"ID3\4\0\0\0\0\0\0"),
        (b"_PMX", b"<x:xmpmeta/>"),
        (b"Zzzz", b"unknown"),
    ]
    sound = [(b"fmt ", plain_format(1, 48000, 16)), (b"data", samples_of("in.wav"))]
    write("full.wav", wave(*before, *sound, *after))
    cleared = bext.replace(loudness, b"\xff\x7f" * 5)
    expected = [
        (name, cleared if name == b"bext" else contents) for name, contents in before + after
    ]

    def arrives(title, *names):
        for source, target in zip(("full.wav", *names), names, strict=False):
            result = clean(source, "-o", target)
            if result.returncode or result.stderr:
                return check(title, False, told(result))
        found = chunks(Path(names[-1]).read_bytes())
        kept = [part for part in found if part[0] not in (b"fmt ", b"data")]
        missing = [name for name, contents in expected if (name, contents) not in kept]
        check(title, kept == expected and sound[1] in found, f"missing {missing}")

    arrives("all chunks go from WAV to WAV", "wav.wav")
    arrives("all chunks go through FLAC", "one.flac", "two.flac", "flac.wav")
    arrives("all chunks go through RF64", "one.rf64", "rf64.wav")
    run("flac", "--silent", "--decode", "--keep-foreign-metadata", "one.flac", "-o", "restored.wav")
    restored = [
        part
        for part in chunks(Path("restored.wav").read_bytes())
        if part[0] not in (b"fmt ", b"data")
    ]
    check("flac restores the chunks of our FLAC", restored == expected, restored)

    def tags(name):
        text = run(
            "ffprobe", "-v", "error", "-show_entries", "format_tags", "-of", "flat", name
        ).stdout.decode()
        pairs = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        return {key.split(".")[-1].upper(): value.strip('"') for key, value in pairs.items()}

    found = tags("one.flac")
    wanted = {"TITLE": "The title", "ARTIST": "An artist", "IXYZ": "odd"}
    check("titles of WAV are those of FLAC", wanted.items() <= found.items(), found)
    words = ["-metadata", "title=Täglich", "-metadata", "take=7", "-metadata", "artist=Wer"]
    ffmpeg("-i", "in.wav", *words, "tagged.flac")
    for source, target in [("tagged.flac", "tagged.wav"), ("tagged.wav", "again.flac")]:
        clean(source, "-o", target)
    wanted, found = {"TITLE": "Täglich", "TAKE": "7", "ARTIST": "Wer"}, tags("again.flac")
    check("tags of FLAC go through WAV", wanted.items() <= found.items(), found)

    result = clean("full.wav", "-o", "full.aiff")
    check(
        "what AIFF does not hold is told",
        result.stderr.count(b"\n") == 1 and b"bext" in result.stderr and (result.returncode == 0),
        told(result),
    )
    clean("full.aiff", "-o", "marked.wav")
    parts = dict(chunks(Path("marked.wav").read_bytes()))
    labels_kept = Path("marked.wav").read_bytes().count(b"labl")
    found = (struct.unpack_from("<I", parts[b"cue "])[0], labels_kept)
    check("markers go through AIFF", found == (count, count), found)

    ambisonic = bytes.fromhex("00002107d3118644c8c1ca000000")
    ordinary = bytes.fromhex("000000001000800000aa00389b71")
    for title, mask, tail in [
        ("channel mask 0", 0, ordinary),
        ("Ambisonic GUID", 0, ambisonic),
        ("5.1", 63, ordinary),
    ]:
        channels = 6 if mask else 4
        own = (
            plain_format(channels, 48000, 24, 0xFFFE) + struct.pack("<HHIH", 22, 24, mask, 1) + tail
        )
        write("many.wav", wave((b"fmt ", own), (b"data", bytes(3 * channels * 3000))))
        for source, target in [
            ("many.wav", "many-out.wav"),
            ("many.wav", "many.flac"),
            ("many.flac", "many-too.wav"),
        ]:
            clean(source, "-o", target, "--force")
        found = [
            dict(chunks(Path(name).read_bytes()))[b"fmt "]
            for name in ("many-out.wav", "many-too.wav")
        ]
        check(f"{title} goes to WAV and through FLAC", found == [own, own], found)


def places():
    """Where the channels belong goes from CAF to WAV and back, or a line tells that it is lost."""
    write("many.raw", bytes(2 * 6 * 3000))

    def caf(tag, bits=0, labels=()):
        desc = struct.pack(">d4sIIIII", 48000, b"lpcm", 0, 12, 1, 6, 16)
        listed = b"".join(struct.pack(">II3f", label, 0, 0, 0, 0) for label in labels)
        layout = struct.pack(">III", tag, bits, len(labels)) + listed
        data = bytes(4) + Path("many.raw").read_bytes()
        parts = [(b"desc", desc), (b"chan", layout), (b"data", data)]
        body = b"".join(name + struct.pack(">q", len(part)) + part for name, part in parts)
        return b"caff" + struct.pack(">HH", 1, 0) + body

    def mask(name):
        form = dict(chunks(Path(name).read_bytes()))[b"fmt "]
        return struct.unpack_from("<I", form, 20)[0] if len(form) >= 40 else None

    for title, contents, wanted in [
        ("bits", caf(1 << 16, 0x60F), 0x60F),
        ("the number of 5.1", caf(121 << 16 | 6), 0x3F),
        ("a list", caf(0, labels=[1, 2, 3, 4, 10, 11]), 0x60F),
    ]:
        clean(write("places.caf", contents), "-o", "places.wav", "--force")
        result = clean("places.wav", "-o", "again.caf", "--force")
        clean("again.caf", "-o", "again.wav", "--force")
        found = (mask("places.wav"), mask("again.wav"))
        check(
            f"places by {title} go from CAF to WAV and back", found == (wanted,) * 2, told(result)
        )
    for title, source, target, pattern in [
        ("in an order that WAV has not", caf(0, labels=[3, 1, 2, 5, 6, 4]), "lost.wav", b"chan"),
        ("that AIFF does not hold", caf(1 << 16, 0x3F), "lost.aiff", b"channel mask"),
    ]:
        result = clean(write("places.caf", source), "-o", target)
        right = result.returncode == 0 and result.stderr.count(b"\n") == 1
        check(f"places {title} are told", right and pattern in result.stderr, told(result))


def from_ffmpeg():
    """What goes with the samples of files that ffmpeg reads."""
    titles = ["One", "Zwei = 2"]
    text = ";FFMETADATA1\n" + "".join(
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={400 * i}\nEND={400 * i + 400}\ntitle={title}\n"
        for i, title in enumerate(title.replace("=", "\\=") for title in titles)
    )
    write("chapters.txt", text.encode())
    ffmpeg("-i", "in.wav", "-i", "chapters.txt", "-map_chapters", "1", "book.mka")
    result = clean("book.mka", "-o", "book.wav")
    parts = chunks(Path("book.wav").read_bytes())
    cue = dict(parts)[b"cue "]
    places = [struct.unpack_from("<I", cue, 24 + 24 * i)[0] for i in range(len(cue) // 24)]
    labels = chunks(bytes(8) + next(part for _, part in parts if part[:4] == b"adtl"))
    found = [label[4:-1].decode() for _, label in labels]
    right = result.returncode == 0 and (places, found) == ([0, 19200], titles)
    check("chapters become markers", right, f"{places} {found} {told(result)}")
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=64x64:duration=1", "-frames:v", "1", "cover.png")
    cover = ["-map", "0", "-map", "1", "-c:v", "png", "-disposition:v", "attached_pic"]
    ffmpeg("-i", "in.wav", "-i", "cover.png", *cover, "cover.mp3")
    result = clean("cover.mp3", "-o", "cover.wav")
    right = result.returncode == 0 and b"no place for a picture" in result.stderr
    check("a picture that WAV does not hold is told", right, told(result))


def loudest(name, channels):
    """The frequency in each channel."""
    samples = ffmpeg("-i", name, "-f", "f32le", "-")
    values = struct.unpack(f"<{len(samples) // 4}f", samples)
    found = []
    for channel in range(channels):
        row = values[channel::channels][9600:19200]
        crossings = sum(a < 0 <= b for a, b in zip(row, row[1:], strict=False))
        found.append(round(crossings * 5 / 300))
    return found


def lossy_channels():
    """Every channel arrives in its place, with all that it holds, or the file is refused."""
    for count in range(2, 8):
        tones = "|".join(f"0.2*sin({600 * (i + 1)}*PI*t)" for i in range(count))
        tone = ["-f", "lavfi", "-i", f"aevalsrc={tones}:d=0.6:s=48000"]
        ffmpeg(*tone, "-bitexact", "-c:a", "pcm_s16le", "-f", "s16le", "tones.raw")
        form = plain_format(count, 48000, 16)
        write("tones.wav", wave((b"fmt ", form), (b"data", Path("tones.raw").read_bytes())))
        wanted = list(range(1, count + 1))
        for extension in ["mp3", "opus", "m4a"]:
            result = clean("tones.wav", "-o", f"tones-{count}.{extension}")
            if result.returncode == REFUSED:
                right = count > 2 and f"{count} channels".encode() in result.stderr
            else:
                right = loudest(f"tones-{count}.{extension}", count) == wanted
            check(f"{count} channels as {extension}, or refused", right, told(result))
    result = clean("in.wav", "-o", "resampled.opus")
    check("Opus of 48,000 Hz says nothing", not result.stderr, told(result))
    ffmpeg("-i", "in.wav", "-ar", "44100", "in-44.wav")
    result = clean("in-44.wav", "-o", "in-44.opus")
    check("Opus of 44,100 Hz tells", b"resampled" in result.stderr, told(result))


def other_formats():
    lossy_channels()
    count = len(samples_of("in.wav")) // 2
    for extension, tolerance in [("mp3", 0), ("opus", 0), ("m4a", 1024)]:
        result = clean("in.wav", "-o", f"out.{extension}")
        found = counted_by_ffmpeg(f"out.{extension}") if result.returncode == 0 else 0
        check(
            f"writes {extension}", count <= found <= count + tolerance, f"{found}: {told(result)}"
        )
    result = clean("in.wav", "-o", "float.flac", "--encoding", "float")
    check(
        "FLAC of floats is refused",
        result.returncode == REFUSED
        and b"FLAC" in result.stderr
        and (not Path("float.flac").exists()),
        told(result),
    )
    # A sparse file of 2.5 GB; as 32-bit AIFF it would have 5 GB.
    head = wave((b"fmt ", plain_format(64, 192000, 16)))
    size = 2_500_000_000 // 128 * 128
    write(
        "huge.wav",
        head[:4] + struct.pack("<I", size + 36) + head[8:] + b"data" + struct.pack("<I", size),
    )
    os.truncate("huge.wav", 44 + size)
    result = clean("huge.wav", "-o", "huge.aiff", "--encoding", "pcm32")
    check(
        "AIFF above 4 GB is refused at once",
        result.returncode == REFUSED and b"4 GB" in result.stderr,
        told(result),
    )


# ---- Nothing is lost or replaced --------------------------------------------------------------


def start(*arguments, **options):
    """A run that has begun to write and is stopped."""
    process = subprocess.Popen(
        [ISOLDE, "clean", "--quiet", "long.wav", *arguments], stderr=subprocess.PIPE, **options
    )
    descriptors = Path(f"/proc/{process.pid}/fd")
    while process.poll() is None:
        paths = []
        for link in descriptors.iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                paths.append(os.readlink(link))
        if any(
            "(deleted)" in path and "/memfd:" not in path or path.endswith(".part")
            for path in paths
        ):
            break
    process.send_signal(signal.SIGSTOP)
    return process


def go_on(process, *numbers):
    """Lets it work, with these signals waiting; what it wrote to stderr."""
    for number in [*numbers, signal.SIGCONT]:
        process.send_signal(number)
    return process.communicate(timeout=60)[1]


def left():
    return sorted(
        name for name in os.listdir() if name.endswith(".part") or name.startswith("target")
    )


def safe(environment, title):
    """Outputs and signals; `environment` decides whether files can be unnamed."""
    process = start("-o", "target.wav", env=environment)
    write("target.wav", b"precious")
    told_it = go_on(process)
    kept = Path("target.wav").read_bytes() == b"precious"
    check(
        f"a file that came meanwhile stays{title}",
        process.returncode == REFUSED
        and kept
        and (told_it.count(b"\n") == 1)
        and (left() == ["target.wav"]),
        told_it,
    )
    result = clean("in.wav", "-o", "target.wav", "--force", env=environment)
    check(
        f"--force replaces{title}",
        result.returncode == 0
        and left() == ["target.wav"]
        and (samples_of("target.wav") == samples_of("in.wav")),
        told(result),
    )
    os.remove("target.wav")
    process = start("-o", "target.wav", env=environment)
    go_on(process, signal.SIGINT)
    check(
        f"an interrupted run leaves nothing{title}",
        process.returncode == -signal.SIGINT and (not left()),
        f"status {process.returncode}, {left()}",
    )


def outputs():
    safe(None, "")
    safe({**os.environ, "LD_PRELOAD": NO_UNNAMED}, " where files cannot be unnamed")

    process = start("-o", "target.wav")
    go_on(process, signal.SIGKILL)
    check("a killed run leaves nothing", not left(), left())

    runs = [
        subprocess.Popen(
            [ISOLDE, "clean", "--quiet", "in.wav", "-o", "target.wav"], stderr=subprocess.DEVNULL
        )
        for _ in range(3)
    ]
    statuses = sorted(process.wait() for process in runs)
    check("of parallel runs one wins", statuses == [0, 1, 1] and left() == ["target.wav"], statuses)
    os.remove("target.wav")

    process = start(
        "-o", "target.wav", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    go_on(process, signal.SIGHUP)
    done = process.returncode == 0 and left() == ["target.wav"]
    check("SIGHUP that is ignored stays ignored", done, process.returncode)
    os.remove("target.wav")

    process = start("-o", "target.wav")
    go_on(process, signal.SIGINT, signal.SIGTERM)
    check(
        "a second signal ends the process",
        process.returncode < 0 and (not left()),
        process.returncode,
    )

    os.chmod("in.wav", 0o440)
    clean("in.wav", "-o", "target.wav")
    mode = os.stat("target.wav").st_mode & 0o777
    os.chmod("in.wav", 0o644)
    check("permissions are those of the recording", mode == 0o440, oct(mode))
    os.symlink("target.wav", "link.wav")
    clean("in.wav", "-o", "link.wav", "--force")
    check(
        "a link is kept, what it leads to is replaced",
        os.path.islink("link.wav") and os.stat("target.wav").st_mode & 0o777 == 0o644,
        os.stat("target.wav"),
    )


def names():
    os.mkdir("names")
    composed, decomposed = "é.wav".encode(), "e\u0301.wav".encode()
    sources = [
        b"caf\xe9.wav",
        b"\xff\xfe.wav",
        composed,
        decomposed,
        b"a:b.wav",
        b"new\nline.wav",
        "\U0010ff80.wav".encode(),
        b"x" * 251 + b".wav",
        "ü".encode() * 125 + b".wav",
    ]
    sound = Path("in.wav").read_bytes()
    for name in sources:
        write(os.fsdecode(b"names/" + name), sound)
    result = clean(*[b"names/" + name for name in sources], "--stems")
    found = {os.fsencode(name) for name in os.listdir("names")} - set(sources)
    expected = {name[:-4] + b"-clean.wav" for name in sources[:-2]}
    expected |= {b"x" * 245 + b"-clean.wav", "ü".encode() * 122 + b"-clean.wav"}
    check(
        "names are bytes and fit",
        result.returncode == 0 and expected <= found and (len(found) == 4 * len(sources)),
        f"{told(result)} missing {expected - found}",
    )
    result = run(ISOLDE, "clean", b"names/caf\xe9.wav")
    check(
        "messages show a name as it is", b"names/caf\xe9-clean.wav" in result.stderr, told(result)
    )


def main():
    os.chdir(sys.argv[3])
    run(
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        VOICE,
        "-ac",
        "1",
        "-ar",
        "48000",
        "-t",
        "1.2",
        "-bitexact",
        "in.wav",
    )
    ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "anoisesrc=duration=200:sample_rate=48000:amplitude=0.1:seed=1",
        "long.wav",
    )
    for topic in [
        lengths,
        raised,
        damaged,
        without_ffmpeg,
        exact,
        loud,
        much_too_loud,
        travelling,
        places,
        from_ffmpeg,
        other_formats,
        outputs,
        names,
    ]:
        topic()
    return min(failures, 1)


sys.exit(main())
