"""Compressed spectral distance of voice + reverb and voice, in bands where the gains are bands.

A bin counts (1 - phase) (a - b)^2 + phase |a e^iy - b e^is|^2 with a = |Y|^law, b = |S|^law. Above
the narrow bands Y is g^(1/law) X with one g a band, and the band's sum is g^2 A - 2 g D + E, where
A, D and E hold no gradient: a fifth of the price of the same sum over 1,025 bins. What is missing
of a stem counts `keep` times what is too much, as an unsure network tends to be too quiet.
`linear` adds |Y - S|^2 of the narrow bins, most of it the harmonics of 100 to 500 Hz; `loud` adds
the loudness of the error beside the voice (`loudness.py`).
"""

from __future__ import annotations

import torch
import torch.nn.functional as fn
from torch import Tensor

from ..config import RATE, TrainConfig
from ..network.network import Network, filtered
from .loudness import Loudness

Lesson = dict[str, Tensor]


class Loss:
    """A batch of stems [B, 3, N] to a `lesson`, and the distance of what a network makes of it."""

    def __init__(self, c: TrainConfig, net: Network):
        self.c, self.net, self.law, n = c, net, net.c.law, net.c.narrow
        f = torch.arange(net.c.window // 2 + 1) * RATE / net.c.window
        w = torch.where(f < 3000, 1.0, (3000 / f.clamp(min=1)) ** 0.5)  # wide bands: less a bin
        self.weight = (w / w.mean()).to(c.device)  # [K]
        self.wide = (net.bands[n:, n:] * self.weight[n:]).T.contiguous()  # [K - narrow, wide]
        self.missing = torch.tensor(c.keep, device=c.device).view(2, 1, 1) - 1
        self.loudness = Loudness(net.c.window, c.device) if c.loud else None
        self.sums, self.narrow = (torch.compile(f) if c.compile else f for f in (sums, narrow))

    @torch.no_grad()
    def spectra(self, stems: Tensor, corners: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """To mixture [B, T, K], targets [B, 2, T, K] and 1 / RMS [B, 1, 1]."""
        parts = self.net.transform(stems.flatten(0, 1)).unflatten(0, stems.shape[:2])
        f = torch.linspace(0, RATE / 2, parts.shape[-1], device=parts.device)
        for k in (corners < RATE / 2).nonzero()[:, 0].tolist():  # as a codec would
            gain = torch.sigmoid((corners[k].item() - f) / 60)
            torch.view_as_real(parts[k]).mul_(gain[:, None])
        mix = parts.sum(1)
        power = torch.view_as_real(mix).square().mean((1, 2, 3)) * 2
        level = power.add(1e-12).rsqrt()[:, None, None]
        return mix, torch.stack([parts[:, 0] + parts[:, 1], parts[:, 0]], 1), level

    @torch.no_grad()
    def lesson(self, stems: Tensor, corners: Tensor) -> Lesson:
        """All that a step needs of a batch and that no weight changes; first of all dimensions B.

        `features` of the mixture; `near`, its narrow bins and the frames that taps reach, and
        `want`, the stems', real and imaginary parts last; the sums `a`, `d` and `e` of the bands
        above; for `loud` the `mixed` power of the bins above, the `heard` power of the stems in
        Bark bands, and the `scale` to loud speech.
        """
        mix, target, level = self.spectra(stems, corners)  # the loss sees all clips at one level
        n, (before, after) = self.net.c.narrow, self.net.around
        above = (torch.view_as_real(v[..., n:]) for v in (mix, target))
        a, d, e = (v @ self.wide for v in self.sums(*above, level, self.law, self.c.phase))
        near = fn.pad(mix[..., :n] * level, (0, 0, before, after))
        want = target[..., :n] * level[:, None]
        found = {"features": self.net.features(mix[:, None]), "a": a, "d": d, "e": e}
        found |= {"near": torch.view_as_real(near), "want": torch.view_as_real(want)}
        if self.loudness is not None:
            end = self.loudness.bins + 1
            x, s = (torch.view_as_real(v[..., :end]).square().sum(-1) for v in (mix, target))
            x, s = x * level**2, s[..., 1:] * level[:, None] ** 2
            found["mixed"], found["heard"] = x[..., n:], s @ self.loudness.share
            found["scale"] = self.loudness.scale(s[:, 0])
        return found

    def __call__(self, lesson: Lesson) -> Tensor:
        n, a, d = self.net.c.narrow, lesson["a"][:, None], lesson["d"]
        gain, low = self.net.decide(lesson["features"])
        g = gain[..., n:]  # [B, 2, T, wide]
        wide = g * (g * a - 2 * d) + lesson["e"]
        wide = wide + self.missing * a * (d / (a + 1e-9) - g).clamp(min=0).square()
        settings = self.missing, self.law, self.c.phase, self.c.linear, self.net.around[0]
        below, power = self.narrow(lesson["near"], lesson["want"], gain[..., :n], low, *settings)
        bins = 2 * wide.shape[0] * wide.shape[2] * len(self.weight)
        distance = (wide.sum() + (below * self.weight[:n]).sum()) / bins
        if self.loudness is None:
            return distance
        return distance + self.c.loud * self.audible(lesson, gain, power)

    def audible(self, lesson: Lesson, gain: Tensor, power: Tensor) -> Tensor:
        """Mean loudness of the errors of both stems; `power` [B, 2, T, narrow] was found."""
        n, share = self.net.c.narrow, self.loudness.share
        bands = self.net.bands[n - 1 :, n : self.loudness.bins + 1]
        above = lesson["mixed"][:, None] * (gain[..., n - 1 :] ** (1 / self.law) @ bands).square()
        found = power[..., 1:] @ share[: n - 1] + above @ share[n - 1 :]
        scale = lesson["scale"][:, None]
        return self.loudness(found * scale, lesson["heard"] * scale).mean()


def narrow(
    near: Tensor,
    want: Tensor,
    gain: Tensor,
    low: Tensor,
    missing: Tensor,
    law: float,
    phase: float,
    linear: float,
    before: int,
) -> Tensor:
    """Distance and power of every narrow bin [B, 2, T, n]; real and imaginary parts last."""
    u, v = filtered(near[..., 0], near[..., 1], gain ** (1 / law), low, before)
    y, s = u.square() + v.square() + 1e-8, want.square().sum(-1) + 1e-8
    a, b = y ** (law / 2), s ** (law / 2)
    cosine = (u * want[..., 0] + v * want[..., 1]) * torch.rsqrt(y * s)
    distance = a.square() + b.square() - 2 * a * b * (1 - phase + phase * cosine)
    power = (u - want[..., 0]).square() + (v - want[..., 1]).square()
    return distance + missing * (b - a).clamp(min=0).square() + linear * power, y


def sums(
    x: Tensor, s: Tensor, level: Tensor, law: float, phase: float
) -> tuple[Tensor, Tensor, Tensor]:
    """What A [B, T, K], D and E [B, 2, T, K] are sums of; real and imaginary parts last."""
    x2 = x.square().sum(-1) * level**2 + 1e-8
    s2 = s.square().sum(-1) * level[:, None] ** 2 + 1e-8
    a, b = (torch.exp2(law / 2 * torch.log2(v)) for v in (x2, s2))  # twice as fast as a power
    dot = (x[:, None] * s).sum(-1) * level[:, None] ** 2
    cosine = dot * torch.rsqrt(x2[:, None] * s2)
    return a.square(), a[:, None] * b * (1 - phase + phase * cosine), b.square()
