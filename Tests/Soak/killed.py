"""Kills `isolde clean` at random moments and checks what is left.

killed.py ISOLDE RUNS SEED: recordings in four formats are cleaned in RUNS runs, with and without
stems and pictures, onto nothing, over older results and resumed, each ended by SIGKILL after a
random time. After each, every recording must be unchanged, every result complete or missing, no
older result lost, and nothing else in the folder. At the end a run resumes after five killed ones,
and must give the same files as an undisturbed run.
"""

import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ISOLDE, RUNS, SEED = Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3])
VOICES = sorted(Path("/usr/share/sounds/alsa").glob("*.wav"))
WISHES = [["--stems", "--plot"], ["--stems"], ["--stems", "--background", "-40"], []]


def make_recordings(folder):
    (folder / "late").mkdir(parents=True)
    for voice, name in zip(VOICES, ["a.wav", "late/b.flac", "c.m4a", "late/d.mp3"], strict=False):
        command = ["ffmpeg", "-v", "error", "-stream_loop", "2", "-i", voice]
        subprocess.run([*command, "-bitexact", folder / name], check=True)


def contents(folder):
    """A hash of every file below the folder."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder): hashlib.sha256(file.read_bytes()).digest() for file in files}


def command(recordings, wishes, results, *more):
    places = [str(results)] if "--plot" in wishes else []
    start = [ISOLDE, "clean", "--quiet", "--model", "live", recordings, "--output", results]
    return [*start, *more, *wishes, *places]


def main():
    chance = random.Random(SEED)
    home = Path(tempfile.mkdtemp(prefix="isolde-killed-"))
    recordings, results = home / "recordings", home / "results"
    make_recordings(recordings)
    untouched = contents(recordings)
    whole, lasted = [], []
    for number, wishes in enumerate(WISHES):
        start = time.monotonic()
        subprocess.run(command(recordings, wishes, home / f"whole-{number}"), check=True)
        lasted.append(time.monotonic() - start)
        whole.append(contents(home / f"whole-{number}"))
    faults, killed, partial = [], 0, 0
    for run in range(RUNS):
        number = chance.randrange(len(WISHES))
        how = chance.choice([None, "--force", "--skip-existing"])
        if how is None:
            shutil.rmtree(results, ignore_errors=True)
        before = contents(results)
        more = ["--jobs", chance.choice("12"), *([how] if how else [])]
        process = subprocess.Popen(
            command(recordings, WISHES[number], results, *more), stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0, lasted[number]))
        process.kill()
        killed += process.wait() != 0
        after = contents(results)
        partial += 0 < len(after) < len(whole[number])
        if contents(recordings) != untouched:
            faults.append(f"run {run}: a recording has changed")
        lost = before.keys() - after.keys()
        strange = {name for name in after if after[name] not in [good.get(name) for good in whole]}
        if lost or strange:
            names = ", ".join(map(str, sorted(lost | strange)))
            faults.append(f"run {run} {how}: lost or not whole: {names}")
    shutil.rmtree(results, ignore_errors=True)
    resume = command(recordings, WISHES[0], results, "--skip-existing")
    for _ in range(5):
        process = subprocess.Popen(resume)
        time.sleep(lasted[0] / 4)
        process.kill()
        process.wait()
    subprocess.run(resume, check=True)
    if contents(results) != whole[0]:
        faults.append("the run that went on gave other files")
    shutil.rmtree(home)
    print(*faults, sep="\n", end="\n" if faults else "")
    enough = killed >= RUNS // 4 and partial > 0  # else it proves nothing
    word = "right" if enough and not faults else "WRONG"
    counts = f"{killed} killed, {partial} with a part of the results, {len(faults)} faults"
    print(f"{word}: {RUNS} runs, {counts}")
    return word != "right"


sys.exit(main())
