"""The loss for networks with full spectra: each clip's compressed distance, on a log scale.

A bin counts (1 - phase) (a - b)^2 + phase |a e^iy - b e^is|^2 with a = |Y|^law, b = |S|^law; what
is missing of a stem counts `keep` times what is too much. The mean is over the logarithms of
the clips' distances: halving the error of an easy clip is worth as much as halving that of a
hopeless one. The idea: with plain means, clips in which a network mutes the voice may
outweigh all others. Whether that is why fine-tuning lost reverb cut in rooms was not tested.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..config import RATE, TrainConfig
from ..network.deepfilter import DeepFilterNet
from .loss import Lesson

LAW = 0.3  # of the magnitudes
FLOOR = 0.01  # of a clip's distance, about that of a clean voice


class RelativeLoss:
    """A batch of stems [B, 3, N] to a `lesson`, and the distance of what a network makes of it."""

    def __init__(self, c: TrainConfig, net: DeepFilterNet):
        self.c, self.net = c, net
        f = torch.arange(net.c.window // 2 + 1) * RATE / net.c.window
        w = torch.where(f < 3000, 1.0, (3000 / f.clamp(min=1)) ** 0.5)
        self.weight = (w / w.mean()).to(c.device)  # [K]
        self.missing = torch.tensor(c.keep, device=c.device).view(2, 1, 1) - 1

    @torch.no_grad()
    def lesson(self, stems: Tensor, corners: Tensor) -> Lesson:
        """Features `levels` and `low`; `mix` [B, T, K] and `want` [B, 2, T, K] at one level."""
        parts = self.net.transform(stems.flatten(0, 1)).unflatten(0, stems.shape[:2])
        f = torch.linspace(0, RATE / 2, parts.shape[-1], device=parts.device)
        for k in (corners < RATE / 2).nonzero()[:, 0].tolist():  # as a codec would
            parts[k] *= torch.sigmoid((corners[k].item() - f) / 60)
        mix = parts.sum(1)
        levels, low = self.net.features(mix[:, None])
        power = torch.view_as_real(mix).square().mean((1, 2, 3)) * 2
        level = power.add(1e-12).rsqrt()[:, None, None]
        want = torch.stack([parts[:, 0] + parts[:, 1], parts[:, 0]], 1) * level[:, None]
        return {"levels": levels, "low": low, "mix": mix * level, "want": want}

    def distances(self, lesson: Lesson) -> Tensor:
        """The distance of each clip and stem, [B, 2]."""
        gains, taps = self.net.decide(lesson["levels"], lesson["low"])
        found, want = (
            torch.view_as_real(v)
            for v in (self.net.apply(lesson["mix"], gains, taps), lesson["want"])
        )
        y, s = (v.square().sum(-1) + 1e-8 for v in (found, want))
        a, b = (torch.exp2(LAW / 2 * torch.log2(v)) for v in (y, s))
        cosine = (found * want).sum(-1) * torch.rsqrt(y * s)
        phase = self.c.phase
        bins = a.square() + b.square() - 2 * a * b * (1 - phase + phase * cosine)
        bins = bins + self.missing * (b - a).clamp(min=0).square()
        return (bins @ self.weight).mean(2) / len(self.weight)

    def __call__(self, lesson: Lesson) -> Tensor:
        return torch.log(self.distances(lesson) + FLOOR).mean()
