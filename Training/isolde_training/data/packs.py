"""Recordings decoded once into one int16 file, which all processes map."""

from __future__ import annotations

import csv
import pathlib
from multiprocessing import Pool

import numpy as np
import soundfile
from tqdm import tqdm

from ..config import RATE

SUFFIXES = (".opus", ".ogg", ".flac", ".wav")
OPEN = ("yes", "gpl")  # values of the column `open` that a model under the GPL may learn from
HELD_OUT = pathlib.Path(__file__).with_name("held_out.txt")  # paths without suffix
# Actors, who shout, laugh and plead: 2 % of the speech.
EXPRESSIVE = ("speech/sdap_", "speech/mg_")
# Cries, laughs and song among the backgrounds: learned as noise, they cost shouts.
VOICED = ("noise/human/", "noise/impulsive/antum_mermaid_song", "noise/music/sonicpi_ambi_choir")


def bandwidths(data: pathlib.Path) -> dict[str, float]:
    """Path of every open recording of `index.csv` and its bandwidth in Hz (24000 if unknown)."""
    with open(data / "index.csv", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["open"] in OPEN]
    return {row["path"]: float(row["bandwidth_hz"] or RATE / 2) for row in rows}


def open_recordings(data: pathlib.Path, name: str) -> list[tuple[pathlib.Path, str, float]]:
    """Path, path below `data` without suffix, and bandwidth of the usable files of `data/name`."""
    if not (data / "index.csv").exists():
        return []
    known = bandwidths(data)
    paths = [p for p in sorted((data / name).rglob("*")) if p.suffix in SUFFIXES]
    short = [p.relative_to(data) for p in paths]
    return [
        (p, s.with_suffix("").as_posix(), known[s.as_posix()])
        for p, s in zip(paths, short, strict=True)
        if s.as_posix() in known
    ]


def held_out() -> set[str]:
    """The names in `held_out.txt`."""
    return set(HELD_OUT.read_text().splitlines())


def drawn(names: list[str]) -> list[bool]:
    """Which recordings runs may use: not held-out ones, nor human sounds as background."""
    kept = held_out()
    return [n not in kept and not n.startswith(VOICED) for n in names]


class Pack:
    """The recordings of one folder and of the same of CACHE/more (`gather.py`), mono, 48 kHz.

    `index[i]` is the start, the length and the bandwidth in Hz of recording i. `cut` never draws
    those that `held_out.txt` names: the validation set is made of them. Nor does it draw human
    sounds among the backgrounds; it draws actors more often than others.
    """

    def __init__(self, data: pathlib.Path, name: str, cache: pathlib.Path):
        samples, index, names = files(cache, name)
        if not names.exists():
            decode(data, name, cache)
        self.index = np.load(index)
        self.samples = np.memmap(samples, np.int16, "r")
        self.names, kept = names.read_text().splitlines(), held_out()
        self.held_out = [i for i, n in enumerate(self.names) if n in kept]
        weight = np.minimum(self.index[:, 1], 120 * RATE) ** 0.75  # favours long ones a little
        weight = weight * np.where(self.index[:, 2] < 12500, 0.4, 1)  # dull voices teach a low-pass
        weight = weight * [8 if n.startswith(EXPRESSIVE) else 1 for n in self.names]
        weight = weight * drawn(self.names)
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


def first_channel(path: pathlib.Path) -> tuple[np.ndarray, int]:
    """Samples of a recording as int16 [N], and their rate in Hz."""
    try:
        x, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"{path}: cannot be read to its end, {error.error_string}") from error
    return np.ascontiguousarray(x[:, 0]), rate


def files(cache: pathlib.Path, name: str) -> tuple[pathlib.Path, pathlib.Path, pathlib.Path]:
    """Samples, index and names of a pack in the cache; the names are written last."""
    return cache / f"{name}.i16", cache / f"{name}.npy", cache / f"{name}.txt"


def decode(data: pathlib.Path, name: str, cache: pathlib.Path) -> None:
    """Write all open recordings of a name into one file, and an index of where each begins.

    A pack that already holds these files, with the same sizes and dates, is not written again.
    """
    found = open_recordings(data, name) + open_recordings(cache.parent / "more", name)
    if not found:
        raise SystemExit(f"{data / name}: no recording that index.csv marks as open")
    samples, index, names = files(cache, name)
    wanted = "".join(f"{short}\n" for _, short, _ in found)
    stamp = names.with_suffix(".stamp")
    now = "".join(f"{s.st_size} {s.st_mtime_ns}\n" for s in (p.stat() for p, _, _ in found))
    if names.exists() and names.read_text() == wanted:
        if not stamp.exists():  # a cache from before there were stamps
            stamp.write_text(now)
        if stamp.read_text() == now:
            return
    cache.mkdir(parents=True, exist_ok=True)
    names.unlink(missing_ok=True)
    rows, at, aside = [], 0, samples.with_suffix(".part")
    with Pool() as pool, open(aside, "wb") as file:
        sounds = tqdm(
            pool.imap(first_channel, [path for path, _, _ in found]),
            total=len(found),
            desc=name,
            unit="file",
            disable=None,
        )
        try:
            for (path, _, bandwidth), (x, rate) in zip(found, sounds, strict=True):
                if rate != RATE:
                    raise SystemExit(f"{path}: {rate} Hz, expected {RATE}")
                x.tofile(file)
                rows.append((at, len(x), bandwidth))
                at += len(x)
        except ValueError as error:
            raise SystemExit(str(error)) from error
    aside.rename(samples)
    np.save(index, np.array(rows, np.int64).reshape(-1, 3))
    stamp.write_text(now)
    names.write_text(wanted)
