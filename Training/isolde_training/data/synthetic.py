"""Synthetic background noise: kinds that the recordings lack but most rooms have.

Each kind takes a random generator and a number of samples and returns float32 [count]; level and
equaliser are applied later. Four seconds take 3 to 30 ms of a busy core.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.fft as sf
from scipy.signal import oaconvolve

from ..config import RATE

Generator = np.random.Generator


def noise(rng: Generator, count: int) -> np.ndarray:
    return rng.standard_normal(count, np.float32)


def seconds(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.float32) / RATE


def decibels(rng: Generator, low: float, high: float, size: int | None = None) -> np.ndarray:
    return 10 ** (rng.uniform(low, high, size) / 20)


def shaped(x: np.ndarray, gain: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """A sound equalised; `gain` returns the linear gain at frequencies in Hz above 20."""
    size = sf.next_fast_len(len(x), real=True)
    spectrum = sf.rfft(x, size)
    at = np.linspace(0, 1024, len(spectrum), dtype=np.float32)
    coarse = gain(np.maximum(np.arange(1025) * (RATE / 2 / 1024), 20))
    spectrum *= np.interp(at, np.arange(1025), coarse).astype(np.float32)
    return sf.irfft(spectrum, size)[: len(x)]


def falling(rng: Generator, count: int, slope: float) -> np.ndarray:
    """Noise that falls by `slope` dB an octave above 50 Hz, RMS 1."""
    x = shaped(noise(rng, count), lambda f: np.maximum(f / 50, 1) ** (-slope / 6.02))
    return x / (x.std() + 1e-9)


def periodic(rng: Generator, cycles: np.ndarray, amplitudes: np.ndarray) -> np.ndarray:
    """Harmonics in random phase, along a phase in cycles [count]; the cost is that of one."""
    table = np.zeros(2049, np.complex64)
    table[1 : len(amplitudes) + 1] = amplitudes * np.exp(2j * np.pi * rng.random(len(amplitudes)))
    wave = sf.irfft(table * 2048).astype(np.float32)  # one period, 4,096 samples
    return wave[(cycles * 4096).astype(np.int64) & 4095]


def wander(rng: Generator, count: int, rate: float, depth: float) -> np.ndarray:
    """A linear gain that drifts `rate` times a second with a deviation of `depth` dB."""
    knots = rng.normal(0, depth, int(count / RATE * rate) + 2)
    coarse = np.linspace(0, len(knots) - 1, count // 48 + 2)  # ms; the power is the dear part
    gain = 10 ** (np.interp(coarse, np.arange(len(knots)), knots) / 20)
    at = np.linspace(0, len(gain) - 1, count, dtype=np.float32)
    return np.interp(at, np.arange(len(gain)), gain).astype(np.float32)


def strike(rng: Generator, x: np.ndarray, at: np.ndarray, hit: np.ndarray) -> None:
    """Add a short sound to x at each of these samples, at levels that vary within 12 dB."""
    for start, gain in zip(at, decibels(rng, -12, 0, len(at)), strict=True):
        part = x[start : start + len(hit)]
        part += gain * hit[: len(part)]


def hum(rng: Generator, count: int) -> np.ndarray:
    """Mains with harmonics and some hiss."""
    x, k = noise(rng, count) * decibels(rng, -50, -10), np.arange(1, rng.integers(2, 25))
    return x.astype(np.float32) + periodic(rng, mains(rng) * seconds(count), rng.exponential(1 / k))


def buzz(rng: Generator, count: int) -> np.ndarray:
    """Dimmers and bad earth: harmonics of twice the mains up to some kHz, on hum and hiss."""
    cycles, k = mains(rng) * seconds(count), np.arange(1, rng.integers(40, 120))
    comb = k ** -rng.uniform(0, 0.8) * rng.lognormal(0, 0.5, len(k))
    x = periodic(rng, 2 * cycles, comb) * wander(rng, count, rng.uniform(1, 8), rng.uniform(0, 2))
    x += rng.exponential(3) * periodic(rng, cycles, 1 / np.arange(1, 6) ** 1.5)
    return x + noise(rng, count) * np.float32(decibels(rng, -30, 0))


def hiss(rng: Generator, count: int) -> np.ndarray:
    """Steady noise, coloured later."""
    return noise(rng, count)


def mains(rng: Generator) -> float:
    """The frequency of the mains, in Hz."""
    return (50 if rng.random() < 0.7 else 60) * (1 + rng.normal(0, 1e-3))


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
    size = sf.next_fast_len(count + len(t), real=True)
    x = sf.irfft(sf.rfft(x, size) * sf.rfft(ring.astype(np.float32), size), size)[:count]
    return x + noise(rng, count) * np.float32(decibels(rng, -70, -30))


def crackle(rng: Generator, count: int) -> np.ndarray:
    """Hundreds of small clicks: fire, vinyl, rain on a sheet."""
    return clicks(rng, count, mean=1500)


def fan(rng: Generator, count: int) -> np.ndarray:
    """Falling noise, blades that modulate it, and the tones of a motor."""
    x = falling(rng, count, rng.uniform(1.2, 6))
    t, blades = seconds(count), rng.uniform(8, 200)
    x *= 1 + rng.uniform(0, 0.7) * np.sin(2 * np.pi * blades * t, dtype=np.float32)
    for k in range(1, int(rng.integers(1, 8))):
        tone = np.sin(2 * np.pi * (blades * k * t + rng.random()), dtype=np.float32)
        x += decibels(rng, -30, 0) * tone
    return x


def room_tone(rng: Generator, count: int) -> np.ndarray:
    """A quiet room: steep noise, a few broad resonances, hardly a change."""
    x = falling(rng, count, rng.uniform(3, 9))
    centres, widths = np.exp(rng.uniform(np.log(60), np.log(3000), 4)), rng.uniform(0.05, 0.5, 4)
    heights = rng.uniform(0, 6, 4)

    def gain(f: np.ndarray) -> np.ndarray:
        bumps = np.exp(-((np.log2(f[:, None] / centres) / widths) ** 2)) * heights
        return 10 ** (bumps.sum(1) / 20)

    return shaped(x, gain) * wander(rng, count, 2, 0.7)


def air_conditioning(rng: Generator, count: int) -> np.ndarray:
    """Falling noise of air, and a compressor whose two tones beat; it may start or stop."""
    x, t = falling(rng, count, rng.uniform(3, 7)), seconds(count)
    for f in mains(rng) * rng.uniform(0.93, 0.99) * np.array([1, 1 + rng.normal(0, 0.02)]):
        amplitudes = rng.exponential(1, 12) / np.arange(1, 13)
        x += decibels(rng, -20, 0) * periodic(rng, f * t, amplitudes)
    if rng.random() < 0.3:  # on or off within 1 s
        at = rng.uniform(0.1, 0.9) * count
        x *= np.interp(np.arange(count), [at, at + RATE], rng.permutation([0.05, 1.0]))
    return x.astype(np.float32)


def modulated(rng: Generator, count: int) -> np.ndarray:
    """Noise in two bands that come and go on their own at the pace of syllables."""
    carrier, edge = falling(rng, count, rng.uniform(0, 6)), np.exp(rng.uniform(5.5, 8.5))
    low = shaped(carrier, lambda f: f < edge)
    parts = (
        band * wander(rng, count, 2 * rng.uniform(1, 16), rng.uniform(3, 12))
        for band in (low, carrier - low)
    )
    return sum(parts)


def keyboard(rng: Generator, count: int) -> np.ndarray:
    """Typing: runs of strokes, each a press and a softer release, through the case."""
    x, gaps = noise(rng, count) * np.float32(decibels(rng, -80, -50)), rng.lognormal(-2, 0.6, 400)
    gaps[rng.random(400) < 0.12] += rng.exponential(1.0)  # a thought
    at = (np.cumsum(gaps) * RATE).astype(int)
    t = np.arange(2400) / RATE
    for key in range(3):  # kinds of keys
        case = np.cos(2 * np.pi * np.exp(rng.uniform(np.log(150), np.log(900))) * t)
        hit = noise(rng, 2400) * np.exp(-t / rng.uniform(1e-3, 4e-3))
        hit += rng.uniform(0, 0.7) * case * np.exp(-t / rng.uniform(5e-3, 15e-3))
        down = at[key::3]
        strike(rng, x, down[down < count], hit)
        up = down + rng.integers(2400, 6000)
        strike(rng, x, up[up < count], 0.4 * hit[:1200])
    return x.astype(np.float32)


def handling(rng: Generator, count: int) -> np.ndarray:
    """Clothes and hands at the microphone: rumble in bursts, rustle, thumps."""
    x = falling(rng, count, rng.uniform(9, 14)) * wander(rng, count, rng.uniform(2, 8), 8)
    rustle = shaped(noise(rng, count), lambda f: f / (f + rng.uniform(1500, 4000)))
    x += decibels(rng, -40, -10) * rustle * wander(rng, count, rng.uniform(10, 40), 10)
    t = np.arange(9600) / RATE
    thump = np.sin(2 * np.pi * rng.uniform(30, 110) * t) * np.exp(-t / rng.uniform(0.01, 0.05))
    strike(rng, x, rng.integers(0, count, rng.poisson(3)), 8 * thump)
    return x.astype(np.float32)


def applause(rng: Generator, count: int) -> np.ndarray:
    """Claps of many hands, each pair with a sound of its own kind, thin or dense."""
    x, t = np.zeros(count, np.float32), np.arange(960) / RATE
    density = np.exp(rng.uniform(np.log(5), np.log(500))) * count / RATE
    for _ in range(3):
        claps, hands = np.zeros(count, np.float32), int(rng.poisson(density)) + 1
        claps[rng.integers(0, count, hands)] = decibels(rng, -15, 0, hands)
        tone = np.cos(2 * np.pi * rng.uniform(700, 2500) * t) + 0.5 * noise(rng, 960)
        one = (tone * np.exp(-t / rng.uniform(1e-3, 5e-3))).astype(np.float32)
        x += oaconvolve(claps, one)[:count]
    return x * wander(rng, count, 1, 3)


def pad(rng: Generator, count: int) -> np.ndarray:
    """Soft chords: some notes at once, a little out of tune, with slow attacks and a vibrato."""
    x, start = np.zeros(count, np.float32), 0
    root, bright = rng.uniform(80, 250), rng.uniform(0.8, 2.5)
    while start < count:
        length = min(int(rng.uniform(1, 4) * RATE), count - start)
        t = seconds(length)
        vibrato = 1e-3 * rng.random() * np.sin(2 * np.pi * rng.uniform(4, 7) * t)
        edge = np.minimum(1, np.minimum(t, t[::-1]) / rng.uniform(0.02, 0.5))
        steps = rng.choice([0, 3, 4, 7, 10, 12, 14], int(rng.integers(2, 5)), replace=False)
        for f in root * 2 ** ((steps + rng.integers(-5, 6) + rng.normal(0, 0.05)) / 12):
            k = np.arange(1, min(30, int(16000 / f)))
            note = periodic(rng, f * (t + vibrato), k**-bright * rng.uniform(0.3, 1, len(k)))
            x[start : start + length] += np.float32(decibels(rng, -9, 0)) * edge * note
        start += length
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
    buzz,
    room_tone,
    air_conditioning,
    modulated,
    keyboard,
    handling,
    applause,
    pad,
]


def synthetic(rng: Generator, count: int) -> np.ndarray:
    """One of the kinds, float32 [count]."""
    return KINDS[rng.integers(len(KINDS))](rng, count)
