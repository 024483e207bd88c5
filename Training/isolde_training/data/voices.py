"""Synthetic voices by the vocoder WORLD: whispered, shouted, sung, laughing, low, high.

WORLD takes speech apart every 5 ms: pitch [T] in Hz (0 where unvoiced), power spectrum [T, 1025]
and share of noise, and resynthesises it. Each kind below changes only these, so
`resynthesised`, which changes nothing, shows the vocoder's own share of a figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyworld

from ..config import RATE

FRAME = 0.005  # seconds


@dataclass
class Speech:
    """WORLD's analysis of a sound: pitch [T], power spectrum and aperiodicity [T, K]."""

    pitch: np.ndarray
    power: np.ndarray
    noise: np.ndarray

    def at(self, frames: np.ndarray) -> Speech:
        """The speech at other times: frame numbers [T'] in any order."""
        return Speech(self.pitch[frames], self.power[frames], self.noise[frames])

    def sound(self) -> np.ndarray:
        arrays = (np.ascontiguousarray(a) for a in (self.pitch, self.power, self.noise))
        return pyworld.synthesize(*arrays, RATE, FRAME * 1000)


def analysed(x: np.ndarray) -> Speech:
    x = np.ascontiguousarray(x, np.float64)
    rough, times = pyworld.dio(x, RATE, frame_period=FRAME * 1000)
    pitch = pyworld.stonemask(x, rough, times, RATE)
    power = pyworld.cheaptrick(x, pitch, times, RATE)
    return Speech(pitch, power, pyworld.d4c(x, pitch, times, RATE))


def octaves(s: Speech) -> np.ndarray:
    """Octaves of each bin above 1 kHz, limited to 100 Hz … 8 kHz: [K]."""
    f = np.linspace(0, RATE / 2, s.power.shape[1])
    return np.log2(np.clip(f, 100, 8000) / 1000)


def tilted(s: Speech, decibels: float) -> Speech:
    """A change of spectral tilt, in dB per octave."""
    return Speech(s.pitch, s.power * 10 ** (decibels * octaves(s) / 10), s.noise)


def moved(s: Speech, pitch: float, formants: float) -> Speech:
    """Another vocal tract: pitch and formant frequencies multiplied."""
    bins = np.arange(s.power.shape[1])
    power, noise = (
        np.array([np.interp(bins / formants, bins, row) for row in a]) for a in (s.power, s.noise)
    )
    return Speech(s.pitch * pitch, power, noise)


def resynthesised(s: Speech) -> np.ndarray:
    return s.sound()


def whispered(s: Speech) -> np.ndarray:
    """No pitch, all noise, and flatter, as the falling spectrum of the glottal pulse is gone."""
    s = tilted(s, 4)
    return Speech(0 * s.pitch, s.power, np.ones_like(s.noise)).sound()


def shouted(s: Speech) -> np.ndarray:
    """Pitch up by seven semitones with less melody, first formant up, flatter."""
    voiced = s.pitch > 0
    middle = np.median(s.pitch[voiced])
    pitch = np.where(voiced, 1.5 * middle * (np.maximum(s.pitch, 1) / middle) ** 0.6, 0)
    return tilted(moved(Speech(pitch, s.power, s.noise), 1, 1.08), 3).sound()


def sung(s: Speech) -> np.ndarray:
    """Vowels held three times as long, on the steps of a scale, with a vibrato of 5.5 Hz."""
    held = np.repeat(np.arange(len(s.pitch)), np.where(s.pitch > 0, 3, 1))
    s = s.at(held)
    voiced, t = s.pitch > 0, np.arange(len(held)) * FRAME
    middle = np.median(s.pitch[voiced])
    starts = np.cumsum(np.diff(voiced, prepend=False) & voiced)  # number of the syllable
    steps = np.array([0, 2, 4, 7, 5, 4, 2, 9])[starts % 8]  # semitones
    vibrato = 0.5 * np.sin(2 * np.pi * 5.5 * t)
    return Speech(
        np.where(voiced, middle * 2 ** ((steps + vibrato) / 12), 0), s.power, s.noise
    ).sound()


def laughing(s: Speech) -> np.ndarray:
    """The loudest vowel as "ha ha ha": five a second, breath and voice, falling, then again."""
    loud = np.where(s.pitch > 0, s.power.sum(1), 0)
    vowel = np.convolve(loud, np.ones(9) / 9, "same").argmax()
    count, beat = len(s.pitch), int(0.2 / FRAME)
    s = s.at(np.full(count, vowel))
    phase, bout = np.arange(count) % beat / beat, np.arange(count) % (8 * beat) / (8 * beat)
    gain = np.interp(phase, [0, 0.15, 0.4, 0.55, 0.85, 1], [0.02, 0.1, 0.2, 1, 0.7, 0.02])
    gain *= 10 ** (-12 * bout / 20)
    breath = phase < 0.4
    pitch = np.where(breath, 0, s.pitch * 2 ** ((7 - 9 * bout - 4 * phase) / 12))
    noise = np.where(breath[:, None], 1.0, s.noise)
    return Speech(pitch, s.power * gain[:, None] ** 2, noise).sound()


def low(s: Speech) -> np.ndarray:
    """A bass: median pitch at 70 Hz, formants of a longer throat."""
    return moved(s, 70 / np.median(s.pitch[s.pitch > 0]), 0.88).sound()


def child(s: Speech) -> np.ndarray:
    """A child of about six: median pitch at 330 Hz, formants of a shorter throat."""
    middle = np.median(s.pitch[s.pitch > 0])
    return moved(s, 330 / middle, 1.2 if middle > 150 else 1.35).sound()


KINDS: dict[str, Callable[[Speech], np.ndarray]] = {
    "resynthesised": resynthesised,
    "whispered": whispered,
    "shouted": shouted,
    "sung": sung,
    "laughing": laughing,
    "very low voice": low,
    "child": child,
}
