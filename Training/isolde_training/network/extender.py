"""Restores the highs of band-limited speech: fills the bins above the edge.

Every band above `LOWEST` gets two excitations, whose levels the network predicts: low bins moved
up, and noise. Low bins are divided by the magnitude around them first, so that only their fine
structure is left. A third output, the gate, is exactly 0 in bands that the recording holds itself.
Levels are relative to a running mean of the low bins' power, so the recording's does not count.

Shapes: B clips, A audio channels, T frames, K bins (513), F bands, n filled bins. Spectra, complex
[B, A, T, K], are those of `Transform`. `model/extender.py` writes the same as a graph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as fn
from torch import Tensor, nn

from ..config import RATE
from .deepfilter import linked
from .transform import Transform, running_mean

LOW = 63  # bins, up to 2.9 kHz, that every recording holds
FIRST = 4  # the lowest of them that counts for the level
SOURCE, PERIOD = 26, 36  # bins that are moved up: PERIOD from SOURCE on, again and again
LOWEST, HIGHEST = 64, 428  # bins that may be filled, 3 to 20 kHz
AROUND = (1, 2, 3, 4, 5, 4, 3, 2, 1)  # weights of the bins whose mean is "the magnitude around"
FLOOR = 1e-12  # of powers
LAW = 4  # an amplitude is softplus(x) ** LAW


def widths() -> list[int]:
    """Widths of the bands in bins, from bin 1 on; those from bin LOWEST on can be filled."""
    found = [2] * 31 + [1] + [3] * 36  # up to 3 kHz, and to 8 kHz
    at, width = LOWEST + 3 * 36, 4.0
    while at < HIGHEST:
        step = min(round(width), HIGHEST - at)
        found.append(step)
        at, width = at + step, width * 1.12
    return found


@dataclass(frozen=True)
class ExtenderConfig:
    """Everything that determines the shape of the network."""

    window: int = 1024  # samples
    hop: int = 512
    synthesis: int = 1024
    hidden: int = 192  # units of each recurrent layer
    tau: float = 2.0  # seconds of the running mean


class Extender(nn.Module):
    """Spectra to the spectra that are added to them."""

    look = 0  # frames
    around = (0, 0)  # frames that taps reach; there are none

    def __init__(self, c: ExtenderConfig):
        super().__init__()
        self.c, self.transform = c, Transform(c)
        self.rate = c.hop / RATE / c.tau
        sizes = widths()
        starts = [1]
        for size in sizes:
            starts.append(starts[-1] + size)
        self.bands = len(sizes)
        self.filled = sum(start >= LOWEST for start in starts[:-1])
        member = torch.zeros(self.bands, c.window // 2 + 1)
        for band, (start, size) in enumerate(zip(starts, sizes, strict=False)):
            member[band, start : start + size] = 1
        self.register_buffer("member", member, False)  # [F, K]
        self.register_buffer("spread", self.spreading(), False)  # [filled, n]
        self.into = nn.Linear(self.bands, c.hidden)
        self.gru = nn.GRU(c.hidden, c.hidden, 2, batch_first=True)
        self.out = nn.Linear(c.hidden, 3 * self.filled)
        with torch.no_grad():
            self.out.weight.mul_(0.3)
            self.out.bias[: 2 * self.filled] = -1.5

    def spreading(self) -> Tensor:
        """Bands to bins with straight lines between the middles of the bands."""
        own = self.member[-self.filled :, LOWEST:HIGHEST]
        bins = torch.arange(own.shape[1], dtype=torch.float32)
        middles = (own * bins).sum(1) / own.sum(1)
        left = torch.cat([middles[:1] - 1e6, middles[:-1]])
        right = torch.cat([middles[1:], middles[-1:] + 1e6])
        rise = (bins - left[:, None]) / (middles - left)[:, None]
        fall = (right[:, None] - bins) / (right - middles)[:, None]
        return torch.minimum(rise, fall).clamp(0, 1)

    def level(self, power: Tensor) -> Tensor:
        """The running mean of the low bins' mean power. [B, T, K] to [B, T, 1]."""
        low = power[..., FIRST:LOW].mean(2, keepdim=True)
        count = torch.arange(1, low.shape[1] + 1, device=low.device)
        rates = (1 / count).clamp(min=self.rate).expand(len(low), -1)
        return running_mean(low, rates)

    @torch.no_grad()
    def features(self, spectra: Tensor) -> tuple[Tensor, Tensor]:
        """[B, A, T, K] to levels of the bands over the running level [B, T, F], and that level."""
        power = torch.view_as_real(spectra).square().sum(-1).mean(1)
        level = self.level(power)
        mean = power @ (self.member / self.member.sum(1, keepdim=True)).T
        return (torch.log10(mean + FLOOR) - torch.log10(level + FLOOR)) / 2, level

    def decide(self, levels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """For each band the amplitudes of moved bins and noise, and the gate: [B, T, filled]."""
        x = fn.relu(self.into(levels))
        y, _ = self.gru(x)
        moved, noise, gate = self.out(x + y).chunk(3, 2)
        return fn.softplus(moved) ** LAW, fn.softplus(noise) ** LAW, fn.hardsigmoid(gate)

    def excitation(self, spectra: Tensor) -> Tensor:
        """Low bins of the linked channels over the magnitude around them, moved up: [B, T, n]."""
        s = linked(spectra[..., :LOW], self.c.hop)
        power = torch.view_as_real(s).square().sum(-1)
        kernel = torch.tensor(AROUND, dtype=torch.float32, device=s.device)
        around = fn.conv1d(
            power.flatten(0, 1)[:, None], kernel[None, None] / kernel.sum(), padding=4
        ).view_as(power)
        flat = s * (around + FLOOR).rsqrt()
        bins = torch.arange(HIGHEST - LOWEST, device=s.device)
        return flat[..., SOURCE + bins % PERIOD]

    def shape(self, levels: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
        """Amplitudes of both excitations in the filled bins, [B, T, n] each."""
        moved, noise, gate = self.decide(levels)
        root = (level + FLOOR).sqrt() * (gate @ self.member[-self.filled :, LOWEST:HIGHEST])
        return root * (moved @ self.spread), root * (noise @ self.spread)

    def fill(self, spectra: Tensor, noise: Tensor) -> Tensor:
        """What is added to all channels: spectra [B, A, T, K] and noise [B, T, n] to [B, T, K]."""
        moved, hiss = self.shape(*self.features(spectra))
        filled = moved * self.excitation(spectra) + hiss * noise
        return fn.pad(filled, (LOWEST, self.c.window // 2 + 1 - HIGHEST))

    def extend(self, x: Tensor) -> Tensor:
        """Sound [B, A, N] with its highs restored; equal channels stay equal."""
        (b, a, n), hop = x.shape, self.c.hop
        spectra = self.transform(fn.pad(x, (0, hop + -n % hop)).flatten(0, 1)).unflatten(0, (b, a))
        added = self.transform.inverse(self.fill(spectra, engine_noise(spectra.shape[2])))
        return x + added[:, None, :n]


def noise_like(spectra: Tensor) -> Tensor:
    """Noise of unit power [B, T, n] for spectra [B, …, T, K]: the engine's, but other numbers."""
    shape = (len(spectra), spectra.shape[-2], HIGHEST - LOWEST, 2)
    return torch.view_as_complex((torch.rand(shape, device=spectra.device) * 2 - 1) * 1.5**0.5)


def engine_noise(frames: int) -> Tensor:
    """The noise that the engine makes from its start on: [1, T, n]."""
    count = frames * (HIGHEST - LOWEST) * 2
    with np.errstate(over="ignore"):
        powers = np.cumprod(np.full(count, 1664525, np.uint32), dtype=np.uint32)
        sums = np.cumsum(np.append(np.uint32(1), powers[:-1]), dtype=np.uint32)
        state = (powers + np.uint32(1013904223) * sums).view(np.int32) >> 8
    values = torch.from_numpy(state.astype(np.float32) * (1.5**0.5 / 2**23))
    return torch.view_as_complex(values.view(1, frames, -1, 2))
