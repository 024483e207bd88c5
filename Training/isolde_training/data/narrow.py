"""Band-limited speech with its full band: telephone, video calls, old tape.

`Narrow[i]` is a group of clips by number. Each is dry speech, turned up or down and equalised, then
low-passed: by a filter of random kind and steepness, by sampling at a low rate, or not at all; some
of the telephone's also lose their lows and are coded with µ-law. Hiss may lie over all of it.
"""

from __future__ import annotations

import pathlib

import numpy as np
import scipy.fft as sf
from scipy import signal
from torch import Tensor

from ..config import RATE, MixConfig
from .mixer import curve, stacked
from .packs import Pack

EDGES = (3400, 4000, 5500, 8000)  # Hz, of the usual recordings
FULL = 15000  # Hz; speech that ends below is not used
TOP = 20000  # Hz; Opus keeps nothing above


def low_passed(rng: np.random.Generator, x: np.ndarray, edge: float) -> np.ndarray:
    """A sound low-passed at the edge in Hz, in one of the ways in which recordings lose highs."""
    kind = rng.random()
    if kind < 0.4:  # steep, as codecs and resamplers are
        f = sf.rfftfreq(len(x), 1 / RATE)
        width = edge * rng.uniform(0.005, 0.08)
        return sf.irfft(sf.rfft(x) * np.clip((edge - f) / width + 1, 0, 1), len(x))
    if kind < 0.7:
        steep = signal.ellip(
            int(rng.integers(6, 11)), 0.5, rng.uniform(50, 90), edge, fs=RATE, output="sos"
        )
    else:
        steep = signal.butter(int(rng.integers(8, 17)), edge, fs=RATE, output="sos")
    return signal.sosfilt(steep, x)


def coded(x: np.ndarray) -> np.ndarray:
    """µ-law in eight bits at 8 kHz, and back at the full rate."""
    y = signal.resample_poly(x, 1, 6)
    top = np.abs(y).max() + 1e-9
    y = np.sign(y) * np.log1p(255 * np.abs(y) / top) / np.log(256)
    y = np.round(y * 127) / 127
    y = np.sign(y) * np.expm1(np.abs(y) * np.log(256)) / 255 * top
    return signal.resample_poly(y, 6, 1)[: len(x)]


class Narrow:
    """Groups of clips by number."""

    def __init__(self, c: MixConfig, data: pathlib.Path, cache: pathlib.Path):
        self.c, self.count = c, int(c.seconds * RATE) // 512 * 512
        self.speech = Pack(data, "speech", cache / "packs")
        weight = self.speech.weight * (self.speech.index[:, 2] >= FULL)
        self.weight = weight / weight.sum()

    def talker(self, rng: np.random.Generator) -> tuple[np.ndarray, float]:
        """Dry full-band speech [N], up to 12 % faster or slower, and its bandwidth in Hz."""
        n = self.count
        m = n * int(rng.integers(36, 46)) // 40 if rng.random() < 0.6 else n
        i = int(rng.choice(len(self.weight), p=self.weight))
        length, band = self.speech.index[i, 1:]
        x = self.speech.sound(i, int(rng.integers(0, max(length - m, 0) + 1)), m)
        x = np.pad(x, (0, m - len(x))).astype(np.float64)
        if m != n:
            spectrum = np.pad(sf.rfft(x), (0, max(n // 2 - m // 2, 0)))[: n // 2 + 1]
            x = sf.irfft(spectrum, n) * (n / m)
        return x, min(band * m / n, TOP)

    def levelled(self, rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
        """Speech equalised and set to a random level, sometimes with a pause."""
        gain, spectrum = curve(rng, 2, 2), sf.rfft(x)
        at = np.linspace(0, len(gain) - 1, len(spectrum))
        x = sf.irfft(spectrum * np.interp(at, np.arange(len(gain)), gain), len(x))
        if rng.random() < 0.3:
            start = int(rng.integers(0, len(x)))
            x[start : start + int(rng.uniform(0.2, 1.5) * RATE)] = 0
        return x * 10 ** (rng.uniform(-45, -14) / 20) / (x.std() + 1e-9)

    def clip(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """`narrow` [N] is the input, `full` [N] the target; `edge` and `end` in Hz [1].

        If nothing was removed, the edge is where the speech ends.
        """
        x, end = self.talker(rng)
        x = self.levelled(rng, x)
        kind, y, edge = rng.random(), x, end
        if kind < 0.8:
            any_edge = np.exp(rng.uniform(np.log(3200), np.log(12000)))
            edge = float(rng.choice(EDGES)) if kind < 0.5 else float(any_edge)
            edge = min(edge * rng.uniform(0.96, 1.04), end)
            y = low_passed(rng, x, edge)
        if edge < 4200 and rng.random() < 0.6:  # a telephone
            order, corner = int(rng.integers(2, 5)), rng.uniform(80, 320)
            high = signal.butter(order, corner, "high", fs=RATE, output="sos")
            x, y = signal.sosfilt(high, x), signal.sosfilt(high, y)
            y = coded(y) if rng.random() < 0.5 else y
        if rng.random() < 0.5:
            y = y + self.hiss(rng, y.std(), edge)
        if rng.random() < 0.5:
            y = y + rng.uniform(-1, 1, len(y)) * 2.0**-15
        return {"narrow": y, "full": x, "edge": np.array([edge]), "end": np.array([end])}

    def hiss(self, rng: np.random.Generator, level: float, edge: float) -> np.ndarray:
        """Noise up to the edge, or everywhere and fainter; `level` is the speech's."""
        x = rng.standard_normal(self.count) * level * 10 ** (rng.uniform(-75, -25) / 20)
        if rng.random() < 0.7:
            return low_passed(rng, x, edge)
        return x * 10 ** (rng.uniform(-30, -5) / 20)

    def __getitem__(self, i: int) -> dict[str, Tensor]:
        """Group i, float32, first of all dimensions B."""
        rngs = (np.random.default_rng([self.c.seed, 11, i, k]) for k in range(self.c.batch))
        clips = [self.clip(rng) for rng in rngs]
        return {k: stacked([clip[k] for clip in clips]) for k in clips[0]}
