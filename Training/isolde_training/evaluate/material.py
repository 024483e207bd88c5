"""Test signals of `probe`: voices and backgrounds of the test set, recordings, synthetic voices.

Sounds are mono, 48 kHz, float64 [N]; voices at an active level of -26 dBFS.
"""

from __future__ import annotations

import csv
import functools
import pathlib

import numpy as np
from scipy.signal import butter, resample_poly, sosfiltfilt

from ..config import RATE
from ..data.recordings import heard
from .evaluate import read
from .harm import active

Sound = np.ndarray
Sounds = dict[str, list[Sound]]  # by where they are from: recorded, synthetic
LEVEL = -26.0  # dBFS
RECORDED, SYNTHETIC = "recorded", "synthetic"


def at(x: Sound, db: float = LEVEL) -> Sound:
    """A sound scaled to an active level; peaks are limited to -1 dBFS."""
    x = x * 10 ** ((db - active(x)) / 20)
    return x * min(1.0, 0.89 / (np.abs(x).max() + 1e-12))


def telephone(x: Sound) -> Sound:
    """A sound as over a telephone: 300 … 3,400 Hz, 8 kHz, 8 bits by mu-law (G.711)."""
    x = resample_poly(x, 8000, RATE)
    x = sosfiltfilt(butter(4, (300, 3400), "bandpass", fs=8000, output="sos"), x)
    top = np.abs(x).max() + 1e-12
    code = np.round(127 * np.sign(x) * np.log1p(255 * np.abs(x) / top) / np.log(256)) / 127
    return resample_poly(
        top * np.sign(code) * np.expm1(np.abs(code) * np.log(256)) / 255, RATE, 8000
    )


class Material:
    """Sounds by case, the same ones every time. `seconds` limits the synthetic voices."""

    def __init__(self, test_set: pathlib.Path, cache: pathlib.Path, seconds: float = 5.0):
        with open(test_set / "index.csv", newline="") as file:
            self.clips = [row["clip"] for row in csv.DictReader(file) if row["kind"] == "noise"]
        self.test_set, self.cache, self.seconds = test_set, cache, seconds

    @functools.cache  # noqa: B019, one of these lives as long as the program
    def stem(self, clip: str, name: str) -> Sound:
        return read(self.test_set / f"{clip}_{name}.flac")

    @functools.cached_property
    def voices(self) -> list[Sound]:
        """Dry voices of people who are not in the training data."""
        return [at(self.stem(clip, "voice")) for clip in self.clips]

    @functools.cached_property
    def ambiences(self) -> list[Sound]:
        """Backgrounds that are not in the training data, in the order of the voices."""
        return [self.stem(clip, "ambience") for clip in self.clips]

    @functools.cached_property
    def spoken(self) -> list:
        """Vocoder analyses of the beginnings of a woman's and a man's voice."""
        from ..data.voices import analysed

        return [analysed(x[: int(self.seconds * RATE)]) for x in self.voices[:2]]

    def unusual(self, kind: str) -> Sounds:
        """Voices of a kind of `voices.KINDS`."""
        from ..data.voices import KINDS

        made = [at(KINDS[kind](speech)) for speech in self.spoken]
        return {RECORDED: [at(x) for x in heard(kind, self.cache)], SYNTHETIC: made}

    def talkers(self, number: int) -> Sounds:
        """Two groups of this many people at once, equally loud."""
        count = min(map(len, self.voices))
        groups = [self.voices[k : k + number] for k in (0, number)]
        return {SYNTHETIC: [at(sum(x[:count] for x in group)) for group in groups if group]}

    def telephone(self) -> Sounds:
        made = [at(telephone(x)) for x in self.voices[:2]]
        return {RECORDED: [at(x) for x in heard("telephone", self.cache)], SYNTHETIC: made}

    def noisy(self, snr: float, music: str = "") -> list[dict[str, Sound]]:
        """Stems of each voice in its own background, or all in one clip's, at an SNR in dB."""
        rows = []
        for clip, voice, ambience in zip(self.clips, self.voices, self.ambiences, strict=True):
            if music:
                ambience = np.resize(self.stem(music, "ambience"), len(voice))
            if clip != music:
                gain = 10 ** ((active(voice) - snr) / 20) / (ambience.std() + 1e-12)
                rows.append({"voice": voice, "ambience": ambience * gain})
        return [row | {"mix": sum(row.values()), "reverb": 0 * row["voice"]} for row in rows]

    def noises(self) -> Sounds:
        """Background without a voice, at -40 dBFS.

        Made are white, pink and brown noise, mains hum, and white noise at the pace of syllables;
        not with the generators of the training, so that these may change and figures stay.
        """
        t = np.arange(5 * RATE) / RATE
        white = np.random.default_rng(2026).standard_normal(len(t))
        spectrum, f = np.fft.rfft(white), np.maximum(np.fft.rfftfreq(len(t), 1 / RATE), 20)
        pink, brown = (np.fft.irfft(spectrum / f**slope) for slope in (0.5, 1.0))
        hum = sum(np.sin(2 * np.pi * 50 * k * t + k * k) / k for k in range(1, 20)) + 0.01 * white
        swelling = white * (1.05 + np.sin(2 * np.pi * 4 * t))
        scaled = {RECORDED: self.ambiences, SYNTHETIC: [white, pink, brown, hum, swelling]}
        return {k: [x * 0.01 / (x.std() + 1e-12) for x in v] for k, v in scaled.items()}
