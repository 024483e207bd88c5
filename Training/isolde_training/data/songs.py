"""Songs in stems, and clips of singers over accompaniments for networks that split music.

`gather` reads folders of stems, a song each, as the album "Everything is Free" of
Software-Entwicklungskit has them (CC0): files whose names say so are vocals, or drums, all others
the rest. Names of songs in `TEST` and `VALIDATION` are never drawn. Shapes: N samples.
"""

from __future__ import annotations

import pathlib
import re
import subprocess

import numpy as np
import scipy.fft as sf
from tqdm import tqdm

from ..config import RATE, MixConfig
from .mixer import Mixer, curve

PARTS = ("vocals", "drums", "rest")
VOCALS = re.compile(r"VOX|VOCAL", re.IGNORECASE)
DRUMS = re.compile(
    r"(?<![A-Z])(HH|HATS?|KICK|BEAT|DRUMS?|SNARE|CLAPS?|TOMS?|CRASH|CYMBALS?|PRC|PERC|SN|TOPS|"
    r"BREAK(BEAT)?)(?![A-Z])",
    re.IGNORECASE,
)
SOUNDS = (".m4a", ".wav", ".flac", ".ogg", ".opus", ".mp3")
TEST, VALIDATION = ("Rubidium", "Caesium"), ("Hydrogen",)
HEARD = 10 ** (-40 / 20)  # RMS from which a stretch of vocals counts as sung
UNIT = RATE  # samples, of such a stretch


def part_of(name: str) -> str:
    """Which part of a song a stem belongs to, by its name."""
    return "vocals" if VOCALS.search(name) else "drums" if DRUMS.search(name) else "rest"


def decoded(path: pathlib.Path) -> np.ndarray:
    """A stem, mono, float32 [N]."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "f32le", "-ar", str(RATE)]
    done = subprocess.run([*command, "-ac", "1", "-"], capture_output=True)
    if done.returncode or not done.stdout:
        raise SystemExit(f"{path}: {done.stderr.decode().strip() or 'holds no sound'}")
    return np.frombuffer(done.stdout, "<f4")


def gather(folder: pathlib.Path, cache: pathlib.Path) -> int:
    """The songs below a folder as int16 files in `cache/songs`; how many there are."""
    stems: dict[str, list[pathlib.Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SOUNDS and "stem" in path.stem.lower():
            stems.setdefault(path.parent.name.rpartition(".")[2], []).append(path)
    for song, paths in tqdm(stems.items(), unit="song", disable=None):
        found = {part: np.zeros(0, np.float32) for part in PARTS}
        for path in paths:
            part, x = part_of(path.stem), decoded(path)
            longer = max(len(x), len(found[part]))
            found[part] = np.pad(found[part], (0, longer - len(found[part])))
            found[part][: len(x)] += x
        n = max(map(len, found.values()))
        x = np.stack([np.pad(found[part], (0, n - len(found[part]))) for part in PARTS])
        scale = 32000 / np.abs(x).max(initial=1e-9)
        (cache / "songs").mkdir(parents=True, exist_ok=True)
        np.save(cache / "songs" / f"{song}.npy", np.round(x * scale).astype(np.int16))
    return len(stems)


class Song:
    """The parts of a song, and where it is sung."""

    def __init__(self, path: pathlib.Path):
        self.name, self.parts = path.stem, np.load(path, mmap_mode="r")  # [3, N]
        vocals = self.parts[0]
        units = vocals[: len(vocals) // UNIT * UNIT].reshape(-1, UNIT).astype(np.float32) / 32768
        self.sung = np.flatnonzero(np.sqrt(np.mean(units**2, axis=1)) > HEARD)

    def cut(self, part: str, start: int, n: int) -> np.ndarray:
        """A stretch of a part, float32 [n], padded with silence."""
        x = self.parts[PARTS.index(part)][max(start, 0) : start + n].astype(np.float32) / 32768
        return np.pad(x, (0, n - len(x)))


def moved(x: np.ndarray, n: int) -> np.ndarray:
    """Sound [M] played in n samples: higher where M is more."""
    spectrum = np.pad(sf.rfft(x), (0, max(n // 2 - len(x) // 2, 0)))[: n // 2 + 1]
    return sf.irfft(spectrum, n) * (n / len(x))


class Songs(Mixer):
    """Groups of clips: vocals, of the songs or spoken, over accompaniments or backgrounds."""

    def __init__(self, c: MixConfig, data: pathlib.Path, cache: pathlib.Path):
        super().__init__(c, data, cache)
        paths = sorted((cache / "songs").glob("*.npy"))
        self.songs = [Song(p) for p in paths if p.stem not in (*TEST, *VALIDATION)]
        if not self.songs:
            raise SystemExit(f"{cache / 'songs'}: no songs; `songs split FOLDER` reads them")
        sung = np.array([len(song.sung) for song in self.songs], np.float64)
        self.weight = sung / sung.sum()

    def length(self, rng: np.random.Generator) -> int:
        """Samples that become a clip: half of all clips are played faster or slower."""
        return self.count * int(rng.integers(35, 46)) // 40 if rng.random() < 0.5 else self.count

    def singer(self, rng: np.random.Generator) -> np.ndarray:
        """Vocals of a song [N]."""
        song, m = self.songs[rng.choice(len(self.songs), p=self.weight)], self.length(rng)
        start = int(rng.choice(song.sung)) * UNIT - int(rng.integers(0, m // 2))
        return moved(song.cut("vocals", max(start, 0), m), self.count)

    def voice(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        if rng.random() < 0.3:  # speech, in a room or not: far more voices than sing here
            return super().voice(rng)
        x = self.singer(rng)
        if rng.random() < 0.25:  # others sing with it
            y = self.singer(rng)
            x = x + y * (x.std() / (y.std() + 1e-9) * 10 ** (rng.uniform(-10, 2) / 20))
        return {"voice": x, "room": np.ones(1), "voice_curve": curve(rng, 2.5, 2.5)}

    def ambience(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Drums and the rest of one song or of two, at any balance; now and then other sounds."""
        if rng.random() < 0.15:
            return super().ambience(rng)
        m, x = self.length(rng), np.zeros(self.count)
        song = self.songs[rng.integers(len(self.songs))]
        for part in PARTS[1:]:
            if rng.random() < 0.3:
                song = self.songs[rng.integers(len(self.songs))]
            start = int(rng.integers(0, max(song.parts.shape[1] - m, 1)))
            y = moved(song.cut(part, start, m), self.count)
            if y.std() > 1e-4 and rng.random() < 0.9:
                x = x + y / y.std() * 10 ** (rng.uniform(-12, 0) / 20)
        if x.std() < 1e-4:
            return super().ambience(rng)
        return {"noise": x, "place": np.ones(1), "noise_curve": curve(rng, 2, 3)}
