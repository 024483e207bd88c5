"""Additional training recordings from open repositories: only those that `../more/` lists.

`more/index.csv` has a row a pack (a voice, or a room's response), in the form of the data's own;
`more/files.csv` the stretches of original files that stand in it, in their order. A pack is mono,
48 kHz, its stretches 0.3 s apart and at one level. Without network training goes on without them.
"""

from __future__ import annotations

import csv
import itertools
import pathlib
from dataclasses import dataclass

import numpy as np
import soundfile
from scipy.signal import butter, resample_poly, sosfilt

from ..config import RATE, ROOT
from .recordings import SOURCE, fetch

TABLES = ROOT / "Training" / "more"
HIGH_PASS = butter(2, 25, "high", fs=RATE, output="sos")  # Hz
GAP = np.zeros(int(0.3 * RATE))
FADE = np.sin(np.linspace(0, np.pi / 2, int(0.004 * RATE))) ** 2
LEVEL = -26.0  # dBFS, of the active frames
QUALITY = 1 - (64000 - 6000) / 250000  # 64 kb/s, in libsndfile's scale for one channel of Opus


@dataclass(frozen=True)
class Stretch:
    """A stretch of an original file."""

    speaker: str
    repository: str
    commit: str
    path: str
    start: float
    seconds: float

    def file(self, cache: pathlib.Path) -> pathlib.Path:
        return cache / "originals" / self.repository / self.path


def stretches(table: pathlib.Path) -> list[Stretch]:
    """The rows of `files.csv`."""
    with open(table, newline="") as file:
        return [
            Stretch(*(row[k] for k in ("speaker", "repository", "commit", "path")), *times)
            for row in csv.DictReader(file)
            for times in [(float(row["start_s"]), float(row["seconds"]))]
        ]


def decibels(power: np.ndarray) -> np.ndarray:
    return 10 * np.log10(np.maximum(power, 1e-14))


def levels(x: np.ndarray, milliseconds: int = 20) -> np.ndarray:
    """Levels of frames, in dBFS."""
    n = RATE * milliseconds // 1000
    return decibels((x[: len(x) // n * n].reshape(-1, n) ** 2).mean(1))


def decode(path: pathlib.Path) -> np.ndarray:
    """The first channel at 48 kHz, without DC, high-passed at 25 Hz."""
    x, rate = soundfile.read(path, always_2d=True)
    x = x[:, 0] - x[:, 0].mean()
    return sosfilt(HIGH_PASS, resample_poly(x, RATE, rate) if rate != RATE else x)


def cut(x: np.ndarray, start: float, seconds: float) -> np.ndarray:
    """A stretch with at most 0.1 s before and after the voice, and faded ends."""
    x = x[int(start * RATE) : int((start + seconds) * RATE)]
    on = np.nonzero(levels(x, 10) > levels(x, 10).max() - 40)[0]
    x = x[max(0, int((on[0] / 100 - 0.1) * RATE)) : int((on[-1] / 100 + 0.11) * RATE)].copy()
    x[: len(FADE)] *= FADE
    x[-len(FADE) :] *= FADE[::-1]
    return x


def pack(parts: list[Stretch], cache: pathlib.Path) -> np.ndarray:
    """All stretches of a speaker at one gain, float64 [N]."""
    sounds: list[np.ndarray] = []
    for path, group in itertools.groupby(parts, lambda part: part.file(cache)):
        x = decode(path)
        for part in group:
            sounds += [cut(x, part.start, part.seconds), GAP]
    x = np.concatenate(sounds[:-1])
    frames = levels(x)
    active = decibels((10 ** (frames[frames > frames.max() - 30] / 10)).mean())
    x = x * 10 ** ((LEVEL - active) / 20)
    return x * min(1.0, 0.98 / np.abs(x).max())


def gather(folder: pathlib.Path, source: str = SOURCE, tables: pathlib.Path = TABLES) -> int:
    """Write the available packs and their `index.csv` to a folder; returns the number of packs."""
    parts = stretches(tables / "files.csv")
    gone = {part.speaker for part in fetch(folder, source, parts)}
    with open(tables / "index.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["speaker"] not in gone]
    for row in rows:
        path = folder / row["path"]
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            x = pack([part for part in parts if part.speaker == row["speaker"]], folder)
            soundfile.write(path, x, RATE, "OPUS", format="OGG", compression_level=QUALITY)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "index.csv", "w", newline="") as file:
        out = csv.DictWriter(file, rows[0] if rows else ["path"])
        out.writeheader()
        out.writerows(rows)
    return len(rows)
