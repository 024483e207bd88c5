"""Statistical room responses: a direct sound, some early reflections, a tail of decaying noise.

They need no simulation, so no two talkers share one, and they cover what the bank of simulated
rooms has little of: diffuse tails whose bands decay each at its own pace (Polack, 1988).
"""

from __future__ import annotations

import functools

import numpy as np
from scipy.signal import butter, sosfilt

from ..config import RATE
from .rooms import LEAD

EDGES = (60, 250, 700, 1800, 4500, 10000, 20000)  # Hz, of the tail's bands
RT60 = (0.2, 1.3)  # s, drawn on a logarithmic scale
DRR = (-9.0, 8.0)  # dB, direct sound over the tail
LONGEST = 1.4  # s
CLICK = np.array([0.1, 0.33, 0.55, 0.33, 0.1, 0.05], np.float32)  # of a reflection, dulled by walls


@functools.cache
def filters() -> list[np.ndarray]:
    pairs = zip(EDGES, EDGES[1:], strict=False)
    return [butter(2, pair, "bandpass", fs=RATE, output="sos") for pair in pairs]


def tail(rng: np.random.Generator, rt: float, count: int) -> np.ndarray:
    """Noise of unit energy that decays by 60 dB in about `rt` seconds, highs faster, float32."""
    t, noise = np.arange(count) / RATE, rng.standard_normal(count).astype(np.float32)
    bands = np.linspace(-0.4, 1, len(EDGES) - 1)
    pace = np.clip(1 - rng.uniform(0, 0.5) * bands + rng.normal(0, 0.06, len(bands)), 0.25, None)
    out = np.zeros(count, np.float32)
    for sos, share in zip(filters(), pace, strict=True):
        y = sosfilt(sos, noise)
        level = 10 ** (rng.normal(0, 1.5) / 20) / y.std()
        out += (y * level * 10 ** (-3 * t / (rt * share))).astype(np.float32)
    grown = rng.uniform(0.003, 0.08)  # s until the tail is dense
    out *= np.sqrt(np.clip(t / grown, 0, 1)).astype(np.float32)
    return out / np.sqrt((out**2).sum())


def room(rng: np.random.Generator) -> np.ndarray:
    """A response with its direct sound at `LEAD` and a peak of 1 there, float32."""
    low, high = np.log(RT60)
    rt = float(np.exp(rng.uniform(low, high)))
    count = int(min(rt * 1.05 + 0.05, LONGEST) * RATE)
    h = np.zeros(LEAD + count, np.float32)
    h[LEAD] = 1
    reflections = int(rng.integers(4, 24))
    delays = rng.uniform(0.001, 0.06, reflections)  # s
    distance = rng.uniform(0.5, 4.0)  # m, to the talker
    gains = distance / (distance + 343 * delays) * rng.uniform(0.2, 0.9, reflections)
    gains *= np.where(rng.random(reflections) < 0.75, 1, -1) * 10 ** (-3 * delays / rt)
    for at, gain in zip(LEAD + (delays * RATE).astype(int), gains, strict=True):
        h[at : at + len(CLICK)] += gain * CLICK
    h[LEAD:] += tail(rng, rt, count) * 10 ** (-rng.uniform(*DRR) / 20)
    return h / np.abs(h[: 2 * LEAD]).max()
