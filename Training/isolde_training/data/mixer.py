"""Mixtures on the fly: a talker in a room and a background, three stems that sum to the mixture.

`Mixer[i]` draws a group of voices, rooms and backgrounds, `render` makes clips of them, and
`combine` pairs and levels some of them again at every step; the last two run where the tensors are.
All depend only on seed and number, so a run resumes where it stopped. Shapes: B clips, N samples.
"""

from __future__ import annotations

import pathlib

import numpy as np
import scipy.fft as sf
import torch
from scipy import signal
from scipy.ndimage import uniform_filter1d
from torch import Tensor

from ..config import RATE, MixConfig
from . import statistical
from .packs import Pack
from .render import render
from .rooms import Bank, tidy
from .synthetic import synthetic

CORNERS = (3400, 4000, 5500, 7000, 8000, 11000, 12000, 14000, 16000, 20000)  # Hz, of low-passes
KNOTS = np.array([20, 60, 125, 250, 500, 1000, 2000, 4000, 8000, 16000, 24000])  # Hz, of curves
APART = 10**8  # first number of mixtures that no step of a run uses
POINTS = 2049  # of an equaliser, from 0 Hz to half the rate
ROOM = RATE // 4  # samples by which responses are padded to a common length: few lengths of FFTs


def curve(rng: np.random.Generator, depth: float, tilt: float) -> np.ndarray:
    """A smooth random equaliser: linear gain, float32 [POINTS]."""
    octaves = np.log2(KNOTS / 1000)
    gain = rng.normal(0, depth, len(octaves)) + rng.uniform(-tilt, tilt / 3) * octaves
    f = np.maximum(np.linspace(0, RATE / 2, POINTS), 20)
    db = np.interp(np.log2(f / 1000), octaves, gain)
    if rng.random() < 0.3:  # rumble filter, 12 dB an octave
        db -= 10 * np.log10(1 + (rng.uniform(40, 250) / f) ** 4)
    return (10 ** (db / 20)).astype(np.float32)


