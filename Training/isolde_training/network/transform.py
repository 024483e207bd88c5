"""Short-time Fourier transform, bands and running means, as used around the network.

Shapes: B clips, A audio channels, N samples, T frames, K bins (window / 2 + 1), F bands. Frame t
ends with hop t, so it holds no later sample. docs/model-file.md states the same for the engine.
"""

from __future__ import annotations

import math
from typing import Protocol

import torch
import torch.nn.functional as fn
from torch import Tensor, nn

from ..config import NetworkConfig


class Framing(Protocol):
    """The framing in a network's configuration, in samples."""

    window: int
    hop: int
    synthesis: int


def window_pair(length: int, hop: int, support: int) -> tuple[Tensor, Tensor]:
    """Analysis and synthesis window [length]; the product is a Hann over the last `support`."""
    fall, rise = support // 2, length - support // 2
    up = torch.sin(math.pi / 2 * (torch.arange(rise, dtype=torch.float64) + 0.5) / rise)
    down = torch.cos(math.pi / 2 * (torch.arange(fall, dtype=torch.float64) + 0.5) / fall)
    analysis, product = torch.cat([up, down]), torch.zeros(length, dtype=torch.float64)
    hann = torch.sin(math.pi * (torch.arange(support, dtype=torch.float64) + 0.5) / support) ** 2
    product[-support:] = hann
    return analysis, product / analysis * (2 * hop / support)


def vorbis_pair(length: int) -> tuple[Tensor, Tensor]:
    """Vorbis's window for both, over two hops; the squares sum to one."""
    root = torch.sin(math.pi * (torch.arange(length, dtype=torch.float64) + 0.5) / length)
    shape = torch.sin(math.pi / 2 * root.square())
    return shape, shape


class Transform(nn.Module):
    """Spectra with the window pair; white noise of unit power has bins of unit power."""

    def __init__(self, c: Framing, windows: str = "sine"):
        super().__init__()
        self.hop, self.length, self.support = c.hop, c.window, c.synthesis
        vorbis = windows == "vorbis"
        a, s = vorbis_pair(c.window) if vorbis else window_pair(c.window, c.hop, c.synthesis)
        scale = a.square().sum().sqrt()
        self.register_buffer("a", (a / scale).float(), False)
        self.register_buffer("s", (s * scale).float()[-c.synthesis :], False)

    def forward(self, x: Tensor) -> Tensor:
        """[B, N] to [B, N / hop, K]."""
        frames = fn.pad(x, (self.length - self.hop, 0)).unfold(-1, self.length, self.hop)
        return torch.fft.rfft(frames * self.a)

    def inverse(self, spectra: Tensor) -> Tensor:
        """[B, T, K] to [B, T * hop]; the last `support / hop - 1` hops lack their later frames."""
        parts = self.support // self.hop
        y = torch.fft.irfft(spectra, self.length)[..., -self.support :] * self.s
        y = y.unflatten(-1, (parts, self.hop))  # [B, T, parts, hop]
        out = y[:, :, parts - 1]
        for p in range(parts - 1):  # part p of frame t belongs to hop t - (parts - 1) + p
            out = out + fn.pad(y[:, parts - 1 - p :, p], (0, 0, 0, parts - 1 - p))
        return out.flatten(1)


def band_matrix(c: NetworkConfig) -> Tensor:
    """Triangular bands [F, K] that sum to 1 in each bin; the narrow ones are single bins."""
    last, low, high = c.window // 2, 1.0, 3.0
    for _ in range(60):  # the growth of the wide bands that ends on the last bin
        g = (low + high) / 2
        end = c.narrow - 1 + sum(g**i for i in range(c.wide))
        low, high = (g, high) if end < last else (low, g)
    steps = [1.0] * c.narrow + [g**i for i in range(c.wide)]
    centres = torch.tensor(steps, dtype=torch.float64).cumsum(0) - 1
    centres[-1] = last
    k = torch.arange(last + 1, dtype=torch.float64)
    left = torch.cat([centres[:1] - 1, centres[:-1]])
    right = torch.cat([centres[1:], centres[-1:] + 1])
    rise = (k - left[:, None]) / (centres - left)[:, None]
    fall = (right[:, None] - k) / (right - centres)[:, None]
    return torch.minimum(rise, fall).clamp(0, 1).float()


def frame_rates(mean: Tensor, rate: float, hold: float) -> Tensor:
    """How far the running mean moves in each frame. [B, T] to [B, T].

    0 in frames whose mean is below `hold`; in the others max(1/n, rate), n counting them: a true
    mean at first, an exponential one later.
    """
    heard = mean >= hold
    n = heard.cumsum(1).clamp(min=1)
    return torch.where(heard, (1 / n).clamp(min=rate), 0)


def weighted_rates(frames: int, rate: float) -> Tensor:
    """rate / (1 - (1 - rate)^n) for frame n = 1, 2, …: from the first frame on a true mean.

    A frame weighs 1 - rate as much as the next. [T].
    """
    n = torch.arange(1, frames + 1, dtype=torch.float64)
    return (rate / (1 - (1 - rate) ** n)).float()


def running_mean(x: Tensor, rates: Tensor, piece: int = 512) -> Tensor:
    """m += rate (x - m) from m = 0. x [B, T, F], rates [B, T], result [B, T, F].

    A piece of T frames is one product with a triangular matrix [B, T, T]: frame t holds x of frame
    u times rate[u] times all (1 - rate) after u up to t.
    """
    mean, out = x.new_zeros(x.shape[0], x.shape[2]), []
    for y, r in zip(x.split(piece, 1), rates.split(piece, 1), strict=True):
        left = torch.log1p(-r.double().clamp(max=1 - 1e-9)).cumsum(1)  # [B, T]
        share = (left[:, :, None] - left[:, None]).clamp(max=0).exp() * r[:, None]
        m = share.tril().float() @ y + left.exp().float()[..., None] * mean[:, None]
        mean = m[:, -1]
        out.append(m)
    return torch.cat(out, 1)


def phase_advance(low: Tensor, hop: int, window: int) -> Tensor:
    """How far the phase of a bin ran ahead of its centre frequency, as a number of modulus 1.

    [B, A, T, n] of all audio channels together to real and imaginary part [B, T, n, 2].
    """
    k = torch.arange(low.shape[-1], device=low.device)
    turn = torch.polar(torch.ones_like(k, dtype=torch.float32), -2 * math.pi * hop / window * k)
    past = torch.cat([torch.zeros_like(low[:, :, :1]), low[:, :, :-1]], 2)
    a = (low * past.conj() * turn).sum(1)
    return torch.view_as_real(a / (a.abs() + 1e-9))
