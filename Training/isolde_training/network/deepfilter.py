"""DeepFilterNet 2 (H. Schröter et al., 2022; MIT or Apache-2.0) on Isolde's frames, for two stems.

Gains in 32 bands and, below 4.8 kHz, complex filters over several masked frames. Windows are of two
hops of 512 samples in place of 480. One trunk serves two heads, of voice + reverb and of voice.

Shapes: B clips, A audio channels, T frames, K bins (513), H stems. Spectra, complex [B, A, T, K],
are those of `Transform`. `model/deepfilter.py` writes the same as a graph of the engine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as fn
from torch import Tensor, nn

from ..config import RATE
from .separator import Separator
from .transform import Transform, running_mean, weighted_rates

# Bins of the bands, those of libDF for windows of 960 samples; the last band takes the rest.
WIDTHS = (2,) * 13 + (5, 5, 7, 7, 8, 10, 12, 13, 15, 18, 20, 24, 28, 31, 37, 42, 50, 56)
BANDS, LOW, STEMS = 32, 96, 2  # bands of gains, filtered bins, stems
PATH = 10  # channels between the encoded low bins and the taps
LEVEL_FLOOR = 1e-9  # of the running mean of a bin's magnitude


@dataclass(frozen=True)
class DeepFilterConfig:
    """Everything that determines the shape of the network; the defaults are the published one's."""

    window: int = 1024  # samples
    hop: int = 512
    synthesis: int = 1024
    look: int = 2  # frames of features ahead
    frames: int = 3  # under the first convolutions; those ahead among them
    before: int = 2  # frames that the filter weighs before the frame
    after: int = 2  # and after it
    reach: int = 5  # frames under the convolution that makes taps
    floor: float = 1e-12  # of a band's mean power; published: 1e-10, which is felt at -65 dBFS
    level: float = 1e-3  # of the low bins' mean magnitude, whatever the input's is; 0: as published
    tau: float = 1.0  # seconds of the running means

    @property
    def taps(self) -> int:
        return self.before + 1 + self.after


PUBLISHED = {
    "dfn2": DeepFilterConfig(),
    "dfn2_ll": DeepFilterConfig(look=0, before=4, after=0, reach=3),
}


class Grouped(nn.Module):
    """A dense layer of inputs and outputs in groups: [B, T, G · I] to [B, T, G · O]."""

    def __init__(self, groups: int, cin: int, cout: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(groups, cout, cin).uniform_(-1, 1) / cin**0.5)

    def forward(self, x: Tensor) -> Tensor:
        x = x.unflatten(2, (self.weight.shape[0], -1))
        return torch.einsum("btgi,goi->btgo", x, self.weight).flatten(2)


def conv(cin: int, cout: int, kernel: tuple[int, int], groups: int = 1, **keys: int) -> nn.Module:
    """A convolution over frames and bins; only bins are padded. `up` doubles the bins."""
    width, stride, bias = kernel[1] // 2, keys.get("stride", 1), bool(keys.get("bias", 0))
    if keys.get("up"):
        return nn.ConvTranspose2d(
            cin, cout, kernel, (1, 2), (0, width), (0, 1), groups=groups, bias=bias
        )
    return nn.Conv2d(cin, cout, kernel, (1, stride), (0, width), groups=groups, bias=bias)


class Separable(nn.Module):
    """Three bins of each channel, then all channels of a bin, ReLU; batch norms are folded."""

    def __init__(self, channels: int, **keys: int):
        super().__init__()
        self.depth = conv(channels, channels, (1, 3), channels, **keys)
        self.point = conv(channels, channels, (1, 1), bias=1)

    def forward(self, x: Tensor) -> Tensor:
        return fn.relu(self.point(self.depth(x)))