def stacked(rows: list[np.ndarray], step: int = 1) -> Tensor:
    """Rows padded with silence to a common length, a multiple of `step`; float32."""
    length = -(-max(map(len, rows)) // step) * step
    padded = [np.pad(row, (0, length - len(row))).astype(np.float32) for row in rows]
    return torch.from_numpy(np.stack(padded))


def whispered(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """Speech [N] as a whisper: noise in the shape of its formants, with little below them."""
    _, _, spectra = signal.stft(x, RATE, nperseg=1024)
    width = int(rng.integers(7, 16))  # bins of 47 Hz, wider than a harmonic
    power = uniform_filter1d(np.abs(spectra) ** 2, width, axis=0).clip(0)  # a running sum: -1e-20
    noise = rng.standard_normal((2, *power.shape), np.float32)
    f = np.arange(len(power))[:, None] * RATE / 1024
    low = f**2 / (f**2 + rng.uniform(300, 900) ** 2)  # of a rumble filter
    _, y = signal.istft(low * np.sqrt(power) * (noise[0] + 1j * noise[1]), RATE)
    return np.resize(y, len(x)).astype(np.float32)


class Mixer:
    """Groups of clips by number."""

    def __init__(self, c: MixConfig, data: pathlib.Path, cache: pathlib.Path):
        self.c, self.cache, self.count = c, cache, int(c.seconds * RATE) // 512 * 512
        self.speech, self.noise, self.measured = (
            Pack(data, name, cache / "packs") for name in ("speech", "noise", "rir")
        )
        self.bank = Bank(cache / "rooms")

    def response(self, rng: np.random.Generator) -> np.ndarray:
        if self.c.statistical and rng.random() < self.c.statistical:
            return statistical.room(rng)
        if rng.random() < self.c.measured:
            return tidy(self.measured.sound(rng.integers(len(self.measured))))
        return self.bank[rng.integers(len(self.bank))]

    def talker(self, rng: np.random.Generator) -> np.ndarray:
        """Dry speech [N]; half of it faster or slower, and so higher or lower, by up to 15 %.

        A tenth by up to 35 %, as very deep voices and children speak. A raised voice is higher, and
        stronger at 1 to 4 kHz than below.
        """
        n, kind = self.count, rng.random()
        m = n * int(rng.integers(34, 47) if kind < 0.5 else rng.integers(30, 55)) // 40
        m = n if kind > 0.6 else m
        raised = rng.random() < self.c.shout
        m = n * int(rng.integers(44, 61)) // 40 if raised else m
        x = self.speech.cut(rng, m)
        if m != n or raised:
            spectrum = np.pad(sf.rfft(x), (0, max(n // 2 - m // 2, 0)))[: n // 2 + 1]
            if raised:
                f = np.linspace(0, RATE / 2, len(spectrum), dtype=np.float32)
                db = np.interp(f, (300, 1000, 4000, 12000), (0, 1, 1, 0.5)) * rng.uniform(6, 18)
                spectrum = spectrum * 10 ** (db.astype(np.float32) / 20)
            x = sf.irfft(spectrum, n) * (n / m)
        return whispered(rng, x) if rng.random() < self.c.whisper else x

    def voice(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Dry talkers [N], the response of their room and an equaliser [POINTS]."""
        x, n = self.talker(rng), self.count
        if rng.random() < 0.15:  # another talker takes over
            at = int(rng.integers(n // 4, n * 3 // 4))
            x[at:] = self.talker(rng)[at:] * 10 ** (rng.uniform(-8, 3) / 20)
        if rng.random() < self.c.together:
            for _ in range(int(rng.integers(1, 3))):
                y = self.talker(rng)
                x = x + y * (x.std() / (y.std() + 1e-9) * 10 ** (rng.uniform(-8, 3) / 20))
        if rng.random() < 0.35:  # a pause, so that tails ring out
            length = int(rng.uniform(0.3, 2.0) * RATE)
            at = int(rng.integers(-length // 2, n - length // 2))
            x[max(at, 0) : max(at + length, 0)] = 0
        h = self.response(rng) if rng.random() < self.c.room else np.ones(1)
        return {"voice": x, "room": h, "voice_curve": curve(rng, 2.5, 2.5)}

    def ambience(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Background [N], the response of its place and an equaliser [POINTS].

        Synthetic, babble of 7 to 12 talkers, or one to three recordings.
        """
        kind, n = rng.random() - self.c.synthetic, self.count
        babble = 0 <= kind < self.c.babble
        if kind < 0:
            x, others = synthetic(rng, n), int(rng.random() < 0.3)
        elif babble:
            levels = 10 ** (rng.uniform(-8, 0, rng.integers(7, 13)) / 20)
            x, others = sum(self.speech.cut(rng, n) * level for level in levels), 0
        else:
            x, others = self.noise.cut(rng, n), int(rng.choice(3, p=[0.6, 0.3, 0.1]))
        for _ in range(others):
            y = self.noise.cut(rng, n)
            x = x + y * (x.std() / (y.std() + 1e-9) * 10 ** (rng.uniform(-15, 5) / 20))
        near = rng.random() < (0.8 if babble else 0.2)
        h = self.response(rng)[: RATE // 2] if near else np.ones(1)
        return {"noise": x, "place": h, "noise_curve": curve(rng, 2, 5)}

    def __getitem__(self, i: int) -> dict[str, Tensor]:
        """Group i as `render` takes it, float32, first of all dimensions B."""
        clips = []
        for k in range(self.c.batch):
            rng = np.random.default_rng([self.c.seed, i, k])
            clips.append(self.voice(rng) | self.ambience(rng))
        steps = {"room": ROOM, "place": ROOM}
        return {k: stacked([clip[k] for clip in clips], steps.get(k, 1)) for k in clips[0]}

    def rendered(self, i: int, device: str = "cpu") -> dict[str, Tensor]:
        """Clips of group i: early, late, background, each [B, N]."""
        return render({name: part.to(device) for name, part in self[i].items()})

    def envelopes(self, rng: np.random.Generator, like: Tensor) -> tuple[list[int], Tensor]:
        """The clips of a batch [B, …] whose level changes, and their levels over time [clips, N].

        Leading silence, ramps and steps. On the device of `like`, as N numbers are slow to copy.
        """
        c, n = self.c, self.count
        ramp, silence = rng.random((2, len(like))) < [[c.ramp], [c.silence]]
        clips, rows = np.flatnonzero(ramp | silence).tolist(), []
        for k in clips:
            at, db = int(rng.integers(n // 8, n)), rng.uniform(-15, 15) * ramp[k]
            length = int(rng.choice([48, rng.uniform(0.05, 2.0) * RATE]))
            rest = 0 if rng.random() < 0.6 else 10 ** (rng.uniform(-100, -60) / 20)
            until = int(rng.uniform(0.1, 2.0) * RATE) if silence[k] else 0
            rows.append((at, length, db, until, rest))
        at, length, db, until, rest = torch.tensor(rows).reshape(-1, 5, 1).to(like).unbind(1)
        t = torch.arange(n, device=like.device)
        level = 10 ** (((t - at) / length).clamp(0, 1) * db / 20)
        return clips, torch.where(t < until, level * rest, level)

    def combine(self, clips: dict[str, Tensor], step: int, rank: int = 0) -> tuple[Tensor, Tensor]:
        """Stems [B, 3, N] (voice, reverb, background) and low-pass corners in Hz [B], 24000 none.

        Voices and backgrounds are drawn from the clips of one group or many, each part [clips, N].
        The corners stay in the processor's memory.
        """
        rng, c = np.random.default_rng([self.c.seed, 7, step, rank]), self.c
        early, late, ambience = clips["early"], clips["late"], clips["ambience"]
        voices, sounds = (rng.permutation(len(early))[: c.batch] for _ in range(2))
        early, late, ambience = early[voices], late[voices], ambience[sounds]
        b = len(early)

        def draw(low: float, high: float) -> Tensor:
            return torch.from_numpy(rng.uniform(low, high, (b, 1)).astype(np.float32)).to(early)

        def db(low: float, high: float) -> Tensor:
            return 10 ** (draw(low, high) / 20)

        voiced = draw(0, 1) > c.empty
        quiet = torch.where(draw(0, 1) < c.clean, db(-90, -45), 1 / db(*c.snr))
        early, late = early * voiced, late * voiced * db(-6, 3)  # more or less of the room
        stems = torch.stack([early, late, ambience * torch.where(voiced, quiet, 1)], 1)
        uneven, levels = self.envelopes(rng, stems)
        stems[uneven] *= levels[:, None]
        mix = stems.sum(1)
        level = db(-50, -12) / (mix.std(1, keepdim=True) + 1e-9)
        level = torch.minimum(level, 0.99 / (mix.abs().amax(1, True) + 1e-9))
        stems, mix = stems * level[:, None], mix * level
        top = mix.abs().amax(1, True) * torch.where(draw(0, 1) < c.clip, db(-10, -1), 2)
        stems[:, 2] += mix.clamp(-top, top) - mix  # clipping distortion is background
        corners = np.where(rng.random(b) < c.lowpass, rng.choice(CORNERS, b), RATE // 2)
        return stems, torch.from_numpy(corners.astype(np.float32))
