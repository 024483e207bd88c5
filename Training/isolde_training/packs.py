"""Folders of recordings, decoded once into one int16 file that all processes map."""

from __future__ import annotations

import csv
import pathlib

import numpy as np
import soundfile
from tqdm import tqdm

from .config import RATE

SUFFIXES = (".opus", ".ogg", ".flac", ".wav")
OPEN = ("yes", "gpl")  # values of the column `open` that a model under the GPL may learn from


def bandwidths(data: pathlib.Path) -> dict[str, float]:
    """Path of every open recording of `index.csv` and its bandwidth in Hz (24000 if unknown)."""
    with open(data / "index.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["open"] in OPEN]
    return {row["path"]: float(row["bandwidth_hz"] or RATE / 2) for row in rows}


class Pack:
    """The recordings of one folder, mono, 48 kHz.

    `index[i]` is the start, the length and the bandwidth in Hz of recording i.
    """

    def __init__(self, data: pathlib.Path, name: str, cache: pathlib.Path):
        samples, index = cache / f"{name}.i16", cache / f"{name}.npy"
        if not index.exists():
            decode(data, name, samples, index)
        self.index = np.load(index)
        self.samples = np.memmap(samples, np.int16, "r")
        weight = np.minimum(self.index[:, 1], 120 * RATE) ** 0.75  # long ones more, but not by far
        weight = weight * np.where(self.index[:, 2] < 12500, 0.4, 1)  # dull voices teach a low-pass
        self.weight = weight / weight.sum()

    def __len__(self) -> int:
        return len(self.index)

    def sound(self, i: int, start: int = 0, count: int = 10**9) -> np.ndarray:
        """Up to `count` samples of recording i as float32."""
        first, length = self.index[i, :2]
        stop = first + min(start + count, length)
        return self.samples[first + start : stop].astype(np.float32) / 32768

    def cut(self, rng: np.random.Generator, count: int, floor: float = 1e-6) -> np.ndarray:
        """A random stretch [count] with sound in it; a short recording is followed by another."""
        for _ in range(8):
            i = rng.choice(len(self), p=self.weight)
            start = int(rng.integers(0, max(self.index[i, 1] - count, 0) + 1))
            x = self.sound(i, start, count)
            if (x * x).mean() > floor:
                break
        if len(x) < count:
            edge = min(len(x) // 4, 2400)
            x[len(x) - edge :] *= np.linspace(1, 0, edge, dtype=np.float32)
            x = np.concatenate([x, self.cut(rng, count - len(x), 0)])
        return x


def decode(data: pathlib.Path, name: str, samples: pathlib.Path, index: pathlib.Path) -> None:
    """Write all open recordings of `data/name` one after the other, and where each begins."""
    known = bandwidths(data)
    paths = [p for p in sorted((data / name).rglob("*")) if p.suffix in SUFFIXES]
    paths = [p for p in paths if p.relative_to(data).as_posix() in known]
    samples.parent.mkdir(parents=True, exist_ok=True)
    rows, at = [], 0
    with open(samples, "wb") as file:
        for path in tqdm(paths, desc=name, unit="file"):
            x, rate = soundfile.read(path, dtype="int16", always_2d=True)
            if rate != RATE:
                raise SystemExit(f"{path}: {rate} Hz, expected {RATE}")
            x[:, 0].tofile(file)
            rows.append((at, len(x), known[path.relative_to(data).as_posix()]))
            at += len(x)
    np.save(index, np.array(rows, np.int64).reshape(-1, 3))