class Head(nn.Module):
    """The part for one stem: the decoder of its gains, and its filter."""

    def __init__(self, c: DeepFilterConfig):
        super().__init__()
        self.skip = nn.ModuleList(conv(64, 64, (1, 1), 64, bias=1) for _ in range(4))
        self.up = nn.ModuleList([Separable(64), Separable(64, up=1), Separable(64, up=1)])
        self.gain = conv(64, 1, (1, 3), bias=1)
        self.path = conv(64, PATH, (c.reach, 1), 2)
        self.mix = conv(PATH, 2 * c.taps, (1, 1), bias=1)
        self.fan = Grouped(8, 32, LOW // 8 * 2 * c.taps)
        self.reach = c.reach

    def gains(self, e: list[Tensor], d: Tensor) -> Tensor:
        """Encoded bands of 32, 16, 8 and 8 bins and the memory of the last, to [B, 1, T, 32]."""
        for up, skip, x in zip(self.up, self.skip, e[:0:-1], strict=False):
            d = up(fn.relu(skip(x)) + d)
        return torch.sigmoid(self.gain(fn.relu(self.skip[3](e[0])) + d))

    def taps(self, c0: Tensor, f: Tensor) -> Tensor:
        """Encoded low bins [B, 64, T, 96] and the memory [B, T, 256] to [B, T, 96, taps, 2]."""
        p = fn.relu(self.mix(self.path(fn.pad(c0, (0, 0, self.reach - 1, 0)))))
        taps = torch.tanh(self.fan(f)).unflatten(2, (LOW, -1)) + p.permute(0, 2, 3, 1)
        return taps.unflatten(3, (-1, 2))


class DeepFilterNet(Separator):
    """Spectrum of the mixture to spectra of voice + reverb and voice; background is the rest."""

    def __init__(self, c: DeepFilterConfig):
        super().__init__()
        self.c, self.transform = c, Transform(c)
        self.rate = 1 - math.exp(-c.hop / RATE / c.tau)  # of the running means
        # A full-scale sine has a magnitude near 1 / 4 in the network's spectra.
        self.scale = (c.window / 2) ** 0.5 / c.window
        self.look = c.look + c.after  # frames
        of_bin = torch.arange(BANDS).repeat_interleave(torch.tensor(WIDTHS + (0,)))
        of_bin = fn.pad(of_bin, (0, c.window // 2 + 1 - len(of_bin)), value=BANDS - 1)
        self.register_buffer("bands", fn.one_hot(of_bin, BANDS).T.float(), False)  # [32, K]

        self.erb0 = conv(1, 64, (c.frames, 3), bias=1)
        self.erb1, self.erb2 = Separable(64, stride=2), Separable(64, stride=2)
        self.erb3 = Separable(64)
        self.low0, self.low0p = conv(2, 64, (c.frames, 3), 2), conv(64, 64, (1, 1), bias=1)
        self.low1 = Separable(64, stride=2)
        self.embed = Grouped(8, 384, 64)
        self.ein, self.egru = Grouped(8, 128, 32), nn.GRU(256, 256, batch_first=True)
        self.din, self.dgru = Grouped(8, 32, 32), nn.GRU(256, 256, 2, batch_first=True)
        self.dout = Grouped(8, 32, 64)
        self.fin, self.fgru = Grouped(8, 32, 32), nn.GRU(256, 256, 2, batch_first=True)
        self.heads = nn.ModuleList(Head(c) for _ in range(STEMS))  # voice + reverb, voice

    @property
    def around(self) -> tuple[int, int]:
        """How many frames the taps reach before and after."""
        return self.c.before, self.c.after

    @torch.no_grad()
    def features(self, spectra: Tensor) -> tuple[Tensor, Tensor]:
        """Features of all audio channels together: levels [B, 1, T, 32] and low bins [B, 2, T, 96].

        1 is 40 dB above the running mean of the band; low bins are over the root of the running
        mean of their magnitude. Neither depends on the level of the sound, except near the
        floors.
        """
        rates = weighted_rates(spectra.shape[2], self.rate).to(spectra.device)[None]
        power = torch.view_as_real(spectra).square().sum(-1).mean(1) * self.scale**2  # [B, T, K]
        mean = self.bands / self.bands.sum(1, keepdim=True)
        level = torch.log10(power @ mean.T + self.c.floor) / 4
        low = (
            torch.view_as_real(linked(spectra[..., :LOW], self.c.hop)) * self.scale
        )  # [B, T, 96, 2]
        magnitude = running_mean(low.square().sum(-1).sqrt(), rates).clamp(min=LEVEL_FLOOR)
        low = low * magnitude.rsqrt()[..., None]
        if self.c.level:  # the root alone would leave half of the level, in dB
            low = low * (self.c.level / magnitude.mean(2)).sqrt()[..., None, None]
        return (level - running_mean(level, rates))[:, None], low.permute(0, 3, 1, 2)

    def analyse(self, spectra: Tensor) -> tuple[Tensor, Tensor]:
        """The decision of `decide` on [B, A, T, K]."""
        return self.decide(*self.features(spectra))

    def trunk(self, erb: Tensor, low: Tensor) -> tuple[list[Tensor], Tensor, Tensor, Tensor]:
        """The inputs of the heads: encoded bands and low bins, and a memory for each of them."""
        c = self.c
        around = (0, 0, c.frames - 1 - c.look, c.look)
        erb, low = (fn.pad(v, around) for v in (erb, low))
        erb, low = (v.contiguous(memory_format=torch.channels_last) for v in (erb, low))
        e = [fn.relu(self.erb0(erb))]
        for layer in (self.erb1, self.erb2, self.erb3):
            e.append(layer(e[-1]))
        c0 = fn.relu(self.low0p(self.low0(low)))
        c1 = self.low1(c0)
        b, _, t, _ = c1.shape
        flat = [v.permute(0, 2, 3, 1).reshape(b, t, -1) for v in (e[3], c1)]  # bin · channel
        x = torch.cat([flat[0], fn.relu(self.embed(flat[1]))], 2)
        x, _ = self.egru(fn.relu(self.ein(x)))
        y = fn.relu(self.din(x))
        d = fn.relu(self.dout(self.dgru(y)[0] + y)).view(b, t, 8, 64).permute(0, 3, 1, 2)
        y = fn.relu(self.fin(x))
        return e, c0, d.contiguous(memory_format=torch.channels_last), self.fgru(y)[0] + y

    def decide(self, erb: Tensor, low: Tensor) -> tuple[Tensor, Tensor]:
        """Gains [B, H, T, 32] and taps [B, T, 96, H, taps, 2], real and imaginary parts."""
        e, c0, d, f = self.trunk(erb, low)
        gains = torch.cat([head.gains(e, d) for head in self.heads], 1)
        return gains, torch.stack([head.taps(c0, f) for head in self.heads], 3)

    def apply(self, spectra: Tensor, gains: Tensor, taps: Tensor) -> Tensor:
        """Gains, then taps on the masked frames of a mixture [B, T, K]: [B, H, T, K]."""
        c, frames = self.c, spectra.shape[1]
        masked = spectra[:, None] * (gains @ self.bands)
        near = fn.pad(masked[..., :LOW], (0, 0, c.before, c.after))
        taps = torch.view_as_complex(taps.contiguous()).permute(
            0, 3, 1, 2, 4
        )  # [B, H, T, 96, taps]
        low = sum(near[:, :, k : k + frames] * taps[..., k] for k in range(c.taps))
        return torch.cat([low, masked[..., LOW:]], 3)


def linked(spectra: Tensor, hop: int) -> Tensor:
    """The mean of the audio channels, [B, A, T, n] to [B, T, n].

    Each is added with the sign that it has had, over the last second, against the sum of those
    before it, so channels of opposite polarity do not cancel each other.
    """
    total, *others = spectra.unbind(1)
    for x in others:
        agreement = (x * total.conj()).real
        rates = torch.full(agreement.shape[1:2], hop / RATE, device=x.device)[None]
        total = total + torch.where(running_mean(agreement, rates) < 0, -x, x)
    return total / spectra.shape[1]
