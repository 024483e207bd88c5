"""Streaming band U-Net: spectrum of a dialogue recording in, voice + reverb and voice out.

Shapes: B clips, A audio channels, N samples, T frames, K bins (1,025), F bands (128), C channels of
a layer. Spectra are complex [B, A, T, K], feature maps [B, C, T, F]. `model/lower.py` writes the
same network as a graph of the engine's layers, which runs frame by frame; tests hold both together.
"""

from __future__ import annotations

import torch
import torch.nn.functional as fn
from torch import Tensor, nn

from ..config import RATE, NetworkConfig
from .separator import Separator
from .transform import Transform, band_matrix, frame_rates, phase_advance, running_mean

FEATURES = 4  # a band


class Encode(nn.Module):
    """Convolution over time and frequency, half the bands, batch norm, ReLU.

    [B, C, T, F] to [B, C', T, F / 2]. Frame t is made of frames t + look - (frames - 1) … t + look.
    """

    def __init__(self, cin: int, cout: int, frames: int, width: int, look: int):
        super().__init__()
        self.frames, self.look, self.even = frames, look, 2 * look == frames - 1
        pad = (look if self.even else 0, width // 2)
        self.conv = nn.Conv2d(cin, cout, (frames, width), (1, 2), pad, bias=False)
        self.norm = nn.BatchNorm2d(cout, momentum=0.02)

    def forward(self, x: Tensor) -> Tensor:
        if not self.even:
            x = fn.pad(x, (0, 0, self.frames - 1 - self.look, self.look))
        return fn.relu(self.norm(self.conv(x)))


class Decode(nn.Module):
    """Transposed convolution to twice the bands plus a 1 x 1 skip.

    [B, C, T, F] to [B, C', T, 2F].
    """

    def __init__(self, cin: int, cout: int):
        super().__init__()
        self.conv = nn.ConvTranspose2d(cin, cout, (1, 4), (1, 2), (0, 1), bias=False)
        self.skip = nn.Conv2d(cout, cout, 1, bias=False)
        self.norm = nn.BatchNorm2d(cout, momentum=0.02)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        return fn.relu(self.norm(self.conv(x) + self.skip(skip)))


class Memory(nn.Module):
    """GRU over time on all bands at once, with a residual. [B, C, T, F] to the same."""

    def __init__(self, size: int, hidden: int):
        super().__init__()
        self.down, self.up = nn.Linear(size, hidden), nn.Linear(hidden, size)
        self.gru = nn.GRU(hidden, hidden, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        b, c, t, f = x.shape
        frames = x.permute(0, 2, 3, 1).reshape(b, t, f * c)  # channels innermost, as in the engine
        y = fn.relu(self.down(frames))
        with torch.autocast(x.device.type, enabled=False):  # not all of its kernels know bfloat16
            y, _ = self.gru(y.float())
        return x + self.up(y).view(b, t, f, c).permute(0, 3, 1, 2)


class Network(Separator):
    """Spectrum of the mixture to spectra of voice + reverb and voice; background is the rest."""

    def __init__(self, c: NetworkConfig):
        super().__init__()
        self.c, self.transform, self.bf16, ch = c, Transform(c), False, c.channels
        self.rate = c.hop / RATE / c.tau  # of the running means
        self.taps = c.before + 1 + c.after if c.filter else 0
        self.look = max(sum(c.look), c.after if c.filter else 0)  # frames
        bands = band_matrix(c)
        self.register_buffer("bands", bands, False)  # [F, K], sums to 1 in a bin
        self.register_buffer("mean", bands / bands.sum(1, keepdim=True), False)  # … in a band
        self.encoder = nn.ModuleList(
            Encode(i, o, c.kernel, 3 if k else 5, c.look[k])
            for k, (i, o) in enumerate(zip((FEATURES, *ch), ch, strict=False))
        )
        size = ch[-1] * ((c.narrow + c.wide) >> len(ch))
        self.memory = Memory(size, c.hidden) if c.hidden else None
        self.decoder = nn.ModuleList(Decode(ch[i], ch[i - 1]) for i in range(len(ch) - 1, 0, -1))
        self.gains = nn.ConvTranspose2d(ch[0], 2, (1, 2), (1, 2))
        nn.init.constant_(self.gains.bias, 2.0)  # begin near a gain of 1
        self.filter = None
        if c.filter:
            self.filter = nn.ConvTranspose2d(ch[0], 4 * self.taps, (1, 2), (1, 2))
            nn.init.normal_(self.filter.weight, std=1e-3)
            nn.init.zeros_(self.filter.bias)

    @property
    def around(self) -> tuple[int, int]:
        """How many frames the taps reach before and after."""
        return (self.c.before, self.c.after) if self.c.filter else (0, 0)

    @torch.no_grad()
    def features(self, spectra: Tensor) -> Tensor:
        """Features of all audio channels together: [B, A, T, K] to [B, 4, T, F].

        Level over the running whole, level over the running band (1 = 20 dB), phase advance.
        """
        c = self.c
        power = torch.view_as_real(spectra).square().sum(-1).mean(1)  # [B, T, K]
        level = torch.log10(power @ self.mean.T + 1e-13) / 2  # [B, T, F]
        whole = level.mean(2, keepdim=True)  # [B, T, 1]
        rates = frame_rates(whole[..., 0], self.rate, c.hold)
        means = running_mean(torch.cat([level, whole], 2), rates)
        levels = torch.stack([level - means[..., -1:], level - means[..., :-1]], 1).clamp(-2.5, 2.5)
        advance = phase_advance(spectra[..., : c.narrow], c.hop, c.window)  # [B, T, narrow, 2]
        advance = fn.pad(advance.permute(0, 3, 1, 2), (0, c.wide))  # [B, 2, T, F]
        return torch.cat([levels, advance], 1)

    def analyse(self, spectra: Tensor) -> tuple[Tensor, Tensor]:
        """The decision of `decide` on [B, A, T, K]."""
        return self.decide(self.features(spectra))

    def decide(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Features to gain ** law [B, 2, T, F] (voice + reverb; voice) and filter taps.

        Taps [B, 2, 2, taps, T, narrow]: of each stem the real parts, then the imaginary ones.
        """
        x, skips = x.contiguous(memory_format=torch.channels_last), []
        with torch.autocast(x.device.type, torch.bfloat16, enabled=self.bf16):
            for layer in self.encoder:
                x = layer(x)
                skips.append(x)
            x = self.memory(x) if self.memory is not None else x
            for layer, skip in zip(self.decoder, reversed(skips[:-1]), strict=True):
                x = layer(x, skip)
            logit = self.gains(x)  # [B, 2, T, F]
            b, _, t, _ = x.shape
            low = logit.new_empty(b, 0, t, self.c.narrow)
            if self.filter is not None:
                low = self.filter(x[..., : self.c.narrow // 2])  # [B, 4 * taps, T, narrow]
        gain = (self.c.top * torch.sigmoid(logit.float())).clamp(max=self.c.limit)
        gain = torch.stack([gain[:, 0], gain[:, 0] * gain[:, 1]], 1)  # voice: a part of the first
        return gain, low.float().unflatten(1, (2, 2, self.taps))

    def apply(self, spectra: Tensor, gain: Tensor, low: Tensor) -> Tensor:
        """Gains ** law and taps on a mixture [B, T, K]: [B, 2, T, K]."""
        n, linear = self.c.narrow, gain ** (1 / self.c.law)
        above = spectra[:, None, :, n:] * (linear[..., n - 1 :] @ self.bands[n - 1 :, n:])
        before, after = self.around
        near = fn.pad(spectra[..., :n], (0, 0, before, after))
        below = filtered(near.real, near.imag, linear[..., :n], low, before)
        return torch.cat([torch.complex(*below), above], 3)


def filtered(
    real: Tensor, imag: Tensor, linear: Tensor, low: Tensor, before: int
) -> tuple[Tensor, Tensor]:
    """Gain x (frame + taps x neighbours) in the narrow bands, real and imaginary part.

    [B, T + taps - 1, n] (silent frames on both sides), gains [B, 2, T, n] and taps
    [B, 2, 2, taps, T, n] to [B, 2, T, n]. A gain of 0 leaves nothing, whatever the taps say.
    """
    t, real, imag = linear.shape[2], real[:, None], imag[:, None]
    u, v = real[:, :, before : before + t], imag[:, :, before : before + t]
    for k in range(low.shape[3]):
        x, y = real[:, :, k : k + t], imag[:, :, k : k + t]
        p, q = low[:, :, 0, k], low[:, :, 1, k]
        u, v = u + x * p - y * q, v + x * q + y * p
    return u * linear, v * linear
