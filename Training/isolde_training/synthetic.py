"""Ambience made of arithmetic: what recordings lack and every room has.

Each kind takes a random generator and a number of samples and gives float32 [count]; the level is
set later, an equaliser is applied later.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .config import RATE

Generator = np.random.Generator


def noise(rng: Generator, count: int) -> np.ndarray:
    return rng.standard_normal(count, np.float32)


def seconds(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.float32) / RATE


def decibels(rng: Generator, low: float, high: float, size: int | None = None) -> np.ndarray:
    return 10 ** (rng.uniform(low, high, size) / 20)


def hum(rng: Generator, count: int) -> np.ndarray:
    """Mains with harmonics and some hiss."""
    mains = (50 if rng.random() < 0.7 else 60) * (1 + rng.normal(0, 1e-3))
    x, t = noise(rng, count) * decibels(rng, -50, -10), seconds(count)
    for k in range(1, int(rng.integers(2, 25))):
        phase = 2 * np.pi * (mains * k * t + rng.random())
        x += rng.exponential(1 / k) * np.sin(phase, dtype=np.float32)
    return x


def hiss(rng: Generator, count: int) -> np.ndarray:
    """Steady noise, coloured later."""
    return noise(rng, count)


def swell(rng: Generator, count: int) -> np.ndarray:
    """Noise that comes and goes."""
    knots = rng.uniform(-30, 0, int(rng.integers(3, 30)))
    level = np.interp(np.arange(count), np.linspace(0, count, len(knots)), knots)
    return noise(rng, count) * (10 ** (level / 20)).astype(np.float32)


def clicks(rng: Generator, count: int, mean: float = 12) -> np.ndarray:
    """Impulses through one short resonance, with a little hiss."""
    x = np.zeros(count, np.float32)
    at = rng.integers(0, count, int(rng.exponential(mean)) + 1)
    x[at] = rng.normal(0, 1, len(at)) * decibels(rng, -20, 0, len(at))
    t = np.arange(1200)
    ring = np.exp(-t / RATE / rng.uniform(2e-4, 6e-3)) * np.cos(t * rng.uniform(0.02, 1.5))
    size = 1 << (count + len(t)).bit_length()
    x = np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(ring, size), size)[:count]
    return x.astype(np.float32) + noise(rng, count) * decibels(rng, -70, -30)


def crackle(rng: Generator, count: int) -> np.ndarray:
    """Hundreds of small clicks: fire, vinyl, rain on a sheet."""
    return clicks(rng, count, mean=1500)


def fan(rng: Generator, count: int) -> np.ndarray:
    """Falling noise, blades that modulate it, and the tones of a motor."""
    spectrum = np.fft.rfft(noise(rng, count))
    f = np.maximum(np.arange(len(spectrum)) * RATE / count, 20)
    x = np.fft.irfft(spectrum * (f / 1000) ** -rng.uniform(0.2, 1.0), count).astype(np.float32)
    x /= x.std() + 1e-9
    t, blades = seconds(count), rng.uniform(8, 200)
    x *= 1 + rng.uniform(0, 0.7) * np.sin(2 * np.pi * blades * t, dtype=np.float32)
    for k in range(1, int(rng.integers(1, 8))):
        tone = np.sin(2 * np.pi * (blades * k * t + rng.random()), dtype=np.float32)
        x += decibels(rng, -30, 0) * tone
    return x


def beeps(rng: Generator, count: int) -> np.ndarray:
    """Tones that glide and are keyed on and off, over hiss."""
    x, t = noise(rng, count) * decibels(rng, -60, -20), seconds(count)
    for _ in range(int(rng.integers(1, 4))):
        f, glide = np.exp(rng.uniform(np.log(200), np.log(6000))), rng.normal(0, 0.1)
        gate = np.interp(
            t % rng.uniform(0.1, 2.0), [0.0, 0.01, rng.uniform(0.05, 1.0), 1.02], [0, 1, 1, 0]
        )
        x += gate * np.sin(2 * np.pi * f * (t + glide * t * t / 2)) * decibels(rng, -12, 0)
    return x.astype(np.float32)


KINDS: list[Callable[[Generator, int], np.ndarray]] = [
    hum,
    hiss,
    hiss,  # the commonest of all
    swell,
    clicks,
    crackle,
    fan,
    beeps,
]


def synthetic(rng: Generator, count: int) -> np.ndarray:
    """One of the kinds, float32 [count]."""
    return KINDS[rng.integers(len(KINDS))](rng, count)
